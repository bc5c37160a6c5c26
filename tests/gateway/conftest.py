"""A gateway over four fakes, in one process or over HTTP."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from chassis.observability import configure_logs
from chassis.testing import client_of
from gateway.app import create_app
from gateway.contracts import SERVICES
from gateway.settings import Settings
from gateway.upstreams import InProcess
from tests.gateway.fakes import Fake, served, write_contracts
from tests.tokens import Issuer


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    """Draw no trace and search no garbage among all modules: both outlast these deadlines."""
    configure_logs("critical")
    gc.collect()
    gc.freeze()


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """The folder of the fakes' contracts."""
    return write_contracts(tmp_path / "services")


@pytest.fixture
def fakes() -> Mapping[str, Fake]:
    """The four services."""
    return {name: Fake(name) for name in SERVICES}


@pytest.fixture
def issuer() -> Issuer:
    """Who signs the tokens that the gateway believes."""
    return Issuer()


@pytest.fixture
def in_process(
    contracts: Path, fakes: Mapping[str, Fake], issuer: Issuer
) -> Callable[..., ASGIApp]:
    """Return the gateway that calls the fakes directly."""

    def make(**settings: Any) -> ASGIApp:
        upstreams = {name: InProcess(fake) for name, fake in fakes.items()}
        return create_app(quick(contracts, **settings), upstreams, verifier=issuer.verifier())

    return make


@pytest.fixture
async def client(in_process: Callable[..., ASGIApp]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway in one process."""
    async with client_of(in_process()) as client:
        yield client


def quick(contracts: Path, **changes: Any) -> Settings:
    """Settings with deadlines short enough to wait for."""
    short = {
        "feed_interval": timedelta(milliseconds=20),
        "first_byte_timeout": timedelta(seconds=0.2),
    }
    return gateway_settings(**{"contracts": contracts} | short | changes)


def gateway_settings(**changes: Any) -> Settings:
    """Settings of a gateway whose registry is never asked."""
    stand_in = {"database_url": "postgresql://nobody@/nowhere", "cursor_secret": "x" * 32}
    return Settings(**stand_in | changes)


@pytest.fixture
async def addresses(fakes: Mapping[str, Fake]) -> AsyncIterator[dict[str, str]]:
    """The fakes as servers, a port each: the settings that lead to them."""
    async with served(fakes) as urls:
        yield {f"{name}_url": url for name, url in urls.items()}


@pytest.fixture
async def distributed(
    contracts: Path, addresses: dict[str, str], issuer: Issuer
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway that reaches the fakes over HTTP."""
    app = create_app(quick(contracts, **addresses), verifier=issuer.verifier())
    async with client_of(app) as client:
        yield client
