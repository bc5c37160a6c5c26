"""One server for the whole run, one seeded template; each test copies what it wants to change."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from chassis.embedded import embedded_server
from chassis.embedded_place import discard
from chassis.http import Edge
from chassis.migrations import upgrade
from chassis.observability import configure_logs
from chassis.testing import TEST_URL, client_of, copied_database, url_of
from deploy.clean import sweep
from deploy.names import SCHEMAS
from deploy.postgres.roles import prepare_database, prepare_roles
from services.towns.app import create_app as create_towns
from services.towns.reference.loader import load
from services.towns.settings import Settings as TownsSettings

SERVICES = ("towns", "trainings", "funding", "evaluation")
TEMPLATE = "acdt_template"
CURSOR_SECRET = "only-for-tests-only-for-tests-only"
DATA = Path(__file__).parent.parent / ".data"
_ADMIN_URL = "ACDT_TEST_ADMIN_URL"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that leads the run; its workers inherit the address."""
    configure_logs("critical")
    if hasattr(config, "workerinput"):
        return
    sweep(DATA)
    data = DATA / f"test-{os.getpid()}"
    DATA.mkdir(exist_ok=True)
    data.with_name(f"{data.name}.lock").touch()  # for `sweep`, wherever the server's folders are
    stack = ExitStack()
    config.add_cleanup(stack.close)
    stack.callback(discard, data)
    os.environ[_ADMIN_URL] = stack.enter_context(embedded_server(data, durable=False))
    asyncio.run(_prepared(os.environ[_ADMIN_URL]))


async def _prepared(admin_url: str) -> None:
    """Make the template afresh: roles, schemas, facts."""
    await prepare_database(admin_url, TEMPLATE)
    template = url_of(admin_url, database=TEMPLATE)
    await prepare_roles(template, SCHEMAS)
    for service in SCHEMAS:
        await upgrade(service, url_of(template, database=TEMPLATE, user=f"{service}_migrator"))
    runtime = url_of(template, database=TEMPLATE, user="towns_runtime")
    engine = create_async_engine(sqlalchemy_url(runtime))
    async with AsyncSession(engine) as session, session.begin():
        await load(session)
    await engine.dispose()


@pytest.fixture(scope="session")
def admin_url() -> str:
    """The administrator's address of the test server."""
    return os.environ[_ADMIN_URL]


@pytest.fixture(scope="session")
def seeded_url(admin_url: str) -> str:
    """The administrator's address of this worker's seeded database: read it, never change it."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    asyncio.run(copied(admin_url, name))
    return url_of(admin_url, database=name)


async def copied(admin_url: str, name: str) -> None:
    """Copy the seeded template; the copy stays until the server goes."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    await admin.close()


@pytest.fixture
async def fresh_url(admin_url: str) -> AsyncIterator[str]:
    """The administrator's address of a seeded database of the test's own."""
    async with copied_database(admin_url, TEMPLATE) as name:
        yield url_of(admin_url, database=name)


@pytest.fixture
async def towns(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the towns service, as it answers when reached directly."""
    app = Edge(create_towns(towns_settings(seeded_url)), server="towns", public_url=TEST_URL)
    async with client_of(app) as client:
        yield client


def towns_settings(url: str) -> TownsSettings:
    """Settings of the towns service on a test database."""
    return TownsSettings(
        database_url=as_role(url, "towns_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
    )


def as_role(url: str, role: str) -> str:
    """The same database for another role."""
    return make_url(url).set(username=role).render_as_string(hide_password=False)
