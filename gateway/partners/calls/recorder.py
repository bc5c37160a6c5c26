"""Calls made with a token, noted after their answer and written each second, away from requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, perf_counter_ns, time_ns
from typing import Any, NamedTuple

import orjson
import structlog
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.database import Database
from chassis.http import as_problem
from chassis.identity import Principal, principal_of
from chassis.problems import MEDIA_TYPE
from gateway.partners.calls import store

MOST = 20_000
"""Calls that may wait to be written: more are dropped and counted."""
EVERY = 1.0
_HOUR = 3600.0
_LARGEST_PROBLEM = 65_536
_FIRST_ERROR = 400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROBLEM = (b"content-type", MEDIA_TYPE.encode())

DROPPED = Counter(
    "acdt_calls_not_recorded", "Calls made with a token whose record was dropped: too many waited"
)


class Answered(NamedTuple):
    """How a call ended: its status, and the code of the problem if it was refused."""

    status: int
    code: str | None = None


Name = Callable[[str, str], str]
"""Gives the operation id of a method and a path."""


class Recorder:
    """Notes who called what with which outcome; never a path, a query or a body."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._waiting: list[dict[str, Any]] = []
        self._last = 0
        self._log = structlog.get_logger().bind(server="gateway")

    async def heard(
        self, app: ASGIApp, scope: Scope, receive: Receive, *, send: Send, name: Name
    ) -> None:
        """Let `app` answer, then note the call."""
        began = perf_counter_ns()
        outcome = _Outcome(send)
        try:
            await app(scope, receive, outcome)
        except Exception as raised:
            outcome.failed(raised)
            raise
        finally:
            if outcome.status:
                operation = name(scope["method"], scope["path"])
                elapsed = (perf_counter_ns() - began) // 1000
                answered = Answered(outcome.status, outcome.code)
                self.note(scope, answered, operation=operation, duration_us=elapsed)

    def note(self, scope: Scope, answered: Answered, *, operation: str, duration_us: int) -> None:
        """Note a call that was answered."""
        if len(self._waiting) >= self._most:
            DROPPED.inc()
            return
        # never twice the same instant: with the request id, which callers may choose, it is the key
        self._last = max(time_ns() // 1000, self._last + 1)
        principal: Principal = principal_of(scope)
        self._waiting.append(
            {
                "request_id": scope["state"]["request_id"],
                "at": self._last,
                "client_id": principal.client,
                "credential": principal.credential,
                "operation": operation,
                "method": scope["method"],
                "status": answered.status,
                "code": answered.code,
                "duration_us": duration_us,
            }
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write each second meanwhile, and what is left at the end; forget old calls each hour."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            await self.flush()

    async def flush(self) -> None:
        """Write what waits; if that fails, it waits on, as long as there is room."""
        noted, self._waiting = self._waiting, []
        for start in range(0, len(noted), store.BATCH):
            try:
                batch = store.columns(noted[start : start + store.BATCH])
                batch["at"] = [_EPOCH + timedelta(microseconds=at) for at in batch["at"]]
                await self._database.alone(store.KEEP, batch)
            except Exception as failure:  # noqa: BLE001  # whatever it is, the next turn may succeed
                self._log.warning("calls not recorded yet", why=repr(failure)[:500])
                self._wait_on(noted[start:])
                return

    def _wait_on(self, noted: list[dict[str, Any]]) -> None:
        every = [*noted, *self._waiting]
        DROPPED.inc(max(0, len(every) - self._most))
        self._waiting = every[: self._most]

    async def _run(self) -> None:
        forgotten_at = float("-inf")
        while True:
            # a write that began ends: cancelled with its turn, it would be lost or done twice
            await asyncio.shield(self.flush())
            if monotonic() - forgotten_at > _HOUR:
                forgotten_at = monotonic()
                await self._forget()
            await asyncio.sleep(EVERY)

    async def _forget(self) -> None:
        try:
            gone = store.BATCH
            while gone == store.BATCH:
                async with self._database.writing() as session:
                    gone = await store.forget(session)
        except Exception as failure:  # noqa: BLE001  # whatever it is, the next turn may succeed
            self._log.warning("calls not forgotten", why=repr(failure)[:500])


class _Outcome:
    """Passes an answer on; remembers its status, and the code of the problem that it may be."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._body: list[bytes] | None = None
        self.status = 0
        self.code: str | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status >= _FIRST_ERROR and _PROBLEM in message["headers"]:
                self._body = []
        elif self._body is not None:
            self._hear(message)
        await self._send(message)

    def failed(self, raised: Exception) -> None:
        """Take the refusal that the edge will render."""
        if not self.status:
            problem = as_problem(raised)
            self.status, self.code = problem.status, problem.slug()

    def _hear(self, message: Message) -> None:
        assert self._body is not None  # noqa: S101
        self._body.append(message.get("body", b""))
        if not message.get("more_body", False):
            said = b"".join(self._body)
            self.code = _code_of(said) if len(said) <= _LARGEST_PROBLEM else None


def _code_of(body: bytes) -> str | None:
    try:
        code = orjson.loads(body)["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return code if isinstance(code, str) else None
