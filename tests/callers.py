"""Callers with a token, for tests over HTTP: what a service knows of each is a `Principal`."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from importlib import import_module
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.headers import header
from chassis.identity import Perimeter, Principal
from tests.conftest import CURSOR_SECRET, as_role

_BEARER = b"Bearer "


def caller(kind: str, *scopes: str, name: str = "", **perimeter: str) -> Principal:
    """A caller of a kind of organisation; `perimeter` gives one value per dimension."""
    values = {dimension: frozenset({value}) for dimension, value in perimeter.items()}
    organisation = name or kind
    return Principal(
        organisation=organisation,
        kind=kind,
        client=f"client-of-{organisation}",
        scopes=frozenset(scopes),
        perimeter=Perimeter(values=values),
    )


def bearer(principal: Principal | None) -> dict[str, str]:
    """The request header that makes a caller known; none for a caller without token."""
    if principal is None:
        return {}
    said = {
        "organisation": principal.organisation,
        "kind": principal.kind,
        "client": principal.client,
        "scopes": sorted(principal.scopes),
        "everywhere": principal.perimeter.everywhere,
        "values": {name: sorted(values) for name, values in principal.perimeter.values.items()},
    }
    token = urlsafe_b64encode(json.dumps(said).encode()).decode()
    return {"Authorization": f"Bearer {token}"}


def service_app(name: str, url: str) -> ASGIApp:
    """A service on a test database, as its runtime role, that knows the callers of `bearer`."""
    settings: Any = import_module(f"services.{name}.settings").Settings
    create_app: Any = import_module(f"services.{name}.app").create_app
    service: ASGIApp = create_app(
        settings(
            database_url=as_role(url, f"{name}_runtime"),
            cursor_secret=SecretStr(CURSOR_SECRET),
            durable=False,
        )
    )

    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        given = header(scope, b"authorization") if scope["type"] == "http" else b""
        if given.startswith(_BEARER):
            scope["state"]["principal"] = _read(given.removeprefix(_BEARER))
        await service(scope, receive, send)

    return known


def _read(token: bytes) -> Principal:
    said = json.loads(urlsafe_b64decode(token))
    values = {name: frozenset(values) for name, values in said["values"].items()}
    return Principal(
        organisation=said["organisation"],
        kind=said["kind"],
        client=said["client"],
        scopes=frozenset(said["scopes"]),
        perimeter=Perimeter(everywhere=said["everywhere"], values=values),
    )
