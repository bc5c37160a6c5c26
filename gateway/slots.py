"""How many calls one service gets at a time: a limit that follows its latency, a short queue."""

import asyncio
import math
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

_TOLERANCE = 2.0


class QueueFull(Exception):
    """As many callers wait as may be served at once: one more would only wait in vain."""


@dataclass(slots=True)
class Limit:
    """A concurrency limit between `low` and `high` that shrinks when latency grows.

    Compares the recent latency with the best one seen: within twice of it the limit grows by its
    square root, beyond it shrinks in proportion. Seconds in, calls out.
    """

    allowed: float = 64.0
    low: float = 8.0
    high: float = 128.0
    _recent: float = 0.0
    _best: float = math.inf

    def observed(self, latency: float, in_flight: int) -> None:
        """Take note of one answer's latency, with `in_flight` calls running."""
        self._recent = latency if self._recent == 0 else self._recent * 0.95 + latency * 0.05
        # the best drifts upwards so that a service that became slower for good is believed
        self._best = min(latency, self._best * 1.001)
        if in_flight * 2 < self.allowed:
            return
        gradient = min(1.0, max(0.5, _TOLERANCE * self._best / max(self._recent, 1e-6)))
        wanted = self.allowed * gradient + math.sqrt(self.allowed)
        self.allowed = min(self.high, max(self.low, self.allowed * 0.9 + wanted * 0.1))


class Slots:
    """The calls that run now, and those that wait for one to end."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def taken(self) -> None:
        """Wait for a slot; the caller's deadline bounds the wait.

        Raises:
            QueueFull: too many wait already.
        """
        if self.in_flight < self.limit.allowed and not self._waiting:
            self.in_flight += 1
            return
        # a burst waits, within its deadline; the limit may be at its lowest for a slow query
        if len(self._waiting) >= self.limit.high:
            raise QueueFull
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.released()
            else:
                with suppress(ValueError):
                    self._waiting.remove(turn)
            raise

    def released(self) -> None:
        """Give the slot to who waits longest, or back."""
        self.in_flight -= 1
        while self._waiting and self.in_flight < self.limit.allowed:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
