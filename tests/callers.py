"""Callers with a token, for tests over HTTP: who they are is what the token says."""

import json
import time
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.identity import Perimeter, Principal
from tests.conftest import CURSOR_SECRET, as_role
from tests.tokens import Issuer

_PERIOD = 120
"""Seconds for which a caller shows the same token."""


@cache
def issuer() -> Issuer:
    """Return the one issuer of the run: what `bearer` signs, what `service_app` believes."""
    return Issuer()


def caller(kind: str, *scopes: str, name: str = "", **perimeter: str) -> Principal:
    """Return a caller of a kind of organisation; `perimeter` gives one value per dimension."""
    values = {dimension: frozenset({value}) for dimension, value in perimeter.items()}
    organisation = name or kind
    return Principal(
        organisation=organisation,
        kind=kind,
        client=f"client-of-{organisation}",
        scopes=frozenset(scopes),
        perimeter=Perimeter(values=values),
    )


@cache
def _token(named: str, kind: str, scopes: frozenset[str], *, perimeter: str, _period: int) -> str:
    """Return a token, the same for a period: a long test outlives one of five minutes."""
    claims: dict[str, Any] = {"sub": named, "org": named, "kind": kind}
    claims |= {"scope": " ".join(sorted(scopes)), "perimeter": json.loads(perimeter)}
    return issuer().token(**claims)


def bearer(principal: Principal | None) -> dict[str, str]:
    """Return the request header that makes a caller known; none for a caller without token."""
    if principal is None:
        return {}
    perimeter = principal.perimeter
    values = {name: sorted(codes) for name, codes in sorted(perimeter.values.items())}
    said = json.dumps({"everywhere": True} if perimeter.everywhere else values)
    named = principal.organisation.replace(" ", "-")
    period = int(time.time()) // _PERIOD
    token = _token(named, principal.kind, principal.scopes, perimeter=said, _period=period)
    return {"Authorization": f"Bearer {token}"}


def service_app(name: str, url: str) -> ASGIApp:
    """Return a service on a test database, as its runtime role, that believes our issuer."""
    settings: Any = import_module(f"services.{name}.settings").Settings
    create_app: Any = import_module(f"services.{name}.app").create_app
    service: ASGIApp = create_app(
        settings(
            database_url=as_role(url, f"{name}_runtime"),
            cursor_secret=SecretStr(CURSOR_SECRET),
            durable=False,
        ),
        issuer().verifier(),
    )
    return service
