"""What tests stand on: a database of their own, and a client of an app in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from sqlalchemy.engine import make_url
from starlette.types import ASGIApp, Message

TEST_URL = "http://acdt.test"


def url_of(url: str, *, database: str, user: str | None = None) -> str:
    """Return the address of another database, or another role, on the same server."""
    made = make_url(url).set(database=database)
    if user is not None:
        made = made.set(username=user)
    return made.render_as_string(hide_password=False)


@asynccontextmanager
async def copied_database(admin_url: str, template: str) -> AsyncIterator[str]:
    """Yield the name of a fresh copy of `template`; it is dropped at the end."""
    name = f"{template}_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield name
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of `app`, whose lifespan runs meanwhile."""
    async with lifespan(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=TEST_URL) as client:
            yield client


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Run the start-up and the shutdown of `app` around the block.

    Raises:
        RuntimeError: the app refused to start; the text is its reason.
    """
    asked: asyncio.Queue[Message] = asyncio.Queue()
    answered: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    running = asyncio.ensure_future(app(scope, asked.get, answered.put))
    await _step("startup", running, asked=asked, answered=answered)
    try:
        yield
    finally:
        await _step("shutdown", running, asked=asked, answered=answered)
        await running


async def _step(
    step: str,
    running: "asyncio.Future[None]",
    *,
    asked: "asyncio.Queue[Message]",
    answered: "asyncio.Queue[Message]",
) -> None:
    await asked.put({"type": f"lifespan.{step}"})
    answer = asyncio.create_task(answered.get())
    either: set[asyncio.Future[Any]] = {running, answer}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not answer.done():
        answer.cancel()
        await running
    elif answer.result()["type"] == f"lifespan.{step}.failed":
        await asyncio.gather(running, return_exceptions=True)
        raise RuntimeError(answer.result().get("message", step))
