"""Services on the other side of a connection that may refuse, break or say nonsense."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from chassis.testing import client_of, lifespan
from gateway.app import create_app
from gateway.forwarding import AnswerCut
from tests.gateway.conftest import quick
from tests.gateway.fakes import Fake

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def talking(conversation: Conversation, port: int = 0) -> AsyncIterator[str]:
    """Serve raw bytes: what `conversation` writes after each accepted connection."""
    writers = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(asyncio.IncompleteReadError):
            await conversation(reader, writer)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"
    for writer in writers:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
def free_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"http://127.0.0.1:{found.getsockname()[1]}"


async def test_a_dead_service_is_a_503_that_names_it_and_the_others_answer(
    contracts: Path, addresses: dict[str, str], free_url: str
) -> None:
    settings = quick(contracts, **{**addresses, "funding_url": free_url})
    async with client_of(create_app(settings)) as gateway:
        for _ in range(8):
            dead = await gateway.get("/v1/grants", headers={"Accept-Language": "en"})
            assert (dead.status_code, dead.json()["service"]) == (503, "funding")
            assert int(dead.headers["retry-after"]) >= 1
            assert "funding" in dead.json()["detail"]
            for path in ("/v1/towns", "/v1/trainings", "/v1/indicators"):
                assert (await gateway.get(path)).status_code == 200


async def test_a_service_that_comes_back_answers_again(contracts: Path, free_url: str) -> None:
    port = int(free_url.rsplit(":", 1)[1])
    settings = quick(contracts, towns_url=free_url, **_nowhere(free_url))

    async def well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()

    async with client_of(create_app(settings)) as gateway:
        for _ in range(6):
            assert (await gateway.get("/v1/towns")).status_code == 503
        async with talking(well, port):
            await asyncio.sleep(1.1)  # the pause of an open breaker
            assert (await gateway.get("/v1/towns")).status_code == 200


async def test_an_answer_that_is_not_http_is_a_502(contracts: Path) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()

    async with talking(nonsense) as url, client_of(_gateway(contracts, url)) as gateway:
        answer = await gateway.get("/v1/towns")
    assert (answer.status_code, answer.json()["code"]) == (502, "upstream-broken")
    assert answer.json()["service"] == "towns"


async def test_an_answer_cut_short_is_never_passed_off_as_whole(contracts: Path) -> None:
    async def short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        await writer.drain()

    async with talking(short) as url, client_of(_gateway(contracts, url)) as gateway:
        with pytest.raises(AnswerCut):
            await gateway.get("/v1/towns")


async def test_a_read_reset_before_its_first_byte_is_asked_again_once(contracts: Path) -> None:
    connections = []

    async def reset_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/v1/towns" not in head:
            return
        connections.append(head)
        if len(connections) > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()

    async with talking(reset_first) as url, client_of(_gateway(contracts, url)) as gateway:
        assert (await gateway.get("/v1/towns")).status_code == 200
    assert len(connections) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_change_is_never_sent_twice(contracts: Path, method: str) -> None:
    heads = []

    async def reset(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/v1/towns" in head:
            heads.append(head)

    async with talking(reset) as url, client_of(_gateway(contracts, url)) as gateway:
        answer = await gateway.request(method, "/v1/towns/1", content=b"{}")
    assert answer.status_code == 503
    assert len(heads) == 1


async def test_a_reused_connection_that_died_does_not_repeat_a_change(contracts: Path) -> None:
    heads = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        heads.append(await reader.readuntil(b"\r\n\r\n"))

    settings = {"cache": False}
    async with talking(once) as url, client_of(_gateway(contracts, url, **settings)) as gateway:
        assert (await gateway.get("/v1/towns")).status_code == 200
        assert (await gateway.put("/v1/towns/1", content=b"{}")).status_code == 503
    assert [head.split(b" ", 1)[0] for head in heads] == [b"GET", b"PUT"]


async def test_compressed_bytes_pass_as_they_are(contracts: Path) -> None:
    async def packed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: x-odd\r\nContent-Length: 3\r\n\r\n"
        writer.write(head + b"\x1f\x8b\x00")
        await writer.drain()

    async with talking(packed) as url, client_of(_gateway(contracts, url)) as gateway:
        answer = await gateway.get("/v1/towns")
    assert answer.content == b"\x1f\x8b\x00"
    assert answer.headers["content-encoding"] == "x-odd"


async def test_a_redirect_is_the_callers_business(contracts: Path) -> None:
    async def moved(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 303 See Other\r\nLocation: /v1/x\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with talking(moved) as url, client_of(_gateway(contracts, url)) as gateway:
        answer = await gateway.get("/v1/towns")
    assert (answer.status_code, answer.headers["location"]) == (303, "/v1/x")


async def test_a_caller_who_leaves_ends_the_read_behind_the_gateway(
    contracts: Path, addresses: dict[str, str], fakes: Mapping[str, Fake]
) -> None:
    ended = asyncio.Event()
    asked = asyncio.Event()

    async def watching(_scope: Scope, receive: Receive, _send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.set()

    fakes["towns"].behaviours["/v1/towns"] = watching
    app = create_app(quick(contracts, **addresses))
    async with lifespan(app):
        sent = await called_and_left(app, "GET", leave=asked)
        async with asyncio.timeout(2):
            await ended.wait()
    assert sent == []


async def test_a_caller_who_leaves_does_not_end_a_change(
    contracts: Path, addresses: dict[str, str], fakes: Mapping[str, Fake]
) -> None:
    done = asyncio.Event()
    asked = asyncio.Event()

    async def working(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.set()
        await asyncio.sleep(0.3)
        done.set()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    fakes["towns"].behaviours["/v1/towns"] = working
    app = create_app(quick(contracts, **addresses))
    async with lifespan(app):
        sent = await called_and_left(app, "POST", leave=asked)
    assert done.is_set()
    assert sent[0]["status"] == 200


async def called_and_left(app: Any, method: str, *, leave: asyncio.Event) -> list[Message]:
    """Call the gateway and close the connection once `leave` is set; return what was sent."""
    first = [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        if first:
            return first.pop()
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/v1/towns",
        "raw_path": b"/v1/towns",
        "query_string": b"",
        "headers": [],
        "state": {},
    }
    await app(scope, receive, send)
    return sent


def _gateway(contracts: Path, towns_url: str, **changes: Any) -> Any:
    return create_app(quick(contracts, towns_url=towns_url, **_nowhere(towns_url), **changes))


def _nowhere(url: str) -> dict[str, str]:
    return dict.fromkeys(("trainings_url", "funding_url", "evaluation_url"), url)
