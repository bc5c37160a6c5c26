"""Paging while somebody writes: every town that was there throughout comes exactly once."""

import asyncio

import asyncpg
import httpx
import pytest

from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from services.towns.app import create_app
from tests.conftest import towns_settings

_COPY_A_TOWN = """
INSERT INTO towns.town_card
SELECT (jsonb_populate_record(card, jsonb_build_object(
  'acv_id', 'acv-' || (100000 + $1), 'sort_name', chr(97 + $1 % 26) || ' new',
  'body', replace(card.body, 'acv-051', 'acv-' || (100000 + $1))))).*
FROM towns.town_card card WHERE acv_id = 'acv-051'
"""
_DROP_A_TOWN = "DELETE FROM towns.town_card WHERE acv_id = 'acv-' || (100000 + $1)"


async def _write(url: str, done: asyncio.Event) -> None:
    """Insert towns everywhere in the order, and take some away, until told to stop."""
    writer = await asyncpg.connect(url)
    number = 0
    while not done.is_set():
        await writer.execute(_COPY_A_TOWN, number)
        if number % 3 == 0:
            await writer.execute(_DROP_A_TOWN, number)
        number += 1
    await writer.close()


async def _traverse(client: httpx.AsyncClient, sort: str) -> list[str]:
    ids: list[str] = []
    following: str | None = f"/v1/towns?limit=7&sort={sort}&fields=acv_id"
    while following is not None:
        page = (await client.get(following)).json()
        ids += [item["acv_id"] for item in page["items"]]
        following = page.get("next")
    return ids


@pytest.mark.parametrize("sort", ["name", "-name", "acv_id"])
async def test_a_traversal_misses_and_repeats_nothing_while_a_writer_runs(
    fresh_url: str, sort: str
) -> None:
    app = Edge(create_app(towns_settings(fresh_url)), server="towns", public_url=TEST_URL)
    async with client_of(app) as client:
        before = set(await _traverse(client, "acv_id"))
        done = asyncio.Event()
        writing = asyncio.create_task(_write(fresh_url, done))
        seen = await _traverse(client, sort)
        done.set()
        await writing
        after = set(await _traverse(client, "acv_id"))
    assert len(before) == 233
    assert len(after) > len(before)
    assert len(seen) == len(set(seen))
    assert before <= set(seen)
