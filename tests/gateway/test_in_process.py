"""Services that live in the gateway's own process."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.problems import Refused, Text
from chassis.testing import client_of, lifespan
from gateway.app import NoWayToService, create_app
from gateway.upstreams import InProcess
from tests.gateway.conftest import quick
from tests.gateway.fakes import Fake
from tests.gateway.test_http_upstream import called_and_left


class EnvelopeExhausted(Refused):
    """A refusal of a service."""

    title = Text("Enveloppe épuisée", "Envelope exhausted")


async def test_the_lifespans_of_the_services_run_around_the_gateways(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    async with lifespan(in_process()):
        assert all(fake.lifespan == ["started"] for fake in fakes.values())
    assert all(fake.lifespan == ["started", "stopped"] for fake in fakes.values())


async def test_a_service_that_refuses_to_start_stops_the_start_and_says_why(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].refuses_to_start = True
    with pytest.raises(RuntimeError, match="the schema is outdated"):
        async with lifespan(in_process()):
            pass
    assert fakes["towns"].lifespan == ["started", "stopped"]


async def test_a_service_neither_here_nor_anywhere_stops_the_start(contracts: Path) -> None:
    with pytest.raises(NoWayToService, match="GATEWAY_TRAININGS_URL"):
        create_app(quick(contracts), {"towns": InProcess(Fake("towns"))})


async def test_what_a_lifespan_leaves_in_its_state_reaches_the_requests(
    fakes: Mapping[str, Fake],
) -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"]["pool"] = "open"
        else:
            seen.append(scope["state"]["pool"])
        await fakes["towns"](scope, receive, send)

    upstream = InProcess(app)
    async with upstream.running():
        scope = {"type": "http", "path": "/x", "state": {}}
        await upstream(scope, _silent, _deaf)
    assert seen == ["open"]


async def test_a_refusal_raised_by_a_service_becomes_its_problem(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    async def refusing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise EnvelopeExhausted

    fakes["funding"].behaviours["/v1/grants"] = refusing
    async with client_of(in_process()) as client:
        answers = [await client.post("/v1/grants") for _ in range(8)]
    assert {answer.json()["code"] for answer in answers} == {"envelope-exhausted"}
    assert answers[-1].status_code == 409


async def test_a_service_without_a_free_connection_is_a_503_that_names_it(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    async def exhausted(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError

    fakes["funding"].behaviours["/v1/grants"] = exhausted
    async with client_of(in_process()) as client:
        answer = await client.get("/v1/grants")
    assert (answer.status_code, answer.json()["service"]) == (503, "funding")


async def test_a_change_is_never_cancelled_by_a_deadline(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    done = asyncio.Event()
    asked = asyncio.Event()

    async def slow(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.set()
        await asyncio.sleep(0.5)
        done.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    fakes["towns"].behaviours["/v1/towns"] = slow
    app = in_process(write_timeout=0.1)
    async with lifespan(app):
        sent = await called_and_left(app, "POST", leave=asked)
    assert done.is_set()
    assert sent[0]["status"] == 200


async def _silent() -> dict[str, str]:
    return {"type": "http.disconnect"}


async def _deaf(_message: object) -> None:
    return None
