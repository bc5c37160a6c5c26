"""Requests and answers cross the gateway unchanged; a service in trouble harms only itself.

Every test of this file runs twice where it can: over HTTP, and with the service in process.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.contracts import SERVICES
from tests.gateway.fakes import Fake, answering, echoing, hanging
from tests.tokens import Issuer


@pytest.fixture(params=["distributed", "client"])
def gateway(request: pytest.FixtureRequest) -> httpx.AsyncClient:
    """The gateway in both ways of running."""
    found: httpx.AsyncClient = request.getfixturevalue(request.param)
    return found


async def test_path_and_query_arrive_as_they_were_sent(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await gateway.get("/v1/towns/a%2Fb%20c?q=saint%2Ddi%C3%A9&region=44&region=53&x=%00+%ff")
    scope = fakes["towns"].asked[-1]
    assert scope["raw_path"] == b"/v1/towns/a%2Fb%20c"
    assert scope["query_string"] == b"q=saint%2Ddi%C3%A9&region=44&region=53&x=%00+%ff"


async def test_dots_in_a_path_are_not_resolved(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    await gateway.get("/v1/towns/%2e%2e/%2e%2e/health/live")
    assert fakes["towns"].asked[-1]["raw_path"] == b"/v1/towns/%2e%2e/%2e%2e/health/live"


async def test_a_body_goes_through_both_ways(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].behaviours["/v1/grants"] = echoing
    body = bytes(range(256)) * 2000
    answer = await gateway.post("/v1/grants", content=body)
    assert answer.content == body
    assert fakes["funding"].asked_header(b"content-length") == b"512000"


async def test_a_body_without_length_goes_through(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].behaviours["/v1/grants"] = echoing

    async def pieces() -> Any:
        for _ in range(3):
            yield b"piece"

    answer = await gateway.post("/v1/grants", content=pieces())
    assert answer.content == b"piecepiecepiece"


async def test_a_post_without_body_has_none_behind_the_gateway(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].behaviours["/v1/grants"] = echoing
    answer = await gateway.post("/v1/grants")
    assert answer.content == b""
    assert fakes["funding"].asked_header(b"transfer-encoding") is None


async def test_a_refusal_of_the_service_passes_unchanged(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    refused = answering({"code": "ceiling-exceeded"}, (b"retry-after", b"7"), status=409)
    fakes["funding"].behaviours["/v1/grants"] = refused
    answer = await gateway.post("/v1/grants", content=b"{}")
    assert (answer.status_code, answer.json()) == (409, {"code": "ceiling-exceeded"})
    assert answer.headers["retry-after"] == "7"


async def test_only_end_to_end_headers_reach_the_service(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake], issuer: Issuer
) -> None:
    stopped = {
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Host": "evil",
        "Forwarded": "for=1.2.3.4",
        "X-Acdt-Principal": "root",
        "Cookie": "a=b",
        "Connection": "x-secret, authorization",
        "X-Secret": "1",
        "TE": "trailers",
    }
    shown = issuer.bearer()
    await gateway.get("/v1/towns/1", headers={**stopped, **shown, "X-Kept": "1"})
    seen = dict(fakes["towns"].asked[-1]["headers"])
    leaked = {name for name in stopped if name.lower().encode() in seen} - {"Connection"}
    assert leaked == set()
    assert seen[b"authorization"] == shown["Authorization"].encode()
    assert seen[b"x-kept"] == b"1"


async def test_the_request_id_is_the_same_on_both_sides(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    answer = await gateway.get("/v1/towns/1", headers={"X-Request-Id": "from-the-caller-1"})
    assert answer.headers.get_list("x-request-id") == ["from-the-caller-1"]
    assert fakes["towns"].asked_header(b"x-request-id") == b"from-the-caller-1"


async def test_cors_belongs_to_the_gateway_alone(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    own = ((b"access-control-allow-origin", b"https://evil"), (b"set-cookie", b"a=b"))
    fakes["towns"].behaviours["/v1/towns"] = answering({}, *own)
    answer = await gateway.get("/v1/towns", headers={"Origin": "https://a.example"})
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


async def test_head_has_the_headers_of_get_and_no_body(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    answer = await gateway.head("/v1/towns")
    assert (answer.status_code, answer.content) == (200, b"")
    assert fakes["towns"].asked[-1]["method"] == "HEAD"


async def test_a_service_that_hangs_is_a_504_that_names_it_and_only_it(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["trainings"].behaviours["/v1/trainings"] = hanging
    hung, *others = await asyncio.gather(
        gateway.get("/v1/trainings"), *(gateway.get("/v1/towns") for _ in range(5))
    )
    assert hung.status_code == 504
    assert hung.headers["content-type"] == "application/problem+json"
    assert (hung.json()["code"], hung.json()["service"]) == ("upstream-timeout", "trainings")
    assert hung.headers["retry-after"]
    assert {other.status_code for other in others} == {200}


async def test_a_hanging_service_is_soon_not_asked_any_more(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["trainings"].behaviours["/v1/trainings"] = hanging
    await asyncio.gather(*(gateway.get("/v1/trainings") for _ in range(5)))
    began = time.monotonic()
    answer = await gateway.get("/v1/trainings")
    assert (answer.status_code, answer.json()["service"]) == (503, "trainings")
    assert time.monotonic() - began < 0.1
    assert len(fakes["trainings"].asked) == 5


async def test_an_unknown_collection_is_a_404_problem(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/twons", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-collection")
    assert "/v1/towns" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/health/deep", "/openapi/other.json", "/admin"])
async def test_what_services_have_for_themselves_is_not_exposed(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake], path: str
) -> None:
    answer = await gateway.get(path)
    assert answer.status_code == 404
    assert all(not fakes[name].asked for name in SERVICES)


async def test_a_body_beyond_the_limit_is_a_413(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].behaviours["/v1/grants"] = echoing

    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    answer = await gateway.post("/v1/grants", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_a_change_may_take_longer_than_a_read(
    gateway: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.4)
        await echoing(scope, receive, send)

    fakes["funding"].behaviours["/v1/grants"] = slow
    answer = await gateway.post("/v1/grants", content=b"{}")
    assert (answer.status_code, answer.content) == (200, b"{}")
