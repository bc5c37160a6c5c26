"""A service in another process, reached over HTTP by its own aiohttp pool."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
from starlette.types import Message, Receive, Scope, Send
from yarl import URL

from gateway.headers import READS, Headers
from gateway.upstreams import BrokenAnswer, Unreachable

_IDLE = (
    15.0  # the service keeps idle connections 75 s: we always close first, so none dies under us
)
_CONNECTIONS = 256  # the concurrency limit is kept elsewhere; this only bounds a bug
_VIA = (b"via", b"1.1 acdt")


class CallerLeft(Exception):
    """The caller closed before its body was whole."""


class OverHttp:
    """A service behind a base URL."""

    remote = True

    def __init__(self, url: str, *, connect: timedelta) -> None:
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect.total_seconds())
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the pool of connections."""
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE)
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers={"User-Agent", "Accept", "Accept-Encoding", "Content-Type"},
        ) as session:
            # aiohttp re-sends idempotent methods by itself; retries are decided in forwarding.py
            session._retry_connection = False  # noqa: SLF001
            self._session = session
            yield
        self._session = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._session is None:
            raise Unreachable("the gateway has not started")
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target = f"{target}?{scope['query_string'].decode('latin-1')}"
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in _sent(scope)
        ]
        body = None if scope["method"] in READS else await _body(receive)
        try:
            answer = await self._session.request(
                scope["method"],
                URL(self._url + target, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectionError, ConnectionError) as error:
            raise Unreachable(str(error)) from error
        except aiohttp.ClientError as error:
            raise BrokenAnswer(str(error)) from error
        await _relayed(answer, send)


def _sent(scope: Scope) -> Headers:
    return [pair for pair in scope["headers"] if pair[0] != b"host"] + [_VIA]


async def _body(receive: Receive) -> AsyncIterator[bytes] | None:
    """Return the rest of the request, piece by piece; `None` if it has no body at all."""
    first = await receive()
    if first["type"] == "http.request" and not first.get("body") and not first.get("more_body"):
        return None
    return _pieces(first, receive)


async def _pieces(message: Message, receive: Receive) -> AsyncIterator[bytes]:
    while message["type"] == "http.request":
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return
        message = await receive()
    raise CallerLeft


async def _relayed(answer: aiohttp.ClientResponse, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in answer.raw_headers]
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        more = True
        while more:
            # what has arrived, without waiting for more: bytes go through as they come
            chunk, _ = await answer.content.readchunk()
            more = not answer.content.at_eof()
            await send({"type": "http.response.body", "body": chunk, "more_body": more})
    except (aiohttp.ClientError, ConnectionError) as error:
        raise BrokenAnswer(str(error)) from error
    finally:
        if not answer.content.at_eof():
            answer.close()
