"""A service, whatever it is asked: the framework's own refusals speak the language of the API."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from chassis.assembly import ServiceApp
from chassis.contract import API_VERSION
from chassis.http import LONGEST_URI, Edge
from chassis.identity import Open, PolicyMismatch, PolicyTable
from chassis.problems import (
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    Problem,
    ServiceUnavailable,
    UnsupportedMediaType,
    UriTooLong,
)
from chassis.testing import TEST_URL
from services.trainings.app import create_app
from services.trainings.settings import Settings
from tests.chassis.write_probe import probe_app, probe_client
from tests.conftest import CURSOR_SECRET


@pytest.fixture
async def probe(fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with probe_client(fresh_url) as client:
        yield client


def is_problem(answer: httpx.Response, problem: type[Problem]) -> bool:
    """Whether the answer is this problem, as problem details."""
    shown = answer.json()
    return (
        answer.status_code == shown["status"] == problem.status
        and answer.headers["content-type"] == "application/problem+json"
        and shown["code"] == problem.slug()
    )


async def test_the_framework_refuses_in_our_words(probe: httpx.AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    broken = await probe.post("/v1/bookings", content=b"{", headers=json)
    assert is_problem(broken, MalformedJson)
    as_text = await probe.post(
        "/v1/bookings", content=b"{}", headers={"Content-Type": "text/plain"}
    )
    assert is_problem(as_text, UnsupportedMediaType)
    assert is_problem(await probe.get("/v1/none"), NotFound)
    assert is_problem(await probe.get("/v1/bookings/"), NotFound)
    assert is_problem(await probe.get("/?" + "x" * LONGEST_URI), UriTooLong)


async def test_a_405_lists_every_method_of_the_path(probe: httpx.AsyncClient) -> None:
    answer = await probe.delete("/v1/bookings")
    assert is_problem(answer, MethodNotAllowed)
    assert answer.headers["allow"] == "POST"


async def test_each_field_of_a_body_at_fault_is_pointed_at(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/v1/bookings", json={"count": "2", "color": "red"})
    assert answer.status_code == 422
    errors = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert errors == {"/count": "int-type", "/color": "extra-forbidden"}
    assert "red" not in answer.text


async def test_a_service_says_that_it_lives_is_ready_and_what_it_promises(
    probe: httpx.AsyncClient,
) -> None:
    assert (await probe.get("/health/live")).json()["status"] == "live"
    ready = (await probe.get("/health/ready")).json()
    assert ready == {
        "status": "ready",
        "service": "trainings",
        "version": API_VERSION,
        "schema_revision": "0002",
        "data_as_of": None,
    }
    contract = (await probe.get("/openapi.json")).json()
    assert contract["paths"]["/v1/events/trainings"]["get"]["operationId"] == (
        "list_trainings_events"
    )
    assert "/health/live" not in contract["paths"]


async def test_a_service_that_is_not_open_yet_is_unavailable() -> None:
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:1/x", cursor_secret=SecretStr(CURSOR_SECRET)
    )
    edge = Edge(create_app(settings), server="probe", public_url=TEST_URL)
    transport = httpx.ASGITransport(edge)
    async with httpx.AsyncClient(transport=transport, base_url=TEST_URL) as client:
        assert is_problem(await client.get("/v1/events/trainings"), ServiceUnavailable)
        assert is_problem(await client.get("/health/ready"), ServiceUnavailable)


def test_an_operation_without_a_policy_row_stops_the_start(fresh_settings: Settings) -> None:
    with pytest.raises(PolicyMismatch, match="no policy row for list_trainings_events"):
        ServiceApp("trainings", fresh_settings, summary="Probe", routers=[], policy=PolicyTable({}))


def test_a_policy_row_without_an_operation_stops_the_start(fresh_settings: Settings) -> None:
    rows = PolicyTable({"list_trainings_events": Open(), "fly": Open()})
    with pytest.raises(PolicyMismatch, match="no operation named fly"):
        ServiceApp("trainings", fresh_settings, summary="Probe", routers=[], policy=rows)


@pytest.fixture
def fresh_settings() -> Settings:
    return Settings(
        database_url="postgresql://nobody@127.0.0.1:1/x", cursor_secret=SecretStr(CURSOR_SECRET)
    )


def test_the_contract_is_the_same_each_time_it_is_drawn(fresh_url: str) -> None:
    app = probe_app(fresh_url)
    assert app.openapi() == app.openapi()
