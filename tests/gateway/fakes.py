"""Small services that stand behind the gateway in tests: scripted ASGI apps with a change feed."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.contracts import SERVICES

Headers = list[tuple[bytes, bytes]]
Behaviour = Callable[[Scope, Receive, Send], Awaitable[None]]

PUBLIC = (b"cache-control", b"public, max-age=0, must-revalidate")
JSON = (b"content-type", b"application/json")
_PAGE = 5
COLLECTIONS = {
    "towns": ("/v1/towns", "/v1/towns/{town}", "/v1/communes", "/ogc/collections/{name}/items"),
    "trainings": ("/v1/trainings",),
    "funding": ("/v1/grants", "/v1/grants/{grant}"),
    "evaluation": ("/v1/indicators",),
}


def contract(*paths: str, prefix: str = "x") -> dict[str, Any]:
    """Return a small OpenAPI document that offers GET on `paths`."""
    operations = {
        path: {
            "get": {
                "operationId": f"{prefix}_{number}",
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in re.findall(r"\{(\w+)\}", path)
                ],
                "responses": {"200": {"description": "Found"}},
            }
        }
        for number, path in enumerate(paths)
    }
    info = {"title": prefix, "version": "1.0.0"}
    return {"openapi": "3.1.0", "info": info, "paths": operations}


def contract_of(service: str) -> dict[str, Any]:
    """Return the contract of a fake service."""
    own = ("/health/live", "/health/ready", f"/v1/events/{service}")
    return contract(*COLLECTIONS[service], *own, prefix=service)


def write_contracts(folder: Path) -> Path:
    """Write the contracts of the four fakes as the distribution ships them."""
    for service in SERVICES:
        (folder / service).mkdir(parents=True)
        written = json.dumps(contract_of(service))
        (folder / service / "openapi.json").write_text(written, encoding="utf-8")
    return folder


@dataclass
class Fake:
    """A service that answers what its test says, and remembers what it was asked."""

    name: str
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[Scope] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    ready: bool = True
    feed_works: bool = True
    lifespan: list[str] = field(default_factory=list)
    refuses_to_start: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == f"/v1/events/{self.name}":
            await self._feed(scope, send)
        elif scope["path"].startswith("/health"):
            body = {"status": "ready", "version": "9.9"}
            await answer(send, body, status=200 if self.ready else 503)
        else:
            self.asked.append(scope)
            behaviour = self.behaviours.get(scope["path"], answering({"service": self.name}))
            await behaviour(scope, receive, send)

    def asked_header(self, name: bytes, number: int = -1) -> bytes | None:
        """Return a header of a request that came through."""
        return dict(self.asked[number]["headers"]).get(name)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        if self.refuses_to_start:
            await send({"type": "lifespan.startup.failed", "message": "the schema is outdated"})
            return
        self.lifespan.append("started")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.lifespan.append("stopped")
        await send({"type": "lifespan.shutdown.complete"})

    async def _feed(self, scope: Scope, send: Send) -> None:
        if not self.feed_works:
            await answer(send, {"code": "internal-fault"}, status=500)
            return
        query = scope["query_string"].decode()
        after = query.partition("after=")[2] or "0"
        start = len(self.events) if after == "latest" else int(after)
        items = [{"id": event} for event in self.events[start:]]
        page = {"items": items[:_PAGE], "after": str(start + len(items[:_PAGE]))}
        if len(items) > _PAGE:
            page["next"] = f"/v1/events/{self.name}?after={page['after']}"
        await answer(send, page)


async def answer(
    send: Send, body: Any, *, status: int = 200, headers: Headers | None = None
) -> None:
    """Send a JSON answer."""
    raw = json.dumps(body).encode()
    start = {"type": "http.response.start", "status": status, "headers": [JSON, *(headers or [])]}
    await send(start)
    await send({"type": "http.response.body", "body": raw})


def answering(body: Any, *headers: tuple[bytes, bytes], status: int = 200) -> Behaviour:
    """Return the behaviour that always answers the same."""

    async def behave(_scope: Scope, _receive: Receive, send: Send) -> None:
        await answer(send, body, status=status, headers=list(headers))

    return behave


async def hanging(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Never answer; end when the caller has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def echoing(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the request's body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(apps: Mapping[str, ASGIApp]) -> AsyncIterator[dict[str, str]]:
    """Serve each app on a port of its own; yield their URLs."""
    listening = {name: socket.create_server(("127.0.0.1", 0)) for name in apps}
    ports = {found.getsockname()[1]: name for name, found in listening.items()}

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[ports[scope["server"][1]]](scope, receive, send)

    config = uvicorn.Config(chosen, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(list(listening.values())))
    while not server.started:  # noqa: ASYNC110  # uvicorn tells it no other way
        await asyncio.sleep(0.005)
    yield {name: f"http://127.0.0.1:{port}" for port, name in ports.items()}
    server.should_exit = True
    await running
