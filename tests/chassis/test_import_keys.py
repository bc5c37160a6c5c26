"""Imports under an Idempotency-Key: one key, one file, one job."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.testing import copied_database, url_of
from tests.chassis.probe_places import (
    GOOD,
    Probe,
    handed_in,
    probe,
)


@pytest.fixture(scope="module")
async def probe_url(admin_url: str) -> AsyncIterator[str]:
    """A database for this file, without the product's tables."""
    async with copied_database(admin_url, "template1") as name:
        yield url_of(admin_url, database=name)


@pytest.fixture
async def places(probe_url: str) -> AsyncIterator[Probe]:
    """The probe service at work."""
    async with probe(probe_url) as opened:
        yield opened


async def test_the_same_key_and_file_are_one_job(places: Probe) -> None:
    key = {"idempotency-key": "import-1"}
    first = await handed_in(places, GOOD, **key)
    again = await handed_in(places, GOOD, **key)
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["location"] == first.headers["location"]
    jobs = await places.database.reads.pool.fetchval("SELECT count(*) FROM probe.import_job")
    assert jobs == 1


@pytest.mark.parametrize(
    ("body", "query", "media_type"),
    [
        (GOOD + "59350,Lille,,\n", "", "text/csv"),
        (GOOD, "?dry_run=true", "text/csv"),
        (GOOD, "", "application/x-ndjson"),
    ],
)
async def test_a_key_stands_for_one_file_and_one_way_to_import_it(
    places: Probe, body: str, query: str, media_type: str
) -> None:
    key = {"idempotency-key": "import-2"}
    await handed_in(places, GOOD, **key)
    other = await handed_in(places, body, query, media_type, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_twins_under_one_key_are_one_job(places: Probe) -> None:
    key = {"idempotency-key": "import-3"}
    answers = await asyncio.gather(*(handed_in(places, GOOD, **key) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.headers["location"] for answer in answers}) == 1
