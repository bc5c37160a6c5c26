"""What an issuer tells of a person stays in its token: no table, log, metric or trace holds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from chassis.database import Database
from chassis.observability import Traced
from chassis.testing import client_of
from gateway.settings import Settings
from tests.external.attaching import Straight, World
from tests.external.conftest import product_app
from tests.external.provider import person
from tests.external.signing_in import Running, bearer
from tests.security.test_canaries import logging, provider_of

SIRET = "21510108000015"


@asynccontextmanager
async def traced(
    settings: Settings, url: str, spans: InMemorySpanExporter
) -> AsyncIterator[httpx.AsyncClient]:
    """Open the product with every line and every trace that there is."""
    with logging():
        async with client_of(Traced(product_app(settings, url), provider_of(spans))) as client:
            yield client


async def held(database: Database) -> str:
    """Return all that the tables of the registry hold."""
    found = ""
    async with database.writing() as session:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'gateway'"
        for table in (await session.scalars(text(named))).all():
            if table != "alembic_version":
                rows = await session.scalars(text(f"SELECT t::text FROM gateway.{table} t"))
                found += "\n".join(rows.all())
    return found


async def test_names_and_addresses_of_a_person_are_kept_nowhere(
    settings: Settings,
    fresh_url: str,
    proconnect: Running,
    *,
    straight: Straight,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    database, town = straight.database, straight.town
    spans = InMemorySpanExporter()
    told = [str(one) for one in person(f"judy@{SIRET}").values() if one != "agent"]
    async with traced(settings, fresh_url, spans) as product:
        world = World(product, *straight)
        token = proconnect.signs_in(f"judy@{SIRET}").access
        refused = await product.get("/v1/towns", headers=bearer(token))
        assert [one for one in told if one in refused.text] == [SIRET]
        await world.attached(town, await world.identity(token), scopes=["partners:write"])
        assert "scopes" in await world.me(token)
        path = f"{town.path}/secrets"
        changed = await product.post(path, json={"days": 3}, headers=bearer(token))
        assert changed.status_code == 201, changed.text
        figures = (await product.get("/metrics")).text
    lines = capfdbinary.readouterr().out.decode()
    traces = "".join(str(span.to_json()) for span in spans.get_finished_spans())
    kept = await held(database)
    assert "proconnect:" in kept  # who acted is named, by its digest
    for place in (lines, figures, traces, kept):
        assert place
        assert [one for one in [*told, token] if one in place] == []
