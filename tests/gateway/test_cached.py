"""Public reads through the gateway's cache: never stale by more than the feed, never shared."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.testing import client_of
from tests.gateway.fakes import PUBLIC, Fake, answer, answering

TAGGED = (b"etag", b'"v1"')


@pytest.fixture
async def client(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that has read the feeds."""
    fakes["towns"].behaviours["/v1/towns"] = answering({"v": 1}, PUBLIC, TAGGED)
    async with client_of(in_process()) as client:
        await asyncio.sleep(0.05)
        yield client


def asked(fakes: Mapping[str, Fake]) -> int:
    return len(fakes["towns"].asked)


async def test_a_public_read_is_asked_once(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    first, second = [await client.get("/v1/towns") for _ in range(2)]
    assert first.json() == second.json() == {"v": 1}
    assert first.headers["etag"] == second.headers["etag"] == '"v1"'
    assert "age" not in first.headers
    assert second.headers["age"] == "0"
    assert second.headers["cache-status"] == "acdt; hit"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert asked(fakes) == 1


async def test_a_caller_who_has_the_answer_gets_304(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    for _ in range(2):
        answer = await client.get("/v1/towns", headers={"If-None-Match": '"v1"'})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == '"v1"'
        assert "content-type" not in answer.headers
    assert (await client.get("/v1/towns")).status_code == 200
    assert asked(fakes) == 1


async def test_head_is_answered_from_what_get_left(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    whole = await client.get("/v1/towns")
    head = await client.head("/v1/towns")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert asked(fakes) == 1


async def test_an_event_makes_the_service_be_asked_again(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await client.get("/v1/towns")
    fakes["towns"].behaviours["/v1/towns"] = answering({"v": 2}, PUBLIC)
    assert (await client.get("/v1/towns")).json() == {"v": 1}
    fakes["towns"].events.append("town-changed")
    await asyncio.sleep(0.1)
    assert (await client.get("/v1/towns")).json() == {"v": 2}


async def test_a_feed_longer_than_a_page_is_read_to_its_end(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].events += [f"event-{number}" for number in range(13)]
    await asyncio.sleep(0.3)
    await client.get("/v1/towns")
    fakes["towns"].events.append("one-more")
    await asyncio.sleep(0.1)
    for _ in range(2):
        await client.get("/v1/towns")
    assert asked(fakes) == 2


async def test_an_event_of_another_service_changes_nothing(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await client.get("/v1/towns")
    fakes["funding"].events.append("grant-awarded")
    await asyncio.sleep(0.1)
    await client.get("/v1/towns")
    assert asked(fakes) == 1


async def test_a_change_through_the_gateway_is_seen_at_once(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await client.get("/v1/towns")
    await client.post("/v1/towns/51108", content=b"{}")
    fakes["towns"].behaviours["/v1/towns"] = answering({"v": 2}, PUBLIC)
    assert (await client.get("/v1/towns")).json() == {"v": 2}


async def test_a_doubtful_answer_is_revalidated_by_its_etag(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def unchanged(scope: Scope, _receive: Receive, send: Send) -> None:
        assert dict(scope["headers"])[b"if-none-match"] == b'"v1"'
        await send({"type": "http.response.start", "status": 304, "headers": [TAGGED]})
        await send({"type": "http.response.body", "body": b""})

    await client.get("/v1/towns")
    fakes["towns"].events.append("something")
    await asyncio.sleep(0.1)
    fakes["towns"].behaviours["/v1/towns"] = unchanged
    for _ in range(3):
        answered = await client.get("/v1/towns")
        assert (answered.status_code, answered.json()) == (200, {"v": 1})
    assert asked(fakes) == 2


async def test_an_answer_overtaken_by_an_event_is_not_believed(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def overtaken(_scope: Scope, _receive: Receive, send: Send) -> None:
        fakes["towns"].events.append("changed-meanwhile")
        await asyncio.sleep(0.1)
        await answer(send, {"v": "old"}, headers=[PUBLIC])

    fakes["towns"].behaviours["/v1/towns"] = overtaken
    await client.get("/v1/towns")
    fakes["towns"].behaviours["/v1/towns"] = answering({"v": "new"}, PUBLIC)
    assert (await client.get("/v1/towns")).json() == {"v": "new"}


async def test_without_a_feed_nothing_is_served_without_asking(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, PUBLIC, TAGGED)
    fakes["towns"].feed_works = False
    async with client_of(in_process()) as client:
        await asyncio.sleep(0.05)
        for _ in range(3):
            await client.get("/v1/towns")
    assert asked(fakes) == 3
    assert fakes["towns"].asked_header(b"if-none-match") == b'"v1"'


async def test_no_cache_asks_afresh_and_renews_what_is_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await client.get("/v1/towns")
    fakes["towns"].behaviours["/v1/towns"] = answering({"v": 2}, PUBLIC)
    fresh = await client.get("/v1/towns", headers={"Cache-Control": "no-cache"})
    assert fresh.json() == (await client.get("/v1/towns")).json() == {"v": 2}
    assert asked(fakes) == 2


async def test_a_cookie_never_meets_the_cache(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    for _ in range(2):
        await client.get("/v1/towns", headers={"Cookie": "a=b"})
    await client.get("/v1/towns")
    await client.get("/v1/towns", headers={"Cookie": "a=b"})
    assert asked(fakes) == 4


async def test_a_header_sent_twice_never_meets_the_cache(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    twice = [("Accept", "application/json"), ("Accept", "text/csv")]
    for _ in range(2):
        await client.get("/v1/towns", headers=twice)
    assert asked(fakes) == 2


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"cache-control", b"private")],
        [(b"cache-control", b"no-store")],
        [(b"cache-control", b"public, no-cache")],
        [PUBLIC, (b"vary", b"Authorization")],
        [PUBLIC, (b"vary", b"*")],
        [PUBLIC, (b"content-encoding", b"x-odd")],
    ],
)
async def test_what_is_not_plainly_public_is_not_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake], headers: list[tuple[bytes, bytes]]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, *headers)
    for _ in range(2):
        await client.get("/v1/towns")
    assert asked(fakes) == 2


async def test_a_private_answer_still_honours_the_callers_condition(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, TAGGED)
    answered = await client.get("/v1/towns", headers={"If-None-Match": '"v1"'})
    assert (answered.status_code, answered.content) == (304, b"")


async def test_errors_are_not_kept(client: httpx.AsyncClient, fakes: Mapping[str, Fake]) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, PUBLIC, status=404)
    for _ in range(2):
        assert (await client.get("/v1/towns")).status_code == 404
    assert asked(fakes) == 2


async def test_an_export_is_streamed_and_not_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    for _ in range(2):
        await client.get("/v1/towns?format=csv")
        await client.get("/v1/towns", headers={"Accept": "text/csv"})
    assert asked(fakes) == 4


async def test_a_long_answer_passes_whole_and_is_not_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def long(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [PUBLIC]})
        for _ in range(20):
            piece = {"type": "http.response.body", "body": b"x" * 50_000, "more_body": True}
            await send(piece)
        await send({"type": "http.response.body", "body": b"end"})

    fakes["towns"].behaviours["/v1/towns"] = long
    for _ in range(2):
        assert len((await client.get("/v1/towns")).content) == 1_000_003
    assert asked(fakes) == 2


async def test_an_answer_in_pieces_is_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def pieces(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [PUBLIC]})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    fakes["towns"].behaviours["/v1/towns"] = pieces
    for _ in range(2):
        assert (await client.get("/v1/towns")).content == b"one two"
    assert asked(fakes) == 1


async def test_the_longest_lifetime_ends_even_without_news(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, PUBLIC)
    async with client_of(in_process(cache_lifetime=timedelta(seconds=0.1))) as client:
        await asyncio.sleep(0.05)
        await client.get("/v1/towns")
        await asyncio.sleep(0.15)
        await client.get("/v1/towns")
    assert asked(fakes) == 2


async def test_the_cache_can_be_turned_off(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, PUBLIC)
    async with client_of(in_process(cache=False)) as client:
        for _ in range(2):
            await client.get("/v1/towns")
    assert asked(fakes) == 2
