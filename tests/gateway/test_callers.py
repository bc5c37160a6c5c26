"""Callers with a token: open data from the same kept answers, what is theirs from the service."""

import asyncio
from collections.abc import Callable, Mapping

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.identity import principal_of
from chassis.testing import client_of
from tests.gateway.fakes import PUBLIC, Behaviour, Fake, Headers, answer, answering
from tests.tokens import Issuer

PATH = "/v1/grants"


def telling(*headers: tuple[bytes, bytes]) -> Behaviour:
    """Return a behaviour that shows each caller its own organisation."""

    async def behave(scope: Scope, _receive: Receive, send: Send) -> None:
        shown = {"seen_by": principal_of(scope).organisation}
        await answer(send, shown, headers=[*headers, (b"etag", b'"1"')])

    return behave


async def test_open_data_is_kept_once_for_all_callers(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake], issuer: Issuer
) -> None:
    fakes["funding"].behaviours[PATH] = answering({"open": True}, PUBLIC)
    await asyncio.sleep(0.05)  # until the feeds are read
    callers = [issuer.bearer(org="one"), {}, issuer.bearer(org="two"), issuer.bearer(org="one")]
    answers = [await client.get(PATH, headers=headers) for headers in callers]
    assert [one.json() for one in answers] == [{"open": True}] * 4
    assert len(fakes["funding"].asked) == 1
    assert "hit" in answers[-1].headers["cache-status"]


@pytest.mark.parametrize(
    "headers",
    [
        [(b"cache-control", b"private, no-store")],
        [PUBLIC, (b"vary", b"Accept, Authorization")],
        [PUBLIC, (b"vary", b"authorization")],
        [],
    ],
    ids=["private", "varies", "varies in lower case", "silent"],
)
async def test_what_one_caller_sees_is_never_shown_to_the_next(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake], issuer: Issuer, headers: Headers
) -> None:
    fakes["funding"].behaviours[PATH] = telling(*headers)
    await asyncio.sleep(0.05)
    one, two = issuer.bearer(org="one"), issuer.bearer(org="two")
    turns = [(one, "one"), (two, "two"), ({}, "public"), (one, "one"), ({}, "public")]
    for _ in range(2):
        for shown, name in turns:
            answered = await client.get(PATH, headers=shown)
            assert answered.json() == {"seen_by": name}
    assert len(fakes["funding"].asked) == 2 * len(turns)


async def test_a_bad_token_is_refused_even_where_an_open_answer_is_kept(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake], issuer: Issuer
) -> None:
    fakes["funding"].behaviours[PATH] = answering({}, PUBLIC)
    await asyncio.sleep(0.05)
    await client.get(PATH)
    ended = await client.get(PATH, headers=issuer.bearer(iat=1_000_000, exp=1_000_300))
    assert (ended.status_code, ended.json()["reason"]) == (401, "expired")
    assert ended.headers["cache-control"] == "no-store"
    changed = await client.post(PATH, headers={"Authorization": "Basic YTpi"})
    assert (changed.status_code, changed.json()["reason"]) == (401, "credentials")
    assert len(fakes["funding"].asked) == 1


async def test_a_principal_that_was_there_before_is_replaced(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake], issuer: Issuer
) -> None:
    fakes["funding"].behaviours[PATH] = telling()
    planted = await issuer.verifier().principal(
        {"path": PATH, "headers": [(b"authorization", issuer.bearer()["Authorization"].encode())]}
    )
    app = in_process()

    async def planting(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = planted
        await app(scope, receive, send)

    async with client_of(planting) as client:
        assert (await client.get(PATH)).json() == {"seen_by": "public"}
