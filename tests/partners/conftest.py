"""A registry on a database of its own, with keys of its own, reached directly."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from gateway.partners.app import create_app
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role
from tests.partners.registered import Partner, an_id, register


def registry_settings(url: str, keys: Path, **changes: Any) -> Settings:
    """Settings of a registry on a test database, with a folder of keys."""
    given: dict[str, Any] = {
        "database_url": as_role(url, "gateway_runtime"),
        "cursor_secret": SecretStr(CURSOR_SECRET),
        "durable": False,
        "public_url": TEST_URL,
        "signing_keys": keys,
    }
    return Settings(**given | changes)


def registry_app(settings: Settings, issuer: Issuer | None = None) -> ASGIApp:
    """Return the registry as a server of its own."""
    app = create_app(settings, issuer or Issuer(settings))
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
async def partner(fresh_url: str) -> Partner:
    """A commune's system with a private key."""
    made = Partner(an_id())
    await register(fresh_url, made)
    return made
