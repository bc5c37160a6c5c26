"""Before a change begins: who may ask, with which parameters, having seen which version."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.types import Message

from chassis.http import Edge
from chassis.problems import RequestAbandoned
from chassis.testing import TEST_URL, client_of, lifespan
from tests.chassis.write_probe import SHELF, asked, probe_app, probe_client
from tests.tokens import Issuer

EFFECTS = "SELECT count(*) FROM trainings.event"
SHELVES = "/v1/shelves/0198c0de-0000-7000-8000-00000000beef/books"


@pytest.fixture
async def probe(fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with probe_client(fresh_url) as client:
        yield client


def fault(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ["/v1/secrets", "/v1/refunds"])
async def test_a_scoped_change_asks_strangers_for_a_token(
    probe: httpx.AsyncClient, fresh_url: str, path: str
) -> None:
    answer = await probe.post(path, headers={"Idempotency-Key": "k-1"})

    assert fault(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await asked(fresh_url, EFFECTS) == 0


async def test_a_stranger_learns_nothing_of_a_scoped_change(probe: httpx.AsyncClient) -> None:
    answer = await probe.post("/v1/secrets?x=1", content=b"{")
    assert fault(answer) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("scope", "status"), [("secrets:tell", 200), ("secrets:hear", 403)], ids=["right", "other"]
)
async def test_the_scope_of_the_token_decides(fresh_url: str, scope: str, status: int) -> None:
    issuer = Issuer()
    app = probe_app(fresh_url, issuer.verifier())
    async with client_of(Edge(app, server="probe", public_url=TEST_URL)) as client:
        answer = await client.post("/v1/secrets", headers=issuer.bearer(scope=scope))
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/v1/echoes?dry=1", f"{SHELVES}?lowd=true", f"{SHELVES}?wor=a"])
async def test_a_parameter_that_a_change_does_not_declare_is_refused(
    probe: httpx.AsyncClient, path: str
) -> None:
    assert fault(await probe.post(path)) == (400, "unknown-parameter")


async def test_the_parameters_of_a_change_are_read(probe: httpx.AsyncClient) -> None:
    answer = await probe.post(f"{SHELVES}?loud=true&word=a", headers={"X-Copies": "4"})
    assert answer.json()["count"] == 5


async def test_what_is_wrong_is_said_where_it_is(probe: httpx.AsyncClient) -> None:
    answer = await probe.post(f"{SHELVES}?loud=maybe", headers={"X-Copies": "many"})
    (loud, copies) = answer.json()["errors"]

    assert answer.status_code == 422
    assert (loud["parameter"], loud["code"]) == ("loud", "bool-parsing")
    assert (copies["header"], copies["code"]) == ("x-copies", "int-parsing")


@pytest.mark.parametrize("shelf", ["none", "1", "%00", "0198c0de"])
async def test_a_path_that_no_resource_can_have_is_not_found(
    probe: httpx.AsyncClient, shelf: str
) -> None:
    assert fault(await probe.post(f"/v1/shelves/{shelf}/books")) == (404, "not-found")


async def test_a_nul_in_a_parameter_is_refused(probe: httpx.AsyncClient) -> None:
    answer = await probe.post(f"{SHELVES}?word=%00")
    assert answer.json()["errors"][0]["code"] == "nul-character"


def counted(operation: str, status: int) -> float:
    labels = {"server": "probe", "operation": operation, "status": str(status)}
    return REGISTRY.get_sample_value("acdt_request_seconds_count", labels) or 0.0


async def test_a_change_is_counted_under_its_name(probe: httpx.AsyncClient) -> None:
    before = counted("echo_nothing", 200), counted("tell_secret", 401)
    await probe.post("/v1/echoes")
    await probe.post("/v1/secrets")

    assert (counted("echo_nothing", 200), counted("tell_secret", 401)) == (
        before[0] + 1,
        before[1] + 1,
    )


@pytest.mark.parametrize("key", [[], [(b"idempotency-key", b"k-1")]], ids=["no key", "key"])
async def test_a_caller_who_leaves_during_the_upload_is_no_fault_of_ours(
    fresh_url: str, key: list[tuple[bytes, bytes]]
) -> None:
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"kind":', "more_body": True},
        {"type": "http.disconnect"},
    ]
    before = counted("book_seats", 499)
    edge = Edge(probe_app(fresh_url), server="probe", public_url=TEST_URL)
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), *key]
    scope = {"type": "http", "method": "POST", "path": "/v1/bookings", "raw_path": b"/v1/bookings"}
    scope |= {"query_string": b"", "root_path": "", "headers": headers}
    async with lifespan(edge):
        await edge(scope, receive, send)

    assert RequestAbandoned.status == 499
    assert counted("book_seats", 499) == before + 1
    assert await asked(fresh_url, EFFECTS) == 0


async def test_a_change_waits_for_better_days_when_the_server_is_full(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    admin = await asyncpg.connect(fresh_url)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    answers = await asyncio.gather(
        *(probe.post("/v1/bookings", json={"kind": "slow"}) for _ in range(4))
    )
    await admin.close()
    refused = [answer for answer in answers if answer.status_code != 201]

    assert refused
    assert {fault(answer) for answer in refused} == {(503, "service-unavailable")}
    assert all(answer.headers["retry-after"] for answer in refused)


async def patched(
    probe: httpx.AsyncClient, changes: Any, *, seen: str | None = '"7"', **headers: str
) -> httpx.Response:
    told = {} if seen is None else {"If-Match": seen}
    return await probe.patch("/v1/shelves/one", json=changes, headers=told | headers)


async def test_a_caller_who_saw_the_version_changes_it(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    answer = await patched(probe, {"count": 4})

    assert answer.status_code == 200
    assert answer.json() == {"kind": "atlas", "count": 4}
    assert answer.headers["etag"] == '"8"'
    assert await asked(fresh_url, EFFECTS) == 1


async def test_a_caller_who_saw_another_version_is_shown_the_current_one(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    answer = await patched(probe, {"count": 4}, seen='"6"')

    assert fault(answer) == (412, "precondition-failed")
    assert answer.json()["current"] == SHELF.model_dump(mode="json")
    assert answer.headers["etag"] == '"7"'
    assert await asked(fresh_url, EFFECTS) == 0


@pytest.mark.parametrize("seen", [None, "", " "])
async def test_a_caller_must_say_what_it_saw(probe: httpx.AsyncClient, seen: str | None) -> None:
    assert fault(await patched(probe, {"count": 4}, seen=seen)) == (428, "precondition-required")
    assert fault(await probe.delete("/v1/shelves/one")) == (428, "precondition-required")


async def test_a_condition_that_cannot_be_read_is_refused(probe: httpx.AsyncClient) -> None:
    assert fault(await patched(probe, {}, seen="7")) == (400, "invalid-precondition")


async def test_a_change_that_ignores_the_condition_cannot_commit(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    answer = await probe.delete("/v1/shelves/one", headers={"If-Match": '"6"'})

    assert answer.status_code == 500
    assert await asked(fresh_url, EFFECTS) == 0


async def test_a_repeated_change_is_answered_although_the_version_moved(
    probe: httpx.AsyncClient,
) -> None:
    first = await patched(probe, {"count": 4}, **{"Idempotency-Key": "k-1"})
    again = await patched(probe, {"count": 4}, **{"Idempotency-Key": "k-1"})

    assert again.headers["idempotent-replayed"] == "true"
    assert (again.content, again.headers["etag"]) == (first.content, '"8"')


async def test_null_takes_a_key_back_to_its_default(probe: httpx.AsyncClient) -> None:
    assert (await patched(probe, {"kind": None})).json() == {"kind": "usual", "count": 3}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"count": "4"}, {"/count": "int-type"}),
        ({"colour": "red"}, {"/colour": "extra-forbidden"}),
        ({"kind": {"a": 1}}, {"/kind": "string-type"}),
        (["count", 4], {"": "model-type"}),
        ("count", {"": "model-type"}),
    ],
)
async def test_a_patch_obeys_the_rules_of_the_body_that_made_it(
    probe: httpx.AsyncClient, changes: Any, faults: dict[str, str]
) -> None:
    answer = await patched(probe, changes)

    assert answer.status_code == 422
    assert {error["pointer"]: error["code"] for error in answer.json()["errors"]} == faults


def test_the_contract_shows_conditions_and_patches(fresh_url: str) -> None:
    shelf = probe_app(fresh_url).openapi()["paths"]["/v1/shelves/one"]["patch"]
    (condition,) = [part for part in shelf["parameters"] if part["name"] == "If-Match"]
    drawn = shelf["requestBody"]["content"]["application/json"]["schema"]

    assert condition["required"] is True
    assert {"400", "412", "428"} <= shelf["responses"].keys()
    assert drawn["properties"]["count"] == {"type": ["integer", "null"]}
    assert "required" not in drawn
    assert drawn["additionalProperties"] is False
