"""The gateway's own questions to a service: its health, its version, its change feed."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Message

from gateway.headers import Headers
from gateway.upstreams import Upstream


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """Return the body read as JSON, or `None` if it is not."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


async def asked(upstream: Upstream, target: str, *, seconds: float, by: str) -> Answer | None:
    """GET `target` from a service; `None` if no whole answer came within `seconds`."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"accept", b"application/json"), (b"x-request-id", by.encode())],
        "client": None,
        "server": None,
        "state": {"request_id": by},
    }
    heard: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        heard.append(message)

    try:
        async with asyncio.timeout(seconds):
            await upstream(scope, receive, send)
    except Exception:  # noqa: BLE001  # whatever a service raises, it has not answered
        return None
    if not heard:
        return None
    body = b"".join(message.get("body", b"") for message in heard[1:])
    return Answer(heard[0]["status"], list(heard[0]["headers"]), body)
