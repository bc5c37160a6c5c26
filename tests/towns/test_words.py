"""The index of names: kept with the cards, and what a search of one word reads."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.listing import Shape, statement
from services.towns.catalogue import cards
from services.towns.catalogue.queries import TownQuery
from services.towns.catalogue.store import TOWNS
from services.towns.tables import Town

PAGE = 50
MANY = """
INSERT INTO towns.town_card
SELECT (jsonb_populate_record(card, jsonb_build_object(
  'acv_id', 'acv-' || (100000 + n), 'sort_name', chr(97 + n % 26) || n || ' des bains',
  'search', format('''%s%s'' ''des'' ''bains''', chr(97 + n % 26), n)))).*
FROM towns.town_card AS card, generate_series(1, 20000) AS n WHERE acv_id = 'acv-051';
INSERT INTO towns.town_word (entry, acv_id)
SELECT word || ' ' || sort_name, acv_id
FROM towns.town_card, unnest(tsvector_to_array(search)) AS word
ON CONFLICT DO NOTHING;
ANALYZE towns.town_card;
ANALYZE towns.town_word;
SET plan_cache_mode = force_generic_plan;
"""


async def entries_of(session: AsyncSession, acv_id: str) -> Sequence[str]:
    """What the index of names holds of a town."""
    asked = text("SELECT entry FROM towns.town_word WHERE acv_id = :acv_id ORDER BY entry")
    return list(await session.scalars(asked, {"acv_id": acv_id}))


async def test_a_town_stands_in_the_index_under_each_of_its_words(
    towns_facts: AsyncSession,
) -> None:
    found = await entries_of(towns_facts, "acv-176")
    words = ["des", "die", "saint", "st", "vosges"]
    assert found == [f"{word} saint die des vosges" for word in words]


async def test_a_new_name_replaces_the_entries_of_the_old_one(towns_facts: AsyncSession) -> None:
    new = {"name": "Neuve", "folded_name": "neuve", "words": ["neuve"]}
    await towns_facts.execute(update(Town).where(Town.acv_id == "acv-051").values(new))
    await cards.publish(towns_facts, ["acv-051"])
    found = await entries_of(towns_facts, "acv-051")
    assert "neuve neuve" in found
    assert "champagne neuve" in found
    assert all(entry.endswith(" neuve") for entry in found)


async def _read(connection: asyncpg.Connection, typed: str) -> dict[str, Any]:
    """Return how PostgreSQL found the first page of a search, which is full."""
    query = TownQuery(q=typed)
    made = statement(TOWNS, Shape("page", query.used(), query.order() or ""))
    values = made.arguments(query.bindings() | {"limit": PAGE})
    _, count, *_ = await connection.fetchrow(made.sql, *values)
    assert count == PAGE
    explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {made.sql}"
    plan: dict[str, Any] = orjson.loads(await connection.fetchval(explained, *values))[0]["Plan"]
    return plan


async def test_the_plan_of_a_rare_word_is_kept(fresh_url: str) -> None:
    connection = await asyncpg.connect(fresh_url)
    try:
        await connection.execute(MANY)
        await connection.execute("RESET plan_cache_mode")
        query = TownQuery(q="quimper")
        made = statement(TOWNS, Shape("page", query.used(), query.order() or ""))
        prepared = await connection.prepare(made.sql, name="search")
        for _ in range(8):
            await prepared.fetch(*made.arguments(query.bindings() | {"limit": PAGE}))
        kept = "SELECT generic_plans FROM pg_prepared_statements WHERE name = 'search'"
        assert await connection.fetchval(kept) == 3  # PostgreSQL makes the first five anew
    finally:
        await connection.close()


@pytest.mark.parametrize("typed", ["bains", "bain", "des", "d"])
async def test_a_page_of_one_abundant_word_reads_a_page_of_rows(fresh_url: str, typed: str) -> None:
    connection = await asyncpg.connect(fresh_url)
    try:
        await connection.execute(MANY)
        plan = await _read(connection, typed)
    finally:
        await connection.close()
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 30 * PAGE
