"""A registry on a database of its own, with keys of its own, and callers that it knows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.database import Database
from chassis.http import Edge
from chassis.migrations import head_revision
from chassis.testing import TEST_URL, client_of
from gateway.partners.app import create_app
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests import callers
from tests.conftest import CURSOR_SECRET, as_role
from tests.partners.callers import Caller
from tests.partners.tokens.registered import Partner, an_id, register


def registry_settings(url: str, keys: Path, **changes: Any) -> Settings:
    """Settings of a registry on a test database, with a folder of keys."""
    given: dict[str, Any] = {
        "database_url": as_role(url, "gateway_runtime"),
        "cursor_secret": SecretStr(CURSOR_SECRET),
        "durable": False,
        "public_url": TEST_URL,
        "signing_keys": keys,
        "write_pool_size": 8,
        "access_requests_a_day": 100_000,
    }
    return Settings(**given | changes)


def registry_app(settings: Settings, issuer: Issuer | None = None) -> ASGIApp:
    """Return the registry as a server of its own, which believes the issuer of the tests."""
    app = create_app(settings, issuer or Issuer(settings), verifier=callers.issuer().verifier())
    return Edge(app, server="gateway", public_url=TEST_URL)


@pytest.fixture
def settings(fresh_url: str, tmp_path: Path) -> Settings:
    """Settings of the test's own registry."""
    return registry_settings(fresh_url, tmp_path / "keys")


@pytest.fixture
async def registry(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the registry."""
    async with client_of(registry_app(settings)) as client:
        yield client


@pytest.fixture
async def rejecting(seeded_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The registry on the shared database, for what must change nothing."""
    app = registry_app(registry_settings(seeded_url, tmp_path / "keys"))
    async with client_of(app) as client:
        yield client


@pytest.fixture
async def partner(fresh_url: str) -> Partner:
    """A commune's system with a private key."""
    made = Partner(an_id())
    await register(fresh_url, made)
    return made


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database of the registry, for what no route does."""
    held = Database(settings, schema="gateway", revision=head_revision("gateway"))
    await held.open()
    yield held
    await held.close()


@pytest.fixture
async def state(database: Database) -> Caller:
    """The directorate of the programme, which may approve and suspend."""
    return await Caller.registered(database, "acv_directorate")


@pytest.fixture
async def prefecture(database: Database) -> Caller:
    """A prefecture that may approve."""
    return await Caller.registered(database, "region_prefecture")


@pytest.fixture
async def town(database: Database) -> Caller:
    """A town with a secret, which approves nothing."""
    return await Caller.registered(database, "commune")
