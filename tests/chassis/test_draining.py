"""A server told to stop: what it says, whom it still serves, when it ends."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Server

from chassis.server import server
from chassis.sockets import bound_socket

DRAIN = timedelta(seconds=0.4)
URL = "https://api.example.fr"


@dataclass
class Work:
    """An app whose `/slow` ends when it is let."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self.stopped = True
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/slow":
            self.begun.set()
            await self.let.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})
        await send({"type": "http.response.body", "body": b"ok"})


LENGTH = (b"content-length", b"2")


@dataclass
class Running:
    """A server under test, a client of it, and its work."""

    server: Server
    work: Work
    client: httpx.AsyncClient
    port: int
    ended: asyncio.Task[None]


@asynccontextmanager
async def served(drain: timedelta = DRAIN) -> AsyncIterator[Running]:
    """Run a server without its signals; end it whatever happened."""
    work = Work()
    made = server(work, public_url=URL, drain=drain)
    with bound_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        ended = asyncio.create_task(made._serve([listener]))  # noqa: SLF001 -- else it takes ours
        while not made.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield Running(made, work, client, port, ended)
        work.let.set()
        made.should_exit = True
        await ended


async def test_a_draining_server_is_not_ready_and_says_so_as_a_problem() -> None:
    async with served() as running:
        assert (await running.client.get("/health/ready")).status_code == 200
        running.server.handle_exit(signal.SIGTERM, None)
        answer = await running.client.get("/health/ready", headers={"Accept-Language": "en"})
        assert answer.status_code == 503
        assert answer.json()["detail"] == "This server is about to stop"
        assert answer.json()["type"].startswith(URL)


async def test_a_draining_server_serves_and_lets_its_callers_go() -> None:
    async with served() as running:
        assert "connection" not in (await running.client.get("/")).headers
        running.server.handle_exit(signal.SIGTERM, None)
        answer = await running.client.get("/")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        assert not running.ended.done()


async def test_a_request_at_work_is_finished_before_the_app_stops() -> None:
    async with served() as running:
        slow = asyncio.create_task(running.client.get("/slow"))
        await running.work.begun.wait()
        running.server.handle_exit(signal.SIGTERM, None)
        await asyncio.sleep(1.0)
        assert not running.work.stopped
        with pytest.raises(httpx.ConnectError):
            await running.client.get("/")
        running.work.let.set()
        assert (await slow).text == "ok"
        await running.ended
        assert running.work.stopped


async def test_a_connection_made_before_the_end_of_the_drain_is_served_after_it() -> None:
    async with served() as running:
        running.server.handle_exit(signal.SIGTERM, None)
        await asyncio.sleep(0.2)
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        await asyncio.sleep(0.25)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize(
    ("drain", "signals"),
    [
        (timedelta(0), [signal.SIGTERM]),
        (timedelta(minutes=1), [signal.SIGINT]),
        (timedelta(minutes=1), [signal.SIGTERM, signal.SIGTERM]),
    ],
    ids=["without drain", "at Ctrl-C", "at a second signal"],
)
async def test_it_stops_at_once(drain: timedelta, signals: list[signal.Signals]) -> None:
    async with served(drain) as running:
        began = time.monotonic()
        for number in signals:
            running.server.handle_exit(number, None)
        await running.ended
    assert time.monotonic() - began < 2


async def test_no_caller_is_refused_while_two_servers_of_a_port_replace_each_other() -> None:
    answers: list[int] = []
    stop = asyncio.Event()

    async def call_without_end(port: int) -> None:
        while not stop.is_set():
            answers.append(await asked_once(port))

    async with AsyncExitStack() as stack:
        port = stack.enter_context(bound_socket("127.0.0.1", 0)).getsockname()[1]
        end_first = await stack.enter_async_context(serving(port))
        callers = [asyncio.create_task(call_without_end(port)) for _ in range(8)]
        await stack.enter_async_context(serving(port))
        await end_first()
        await stack.enter_async_context(serving(port))
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.gather(*callers)
    assert set(answers) == {200}
    assert len(answers) > 100


@asynccontextmanager
async def serving(port: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Serve a shared port; yield what ends this server as SIGTERM does."""
    made = server(Work(), public_url=URL, drain=DRAIN)
    listener = bound_socket("127.0.0.1", port)
    task = asyncio.create_task(made._serve([listener]))  # noqa: SLF001 -- else it takes our signals
    while not made.started:  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.01)

    async def end() -> None:
        made.handle_exit(signal.SIGTERM, None)
        await task

    yield end
    if not task.done():
        made.should_exit = True
        await task


async def asked_once(port: int) -> int:
    """Return the status of one GET on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])
