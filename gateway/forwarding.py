"""One service's requests: admitted, given a deadline, retried if that is safe, never altered."""

import asyncio
from asyncio import timeouts
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.types import Message, Receive, Scope, Send

from chassis.headers import header
from chassis.http import as_problem
from chassis.problems import ServiceUnavailable, Text, UpstreamBroken, UpstreamTimeout
from gateway.breaker import Breaker, RetryBudget
from gateway.headers import READS, answered, end_to_end
from gateway.http_upstream import CallerLeft
from gateway.slots import QueueFull, Slots
from gateway.upstreams import BrokenAnswer, Unreachable, Upstream

_QUICK = 0.05
_AS_ASKED = b"\x00"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long an answer may take: until its first byte, and until its last."""

    first_byte: float
    total: float | None

    @classmethod
    def of(cls, first_byte: timedelta, total: timedelta | None) -> "Deadlines":
        return cls(first_byte.total_seconds(), total.total_seconds() if total else None)


class AnswerCut(Exception):
    """The answer had begun when its service failed: the connection must break, not end well."""


@dataclass(slots=True)
class Forwarder:
    """The way to one service."""

    name: str
    upstream: Upstream
    reads: Deadlines
    exports: Deadlines
    writes: Deadlines
    slots: Slots
    export_slots: Slots
    clock: Callable[[], float]
    breaker: Breaker = field(default_factory=Breaker)
    retries: RetryBudget = field(default_factory=RetryBudget)

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        known_etag: bytes | None = _AS_ASKED,
    ) -> None:
        """Hand the request to the service, its answer to the caller.

        `known_etag` replaces the caller's own condition: that of a kept answer, or none at all.

        Raises:
            ServiceUnavailable: the service does not answer, or may not be asked now.
            UpstreamTimeout: no answer began within the deadline.
            UpstreamBroken: what came back is not an answer.
            AnswerCut: the answer stopped after it had begun.
        """
        began = self.clock()
        if not self.breaker.admits(began):
            raise unavailable(self.name, self.breaker.retry_after(began))
        self.retries.called()
        own_condition = known_etag is _AS_ASKED
        headers = end_to_end(scope, unconditional=not own_condition)
        if not own_condition and known_etag is not None:
            headers.append((b"if-none-match", known_etag))
        asked = {**scope, "headers": headers}
        scope["state"].setdefault("operation", self.name)
        call = _Call(self, asked, receive, send)
        settled = False
        try:
            await call.run()
            settled = True
            self.breaker.succeeded(self.clock())
        except CallerLeft:
            return
        except QueueFull as error:
            raise unavailable(self.name, 1) from error
        except Exception as error:
            if call.failure is not None:
                raise call.failure from None
            settled = not call.left
            told = self._refusal(call, error)
            if told is error:
                raise
            raise told from error
        finally:
            if not settled:
                self.breaker.abandoned()

    def _refusal(self, call: "_Call", error: Exception) -> Exception:
        """Return what the caller is told, and let the breaker know."""
        now = self.clock()
        fault = isinstance(error, Unreachable | BrokenAnswer) or call.late
        if not fault:
            # the service itself speaks: in one process its refusals come as exceptions
            self.breaker.succeeded(now)
            busy = not call.begun and isinstance(as_problem(error), ServiceUnavailable)
            return unavailable(self.name, 1) if busy else error
        if not call.left:
            self.breaker.failed(now)
        if call.begun:
            return AnswerCut(self.name)
        wait = self.breaker.retry_after(now)
        if isinstance(error, Unreachable):
            return unavailable(self.name, wait)
        return _too_late(self.name, max(2, wait)) if call.late else _broken(self.name, wait)


class _Call:
    """One request on its way: whether its answer has begun, and how long it may still take."""

    def __init__(self, way: Forwarder, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun = False
        self.left = False
        self.failure: Exception | None = None
        self._began = 0.0
        self._way = way
        self._scope = scope
        self._receive = receive
        self._send = send
        self._timeout: timeouts.Timeout | None = None
        self._watch: _Watch | None = None
        self._read = scope["method"] in READS
        self._slots = way.slots
        self._deadlines = way.reads if self._read else way.writes
        if self._read and is_export(scope["query_string"], header(scope, b"accept")):
            self._slots, self._deadlines = way.export_slots, way.exports

    async def run(self) -> None:
        """Take a slot and call, within the deadline; queue time counts."""
        self._began = asyncio.get_running_loop().time()
        remote = self._way.upstream.remote
        if not (self._read or remote):
            # a change that runs in our own process is never cancelled: the database bounds it
            await self._in_turn()
            return
        # a caller who leaves a read ends it, a change goes on without its caller
        leaving = self._receive if self._read and remote else None
        async with asyncio.timeout(None) as self._timeout:
            deadline = self._began + self._deadlines.first_byte
            watch = self._watch = _Watch(self._timeout, leaving, deadline=deadline)
            try:
                await self._in_turn()
            except asyncio.CancelledError:
                self.left = watch.left
                if watch.left:
                    raise CallerLeft from None
                raise
            finally:
                watch.ended()

    @property
    def late(self) -> bool:
        """Whether our own deadline passed (a service's code may let a `TimeoutError` through)."""
        return self._timeout is not None and self._timeout.expired()

    async def _in_turn(self) -> None:
        way, slots = self._way, self._slots
        await slots.taken()
        began = way.clock()
        try:
            await self._tried()
            slots.limit.observed(way.clock() - began, slots.in_flight)
        finally:
            slots.released()

    async def _tried(self) -> None:
        upstream = self._way.upstream
        try:
            await upstream(self._scope, self._received, self._answer)
        except Unreachable:
            if not self._read or not self._way.retries.spent():
                raise
            await upstream(self._scope, self._received, self._answer)

    async def _received(self) -> Message:
        try:
            message = await self._receive()
        except Exception as error:
            self.failure = error  # such as a body beyond the limit: the client library hides it
            raise
        self.left = message["type"] == "http.disconnect"
        if not self._read and not message.get("more_body") and self._watch and not self.begun:
            # the deadline of a change begins when its body is whole: uploads take their time
            loop = asyncio.get_running_loop()
            self._watch.until(loop.time() + self._deadlines.first_byte)
        return message

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = answered(message["headers"])
            if self._watch is not None:
                self._watch.until(self._until_the_end())
        await self._send(message)

    def _until_the_end(self) -> float | None:
        total = self._deadlines.total
        return None if total is None else self._began + total


class _Watch:
    """Ends a slow call at its deadline, or when its caller leaves; a quick one costs one timer."""

    def __init__(
        self, timeout: timeouts.Timeout, receive: Receive | None, *, deadline: float
    ) -> None:
        self.left = False
        self._timeout = timeout
        self._receive = receive
        self._deadline: float | None = deadline
        self._slow = False
        self._task = asyncio.current_task()
        self._looking: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(min(deadline, loop.time() + _QUICK), self._look)

    def until(self, deadline: float | None) -> None:
        """Move the deadline."""
        self._deadline = deadline
        if self._slow:
            self._timeout.reschedule(deadline)

    def ended(self) -> None:
        self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _look(self) -> None:
        self._slow = True
        self._timeout.reschedule(self._deadline)
        if self._receive is not None:
            self._looking = asyncio.ensure_future(self._until_the_caller_leaves(self._receive))

    async def _until_the_caller_leaves(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self._task is not None:
            self._task.cancel()


def is_export(query: bytes, accept: bytes) -> bool:
    """Say whether the answer may be a file as long as the collection."""
    if b"format=" in query:
        return True
    return bool(accept) and b"json" not in accept and b"*/*" not in accept


def unavailable(service: str, seconds: int) -> ServiceUnavailable:
    """Return the 503 that names the service."""
    return ServiceUnavailable(
        Text(
            f"Le service {service} ne répond pas ; les autres collections restent disponibles",
            f"The {service} service does not answer; the other collections stay available",
        ),
        headers={"Retry-After": str(seconds)},
        extra={"service": service},
    )


def _too_late(service: str, seconds: int) -> UpstreamTimeout:
    return UpstreamTimeout(
        Text(
            f"Le service {service} n'a pas répondu dans le délai",
            f"The {service} service did not answer within its deadline",
        ),
        headers={"Retry-After": str(seconds)},
        extra={"service": service},
    )


def _broken(service: str, seconds: int) -> UpstreamBroken:
    return UpstreamBroken(
        Text(
            f"La réponse du service {service} est incompréhensible",
            f"The answer of the {service} service makes no sense",
        ),
        headers={"Retry-After": str(seconds)},
        extra={"service": service},
    )
