"""Calls made with a token: noted, written each second, told to their own partner alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import Edge
from chassis.identity import Perimeter, Principal
from chassis.problems import NotFound
from chassis.testing import TEST_URL, client_of
from gateway.partners.app import create_app
from gateway.partners.calls import recorder, store
from gateway.partners.calls.recorder import Answered, Recorder
from gateway.partners.errors import ClientNotFound
from gateway.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role
from tests.tokens import Issuer

TOWN, OTHER = (UUID(f"0198c0de-0000-7000-8000-00000000000{n}") for n in (1, 2))
ISSUER = Issuer()


def reader(organisation: UUID = TOWN, kind: str = "commune") -> Principal:
    own = {"organisation": frozenset({str(organisation)})}
    return Principal(
        organisation=str(organisation),
        kind=kind,
        client="tool",
        scopes=frozenset({"partners:read"}),
        perimeter=Perimeter(values=own),
        credential="ab12cd34",
    )


def called(path: str = "/v1/towns/51108?q=secret", method: str = "GET") -> Scope:
    state = {"principal": reader(), "request_id": "request-1"}
    return {"type": "http", "method": method, "path": path, "headers": [], "state": state}


def answering(status: int, body: bytes = b"{}", media: bytes = b"application/json") -> ASGIApp:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", media)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})

    return answer


async def hear(calls: Recorder, app: ASGIApp, scope: Scope | None = None) -> list[Message]:
    """Make one call; return what its caller was sent."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    await calls.heard(app, scope or called(), receive, send=send, name=lambda *_: "show_town")
    return sent


@pytest.fixture
async def registry(fresh_url: str) -> AsyncIterator[Any]:
    """The registry, open, with two partners that have one client each."""
    connection = await asyncpg.connect(as_role(fresh_url, "gateway_runtime"))
    for organisation, client in ((TOWN, "tool"), (OTHER, "other")):
        await connection.execute(
            "INSERT INTO gateway.organisation (id, kind, name) VALUES ($1, 'commune', 'Ville')",
            organisation,
        )
        await connection.execute(
            "INSERT INTO gateway.client (id, organisation_id, name, environment, authentication)"
            " VALUES ($1, $2, 'Outil', 'sandbox', 'client_secret_basic')",
            *(client, organisation),
        )
    await connection.close()
    app = create_app(
        Settings(
            database_url=as_role(fresh_url, "gateway_runtime"),
            cursor_secret=SecretStr(CURSOR_SECRET),
            durable=False,
        ),
        verifier=ISSUER.verifier(),
    )
    async with client_of(app):
        yield app


@asynccontextmanager
async def asking(registry: Any, principal: Principal) -> AsyncIterator[httpx.AsyncClient]:
    edge = Edge(registry, server="gateway", public_url=TEST_URL)
    shown = ISSUER.bearer(
        org=principal.organisation,
        kind=principal.kind,
        scope="partners:read",
        perimeter={"organisation": [principal.organisation]},
    )
    wire = httpx.ASGITransport(edge)
    async with httpx.AsyncClient(transport=wire, base_url=TEST_URL, headers=shown) as client:
        yield client


async def rows(registry: Any) -> list[dict[str, Any]]:
    found = await registry.database.reads.fetch("SELECT * FROM gateway.call ORDER BY at")
    return [dict(row) for row in found]


async def test_a_call_is_written_without_what_it_asked(registry: Any) -> None:
    calls = Recorder(registry.database)
    await hear(calls, answering(200))
    assert await rows(registry) == []
    await calls.flush()
    (row,) = await rows(registry)
    assert row["operation"] == "show_town"
    assert (row["client_id"], row["credential"], row["request_id"]) == (
        *("tool", "ab12cd34", "request-1"),
    )
    assert (row["method"], row["status"], row["code"]) == ("GET", 200, None)
    assert row["duration_us"] >= 0
    assert "51108" not in str(row)
    assert "secret" not in str(row)


async def test_the_code_of_a_problem_is_kept_wherever_it_was_made(registry: Any) -> None:
    calls = Recorder(registry.database)
    problem = answering(403, b'{"code": "forbidden"}', b"application/problem+json")
    told = await hear(calls, problem)
    assert b"".join(message.get("body", b"") for message in told) == b'{"code": "forbidden"}'

    async def refusing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        await hear(calls, refusing)
    await hear(calls, answering(502, b"<html>", b"application/problem+json"))
    await calls.flush()
    kept = [(row["status"], row["code"]) for row in await rows(registry)]
    assert kept == [(403, "forbidden"), (404, "not-found"), (502, None)]


async def test_an_answer_given_at_once_is_noted(registry: Any) -> None:
    calls = Recorder(registry.database)
    scope = called()
    scope["state"] = {"principal": reader(), "request_id": "request-9"}
    calls.note(scope, Answered(304), operation="list_towns", duration_us=12)
    await calls.flush()
    (row,) = await rows(registry)
    assert (row["request_id"], row["operation"], row["status"]) == ("request-9", "list_towns", 304)


async def test_calls_of_one_request_id_are_all_kept(registry: Any) -> None:
    calls = Recorder(registry.database)
    for _ in range(50):
        await hear(calls, answering(200))
    await calls.flush()
    assert len(await rows(registry)) == 50


