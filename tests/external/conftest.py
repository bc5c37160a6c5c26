"""The whole product with external issuers that run, and partners that may attach and approve."""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.database import Database
from chassis.testing import client_of
from chassis.tokens import Verifier
from chassis.trust import Trust
from gateway.app import create_app as create_gateway
from gateway.external.callers import Callers
from gateway.external.issuers import ExternalIssuer
from gateway.partners.app import create_app as create_registry
from gateway.partners.calls.recorder import Recorder
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from gateway.upstreams import InProcess
from tests.conftest import CURSOR_SECRET, SERVICES, as_role
from tests.external.attaching import Straight, World
from tests.external.signing_in import Running, provider
from tests.partners.callers import Caller
from tests.partners.conftest import (  # noqa: F401  # fixtures
    database,
    prefecture,
    registry,
    registry_settings,
    state,
    town,
)


@pytest.fixture(scope="session")
def proconnect() -> Iterator[Running]:
    """An issuer with ProConnect's claims."""
    with provider() as running:
        yield running


@pytest.fixture(scope="session")
def keycloak() -> Iterator[Running]:
    """Another issuer that is configured too."""
    with provider() as running:
        yield running


@pytest.fixture
def settings(fresh_url: str, tmp_path: Any, proconnect: Running, keycloak: Running) -> Settings:
    """Settings of a gateway that names both: one by the address of its keys, one by the keys."""
    pinned = keycloak.configured("keycloak", jwks_url=None, jwks=keycloak.keys())
    issuers = [ExternalIssuer(**one) for one in (proconnect.configured(), pinned)]
    return registry_settings(fresh_url, tmp_path / "keys", external_issuers=issuers)


def product_app(settings: Settings, url: str) -> ASGIApp:
    """Return the product in one process, as `deploy.all_in_one` assembles it."""
    issuer = Issuer(settings)
    verifier = Verifier(issuer.url, issuer.audience, trust=Trust(issuer.source))
    upstreams = {name: InProcess(service(name, url, verifier)) for name in SERVICES}
    own = create_registry(settings, issuer, verifier=verifier)
    upstreams["gateway"] = InProcess(own)
    external = Callers(settings.external_issuers, issuer, verifier=verifier)
    calls = Recorder(own.database)
    return create_gateway(settings, upstreams, verifier=verifier, calls=calls, external=external)


def service(name: str, url: str, verifier: Verifier) -> Any:
    """Return a service that believes a verifier."""
    kind: Any = import_module(f"services.{name}.settings").Settings
    role, secret = as_role(url, f"{name}_runtime"), SecretStr(CURSOR_SECRET)
    settings = kind(database_url=role, cursor_secret=secret, durable=False)
    return import_module(f"services.{name}.app").create_app(settings, verifier)


@pytest.fixture
async def product(settings: Settings, fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole product."""
    async with client_of(product_app(settings, fresh_url)) as client:
        yield client


@pytest.fixture
def straight(
    registry: httpx.AsyncClient,  # noqa: F811
    database: Database,  # noqa: F811
    *,
    state: Caller,  # noqa: F811
    prefecture: Caller,  # noqa: F811
    town: Caller,  # noqa: F811
) -> Straight:
    """The registry with all who take part."""
    return Straight(registry, database, state, prefecture, town)


@pytest.fixture
def world(product: httpx.AsyncClient, straight: Straight) -> World:
    """The product with all who take part."""
    return World(product, *straight)
