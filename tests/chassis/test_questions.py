"""A question by POST: its body is checked as that of a change, and it can change nothing."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import Response
from pydantic import SecretStr

from chassis.assembly import ServiceApp
from chassis.contract import Input, Output
from chassis.http import Edge
from chassis.identity import Open, PolicyTable
from chassis.lane import Reading, Router
from chassis.questions import QuestionRoute
from chassis.testing import TEST_URL, client_of
from services.trainings.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role

ROUTER = Router(route_class=QuestionRoute)
ASKED = "/v1/sums"


class SumIn(Input):
    numbers: tuple[int, ...]


class Sum(Output):
    sum: int


@ROUTER.post(ASKED, operation_id="add_numbers", response_model=Sum)
async def add_numbers(reads: Reading, body: SumIn) -> Response:
    """Let the database add."""
    row = await reads.pool.fetchrow("SELECT sum(n) AS sum FROM unnest($1::int[]) n", body.numbers)
    return reads.computed(Sum(sum=row["sum"] if row else 0))


@ROUTER.post("/v1/tricks", operation_id="try_to_write", response_model=Sum)
async def try_to_write(reads: Reading) -> Response:
    """Try what no question may."""
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reads.pool.fetch("DELETE FROM trainings.event")
    return reads.computed(Sum(sum=0))


def _service(url: str) -> ServiceApp:
    settings = Settings(
        database_url=as_role(url, "trainings_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
    )
    names = ("add_numbers", "try_to_write", "list_trainings_events")
    policy = PolicyTable({name: Open() for name in names})
    return ServiceApp("trainings", settings, summary="Probe", routers=[ROUTER], policy=policy)


@pytest.fixture
async def probe(fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    edge = Edge(_service(fresh_url), server="probe", public_url=TEST_URL)
    async with client_of(edge) as client:
        yield client


async def test_a_question_is_answered_by_the_pool_of_reads(probe: httpx.AsyncClient) -> None:
    answer = await probe.post(ASKED, json={"numbers": [1, 2, 39]})
    assert (answer.status_code, answer.json()) == (200, {"sum": 42})


async def test_a_question_cannot_write(probe: httpx.AsyncClient) -> None:
    assert (await probe.post("/v1/tricks")).status_code == 200


@pytest.mark.parametrize(
    ("sent", "media", "expected"),
    [
        (b'{"numbers":', "application/json", (400, "malformed-json")),
        (b'{"numbers":["1"]}', "application/json", (422, "invalid-value")),
        (b'{"numbers":[1],"more":1}', "application/json", (422, "invalid-value")),
        (b'{"numbers":[1]}', "text/plain", (415, "unsupported-media-type")),
        (b"", "application/json", (422, "invalid-value")),
    ],
    ids=["cut", "a string", "one key more", "another type", "nothing"],
)
async def test_a_question_that_cannot_be_read_is_refused(
    probe: httpx.AsyncClient, sent: bytes, media: str, expected: tuple[int, str]
) -> None:
    answer = await probe.post(ASKED, content=sent, headers={"Content-Type": media})
    assert (answer.status_code, answer.json()["code"]) == expected


def test_the_contract_of_a_question_asks_for_no_key(fresh_url: str) -> None:
    operation = _service(fresh_url).openapi()["paths"][ASKED]["post"]
    assert [parameter["name"] for parameter in operation.get("parameters", [])] == []
