"""The change feed over HTTP, the same in every service."""

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from chassis.feed_routes import EventPage
from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from services.evaluation.app import create_app
from services.evaluation.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role

TOWNS_COUNT = 233


async def test_a_reader_goes_on_from_where_it_stopped(
    towns: httpx.AsyncClient, seeded_url: str
) -> None:
    answer = await towns.get("/v1/events/towns?limit=100")
    seen = [event["id"] for event in answer.json()["items"]]
    while "next" in answer.json():
        answer = await towns.get(answer.json()["next"])
        seen += [event["id"] for event in answer.json()["items"]]
    assert len(seen) == len(set(seen)) == await _kept(seeded_url)
    last = EventPage.model_validate_json(answer.content, strict=True)
    later = (await towns.get("/v1/events/towns", params={"after": last.after})).json()
    assert later["items"] == []
    assert "next" not in later


async def _kept(admin_url: str) -> int:
    """Return how many events are there for everybody: those of the facts that were loaded."""
    connection = await asyncpg.connect(admin_url)
    count: int = await connection.fetchval(
        "SELECT count(*) FROM towns.event WHERE audience IS NULL"
    )
    await connection.close()
    assert count > TOWNS_COUNT
    return count


async def test_a_reader_chooses_types_and_a_subject(towns: httpx.AsyncClient) -> None:
    kind = "fr.acdt.towns.town.updated.v1"
    one = (await towns.get(f"/v1/events/towns?types={kind}&subject=towns/acv-051")).json()["items"]
    assert [event["data"] for event in one] == [{"acv_id": "acv-051", "version": 1}]
    none = (await towns.get("/v1/events/towns?types=fr.acdt.towns.town.eaten.v1")).json()
    assert none["items"] == []


async def test_a_reader_may_begin_at_the_end_and_goes_on_under_filters(
    towns: httpx.AsyncClient,
) -> None:
    end = (await towns.get("/v1/events/towns?after=latest")).json()
    rare = "types=fr.acdt.towns.town.eaten.v1"
    none = (await towns.get(f"/v1/events/towns?{rare}")).json()
    later = (await towns.get(f"/v1/events/towns?{rare}&after={none['after']}")).json()
    assert end["items"] == none["items"] == later["items"] == []
    assert end["after"] == none["after"]
    assert "next" not in end


@pytest.mark.parametrize("query", ["after=x", "types=x", "limit=0", "subject=", "from=1"])
async def test_a_bad_parameter_is_refused(towns: httpx.AsyncClient, query: str) -> None:
    assert (await towns.get(f"/v1/events/towns?{query}")).status_code in {400, 422}


async def test_a_service_that_has_done_nothing_has_an_empty_feed(seeded_url: str) -> None:
    settings = Settings(
        database_url=as_role(seeded_url, "evaluation_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
    )
    edge = Edge(create_app(settings), server="evaluation", public_url=TEST_URL)
    async with client_of(edge) as client:
        page = (await client.get("/v1/events/evaluation")).json()
    assert page["items"] == []
    assert page["after"]
