"""Towns with their facts, and without: every change is undone after the test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from services.towns.reference.loader import load
from services.towns.reference.manifest import TABLES
from services.towns.tables import Table
from tests.callers import service_app
from tests.towns.asking import Towns
from tests.towns.panelling import Bench

KEPT = {
    "event",
    "idempotency_key",
    "call_ruleset",
    "application_version",
    "application_step",
    "panel_conflict",
    "panel_sheet",
    "panel_score",
    "panel_opinion",
    "exchange_message",
    "decision_text",
}
"""Append-only, or nothing to do with facts."""


@pytest.fixture
async def towns_session(seeded_url: str) -> AsyncIterator[AsyncSession]:
    """Yield a transaction of the runtime role that is never committed."""
    runtime = make_url(seeded_url).set(username="towns_runtime")
    engine = create_async_engine(sqlalchemy_url(runtime.render_as_string(hide_password=False)))
    async with engine.connect() as connection, AsyncSession(connection) as session:
        yield session
        await session.rollback()
    await engine.dispose()


@pytest.fixture
async def towns_facts(towns_session: AsyncSession) -> AsyncSession:
    """Return a transaction in which the shipped facts are loaded."""
    await load(towns_session)
    return towns_session


@pytest.fixture
async def empty_towns(towns_session: AsyncSession) -> AsyncSession:
    """Return a transaction in which no fact is loaded."""
    for table in reversed(Table.metadata.sorted_tables):
        if table.name not in KEPT:
            await towns_session.execute(delete(table))
    return towns_session


@pytest.fixture
async def desk(fresh_url: str) -> AsyncIterator[Towns]:
    """The service on a database of the test's own, for what partners write."""
    edge = Edge(service_app("towns", fresh_url), server="towns", public_url=TEST_URL)
    async with client_of(edge) as client:
        yield Towns(client)


@pytest.fixture
def bench(desk: Towns, fresh_url: str) -> Bench:
    """The same database, in which calls and bids are put and time is moved."""
    return Bench(desk, fresh_url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped tables that a test may change."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))
