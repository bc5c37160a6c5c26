"""A service as the gateway reaches it; here, one that lives in the same process."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send


class Unreachable(Exception):
    """No answer began: the service refused the connection, or broke it before the first byte."""


class BrokenAnswer(Exception):
    """What came back is not HTTP, or ended before its announced length."""


class Upstream(Protocol):
    """One service: called like an ASGI app, between the start and the end of `running`."""

    remote: bool
    """Whether a call can be left alone: its service goes on without us."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Hold what the calls need: a pool of connections, the app's own lifespan."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request.

        Raises:
            Unreachable: no answer began.
            BrokenAnswer: an answer began and is not whole.
        """
        ...


class InProcess:
    """A service's ASGI app, called directly."""

    remote = False

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._state:
            scope["state"].update(self._state)
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the app's lifespan; a refusal to start is raised here."""
        lifespan = _Lifespan(self._app, self._state)
        await lifespan.started()
        try:
            yield
        finally:
            await lifespan.stopped()


class _Lifespan:
    """One run of the ASGI lifespan protocol, from the server's side."""

    def __init__(self, app: ASGIApp, state: MutableMapping[str, Any]) -> None:
        self._asked: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._said: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}}
        called = app(scope | {"state": state}, self._asked.get, self._said.put)
        self._task = asyncio.ensure_future(called)

    async def started(self) -> None:
        await self._completed("lifespan.startup")

    async def stopped(self) -> None:
        if not self._task.done():
            await self._completed("lifespan.shutdown")
        await self._task

    async def _completed(self, event: str) -> None:
        await self._asked.put({"type": event})
        said = asyncio.ensure_future(self._said.get())
        await asyncio.wait({said, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
            await self._task  # raises what the app raised; an app without lifespan just returned
        elif said.result()["type"] == f"{event}.failed":
            message = said.result().get("message", "")
            await asyncio.wait({self._task})
            raise RuntimeError(
                f"a service failed at {event}: {message}"
            ) from self._task.exception()