async def test_calls_beyond_the_room_are_dropped_and_counted(registry: Any) -> None:
    calls = Recorder(registry.database, most=3)
    before = recorder.DROPPED._value.get()  # noqa: SLF001 -- the library shows it no other way
    for _ in range(5):
        await hear(calls, answering(200))
    await calls.flush()
    assert len(await rows(registry)) == 3
    assert recorder.DROPPED._value.get() - before == 2  # noqa: SLF001


async def test_what_cannot_be_written_waits_for_a_better_moment(registry: Any) -> None:
    calls = Recorder(registry.database)
    await hear(calls, answering(200))
    async with registry.database.writing() as session:
        await (await session.connection()).exec_driver_sql("LOCK TABLE gateway.call")
        await calls.flush()
    assert await rows(registry) == []
    await calls.flush()
    assert len(await rows(registry)) == 1


async def test_it_writes_by_itself_and_at_the_end(registry: Any) -> None:
    calls = Recorder(registry.database)
    async with calls.running():
        await hear(calls, answering(200))
        async with asyncio.timeout(5):
            while not await rows(registry):  # noqa: ASYNC110 -- it is another task that writes
                await asyncio.sleep(0.02)
        await hear(calls, answering(200))
    assert len(await rows(registry)) == 2


async def written(registry: Any, **changes: Any) -> None:
    row = {
        "request_id": "request-1",
        "at": datetime.now(UTC),
        "client_id": "tool",
        "credential": "ab12cd34",
        "operation": "show_town",
        "method": "GET",
        "status": 200,
        "code": None,
        "duration_us": 900,
    }
    await registry.database.alone(store.KEEP, store.columns([row | changes]))


async def test_calls_of_more_than_400_days_ago_are_forgotten(registry: Any) -> None:
    now = datetime.now(UTC)
    await written(registry, at=now - timedelta(days=401))
    await written(registry, at=now - timedelta(days=399))
    async with registry.database.writing() as session:
        assert await store.forget(session) == 1
    assert len(await rows(registry)) == 1


DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def used(registry: Any) -> Any:
    """Calls of two days, two operations, two clients."""
    calls: list[dict[str, Any]] = [
        {"at": DAY, "duration_us": 1000},
        {"at": DAY + timedelta(hours=1), "duration_us": 3000},
        {"at": DAY + timedelta(hours=2), "status": 404, "code": "not-found"},
        {"at": DAY + timedelta(days=1), "operation": "list_towns", "credential": "zz99zz99"},
        {"at": DAY + timedelta(days=1, hours=1), "operation": "list_towns", "status": 503},
        {"at": DAY, "client_id": "other", "status": 403},
    ]
    for number, call in enumerate(calls):
        await written(registry, request_id=f"request-{number}", **call)
    return registry


async def test_use_is_told_by_day_and_operation(used: Any) -> None:
    async with asking(used, reader()) as client:
        page_path = f"/v1/partners/{TOWN}/clients/tool/usage"
        page = (await client.get(page_path)).json()
        assert [(one["day"], one["operation"], one["calls_count"]) for one in page["items"]] == [
            ("2026-03-03", "list_towns", 2),
            ("2026-03-02", "show_town", 3),
        ]
        counts = [(one["refused_count"], one["failed_count"]) for one in page["items"]]
        assert counts == [(0, 1), (1, 0)]
        one_of_all = f"{page_path}?limit=1&include_total=true"
        first = (await client.get(one_of_all)).json()
        assert first["total"] == 2
        assert (await client.get(first["next"])).json()["items"] == page["items"][1:]
        days = await client.get(f"{page_path}?day_lte=2026-03-02&format=csv")
        assert days.text.splitlines()[1].startswith("2026-03-02,show_town,3,1,0,")


async def test_refusals_are_told_with_their_request_ids(used: Any) -> None:
    async with asking(used, reader()) as client:
        page = (await client.get(f"/v1/partners/{TOWN}/clients/tool/refusals")).json()
        told = [(one["request_id"], one["status"], one["code"]) for one in page["items"]]
        assert told == [("request-4", 503, None), ("request-2", 404, "not-found")]
        first = (await client.get(f"/v1/partners/{TOWN}/clients/tool/refusals?limit=1")).json()
        assert (await client.get(first["next"])).json()["items"] == page["items"][1:]


async def test_what_was_done_with_a_credential_is_told(used: Any) -> None:
    async with asking(used, reader()) as client:
        asked = (
            f"/v1/partners/{TOWN}/clients/tool/calls?credential=ab12cd34&since=2026-03-02T13:30:00Z"
        )
        page = (await client.get(asked)).json()
        assert [one["request_id"] for one in page["items"]] == ["request-4", "request-2"]
        lines = (await client.get(f"{asked}&format=ndjson")).text.splitlines()
        assert len(lines) == 2


@pytest.mark.parametrize("what", ["usage", "refusals", "calls"])
async def test_the_client_of_another_is_not_found_like_one_that_does_not_exist(
    used: Any, what: str
) -> None:
    paths = [
        f"/v1/partners/{OTHER}/clients/other/{what}",
        f"/v1/partners/{TOWN}/clients/other/{what}",
        f"/v1/partners/{TOWN}/clients/none/{what}",
        f"/v1/partners/{UUID(int=7)}/clients/tool/{what}",
    ]
    async with asking(used, reader()) as client:
        answers = [await client.get(path) for path in paths]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (404, ClientNotFound.slug())
    }
    async with asking(used, reader(kind="acv_directorate")) as client:
        assert (await client.get(paths[0])).status_code == 200
