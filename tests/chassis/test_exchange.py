"""How an answer is written: what its head may hold, when it leaves, how the body ends."""

import asyncio
import logging
from collections.abc import Sequence

import pytest
from starlette.types import Message
from uvicorn.protocols.http.flow_control import FlowControl

from chassis.exchange import Exchange, HeaderLines

LENGTH = (b"content-length", b"4")
LOG = logging.getLogger("uvicorn.error")


class Written(asyncio.Transport):
    """A connection that remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def exchange(transport: Written, *, method: str = "GET", keep_alive: bool = True) -> Exchange:
    return Exchange(
        scope={"type": "http", "method": method},  # type: ignore[typeddict-item]
        transport=transport,
        flow=FlowControl(transport),
        logger=LOG,
        access_logger=LOG,
        access_log=False,
        default_headers=[(b"date", b"today")],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=lambda: None,
    )


def start(status: int = 200, headers: Sequence[tuple[bytes, bytes]] = ()) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(content: bytes = b"", *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def written(*messages: Message, method: str = "GET", keep_alive: bool = True) -> bytes:
    """Return all that a whole answer writes."""
    transport = Written()
    answered = exchange(transport, method=method, keep_alive=keep_alive)
    for message in messages:
        await answered.send(message)  # type: ignore[arg-type]
    assert answered.response_complete
    return b"".join(transport.writes)


async def test_an_answer_that_is_ready_leaves_in_one_write() -> None:
    transport = Written()
    answered = exchange(transport)
    await answered.send(start(headers=[LENGTH]))  # type: ignore[arg-type]
    await answered.send(body(b"done"))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert transport.writes == [
        b"HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 4\r\n\r\ndone",
    ]


async def test_a_head_does_not_wait_for_a_body_that_comes_later() -> None:
    transport = Written()
    answered = exchange(transport)
    await answered.send(start(headers=[LENGTH]))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert transport.writes == [b"HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 4\r\n\r\n"]
    await answered.send(body(b"done"))  # type: ignore[arg-type]
    assert transport.writes[1:] == [b"done"]


async def test_nothing_is_written_to_a_connection_that_closed_after_the_head() -> None:
    transport = Written()
    await exchange(transport).send(start(headers=[LENGTH]))  # type: ignore[arg-type]
    transport.close()
    await asyncio.sleep(0)
    assert transport.writes == []


@pytest.mark.parametrize(
    "header",
    [
        pytest.param((b"x-a", b"1\r\nset-cookie: a=b"), id="a line break in a value"),
        pytest.param((b"x-a", b"1\n"), id="a line feed at the end"),
        pytest.param((b"x-a", b"\x00"), id="NUL in a value"),
        pytest.param((b"x-a\r\nx-b", b"1"), id="a line break in a name"),
        pytest.param((b"x a", b"1"), id="a space in a name"),
        pytest.param((b"Content-Length", b"4"), id="a name not in lower case, as ASGI asks"),
    ],
)
async def test_a_header_that_could_break_the_answer_is_refused_each_time(
    header: tuple[bytes, bytes],
) -> None:
    for _ in range(2):
        transport = Written()
        with pytest.raises(RuntimeError, match="Invalid HTTP header"):
            await exchange(transport).send(start(headers=[header]))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert transport.writes == []


def test_the_lines_kept_do_not_grow_without_end() -> None:
    lines = HeaderLines()
    for number in range(3_000):
        assert lines[b"x-request-id", b"%d" % number] == b"x-request-id: %d\r\n" % number
    assert len(lines) <= 1_024


@pytest.mark.parametrize(
    ("messages", "method", "end"),
    [
        pytest.param([start(), body(b"abc", more=True), body()], "GET",
                     b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", id="no length"),
        pytest.param([start(headers=[(b"transfer-encoding", b"chunked")]), body(b"abc")], "GET",
                     b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", id="chunked"),
        pytest.param([start(), body()], "GET", b"chunked\r\n\r\n0\r\n\r\n", id="no body"),
        pytest.param([start(headers=[LENGTH]), body(b"ab", more=True), body(b"cd")], "GET",
                     b"content-length: 4\r\n\r\nabcd", id="a length, in pieces"),
        pytest.param([start(headers=[LENGTH]), body(b"done")], "HEAD",
                     b"content-length: 4\r\n\r\n", id="HEAD"),
        pytest.param([start(304), body()], "GET", b"date: today\r\n\r\n", id="304"),
        pytest.param([start(204), body()], "GET", b"date: today\r\n\r\n", id="204"),
    ],
)  # fmt: skip
async def test_an_answer_ends_as_its_head_says(
    messages: list[Message], method: str, end: bytes
) -> None:
    assert (await written(*messages, method=method)).endswith(end)


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([body(b"a")], id="a body first"),
        pytest.param([start(), start()], id="two heads"),
        pytest.param([start(headers=[LENGTH]), body(b"done!")], id="more than announced"),
        pytest.param([start(headers=[LENGTH]), body(b"do")], id="less than announced"),
        pytest.param([start(304), body(b"a")], id="a 304 with a body"),
        pytest.param([start(), body(), body()], id="more after the end"),
    ],
)
async def test_an_answer_that_contradicts_itself_is_a_fault(messages: list[Message]) -> None:
    with pytest.raises(RuntimeError):
        await written(*messages)


async def test_the_last_answer_of_a_connection_says_so_once_and_closes_it() -> None:
    said = start(headers=[LENGTH, (b"connection", b"Close")])
    assert (await written(said, body(b"done"))).count(b"connection") == 1
    plain = start(headers=[LENGTH])
    assert b"connection: close\r\n" in await written(plain, body(b"done"), keep_alive=False)
    transport = Written()
    answered = exchange(transport)
    await answered.send(said)  # type: ignore[arg-type]
    await answered.send(body(b"done"))  # type: ignore[arg-type]
    assert transport.closed
