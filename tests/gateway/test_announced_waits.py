"""What a caller is told to wait is what the breaker makes them wait."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from chassis.problems import Problem
from gateway.forwarding import Deadlines, Forwarder
from gateway.slots import Limit, Slots
from gateway.upstreams import BrokenAnswer, Unreachable
from tests.gateway.fakes import answering


@dataclass
class Failing:
    """A service that fails in one way until it is mended."""

    error: type[Exception]
    mended: bool = False
    calls: int = 0
    remote: bool = False

    def running(self) -> AbstractAsyncContextManager[None]:
        """Need nothing."""
        return nullcontext()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        if not self.mended:
            raise self.error
        await answering({})(scope, receive, send)


class Clock:
    """A clock that moves when told."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def forwarder(service: Failing, clock: Clock) -> Forwarder:
    patience = Deadlines(5.0, 5.0)
    return Forwarder(
        name="towns",
        upstream=service,
        reads=patience,
        exports=patience,
        writes=patience,
        slots=Slots(Limit()),
        export_slots=Slots(Limit()),
        clock=clock,
    )


async def called(way: Forwarder) -> list[Message]:
    """Return what is sent."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"method": "GET", "path": "/v1/towns", "query_string": b""}
    await way({**scope, "headers": [], "state": {"request_id": "r"}}, receive, send)
    return sent


async def announced(way: Forwarder) -> int:
    """Return the seconds that a refused call announces."""
    with pytest.raises(Problem) as refused:
        await called(way)
    return int(refused.value.headers["Retry-After"])


@pytest.mark.parametrize("error", [Unreachable, BrokenAnswer])
async def test_every_refusal_while_a_service_fails_announces_the_wait_that_follows(
    error: type[Exception],
) -> None:
    service, clock = Failing(error), Clock()
    way = forwarder(service, clock)
    for _ in range(4):
        assert await announced(way) == 1
    for pause in (1, 2, 4, 8, 15, 15):
        assert await announced(way) == pause, "said by the call that fails"
        calls = service.calls
        assert await announced(way) == pause, "said while nothing is tried"
        clock.now += pause - 0.01
        await announced(way)
        assert service.calls == calls
        clock.now += 0.01


async def test_who_waits_as_announced_is_served_once_the_service_is_mended() -> None:
    service, clock = Failing(Unreachable), Clock()
    way = forwarder(service, clock)
    waits = [await announced(way) for _ in range(5)]
    service.mended = True
    assert await announced(way) == waits[-1]
    clock.now += waits[-1]
    assert (await called(way))[0]["status"] == 200
