"""A circuit breaker and a retry budget: values and a clock in, decisions out."""

import math
from dataclasses import dataclass, field

_WINDOW = 10


@dataclass(slots=True)
class Breaker:
    """Stops calling a service that fails; lets one probe through from time to time.

    Opens after `consecutive` failures in a row, or when half of at least `volume` calls of the
    last ten seconds failed. Times are seconds of any monotonic clock.
    """

    consecutive: int = 5
    volume: int = 20
    shortest: float = 1.0
    longest: float = 15.0
    _in_a_row: int = 0
    _open_until: float | None = None
    _pause: float = 0.0
    _probing: bool = False
    _seconds: list[int] = field(default_factory=lambda: [-1] * _WINDOW)
    _calls: list[int] = field(default_factory=lambda: [0] * _WINDOW)
    _failures: list[int] = field(default_factory=lambda: [0] * _WINDOW)

    @property
    def closed(self) -> bool:
        """Whether calls go through as usual."""
        return self._open_until is None

    def admits(self, now: float) -> bool:
        """Say whether a call may start; the first one after a pause is the probe."""
        if self._open_until is None:
            return True
        if now < self._open_until or self._probing:
            return False
        self._probing = True
        return True

    def retry_after(self, now: float) -> int:
        """Return the whole seconds after which a call may be admitted, at least 1."""
        return max(1, math.ceil((self._open_until or now) - now))

    def succeeded(self, now: float) -> None:
        """Take note of an answer."""
        if self._open_until is not None:
            if not self._probing:
                return  # a call that began before the opening proves nothing
            self._close()
        self._in_a_row = 0
        self._count(now, failed=0)

    def failed(self, now: float) -> None:
        """Take note of a call without an answer."""
        self._in_a_row += 1
        self._count(now, failed=1)
        if self._open_until is not None:
            if self._probing:
                self._open(now)
        elif self._in_a_row >= self.consecutive or self._half_failed(now):
            self._open(now)

    def abandoned(self) -> None:
        """Take note of a call that its caller gave up: it proves nothing."""
        self._probing = False

    def _open(self, now: float) -> None:
        self._pause = min(self.longest, self._pause * 2 or self.shortest)
        self._open_until = now + self._pause
        self._probing = False

    def _close(self) -> None:
        self._open_until, self._pause, self._probing = None, 0.0, False
        self._seconds = [-1] * _WINDOW

    def _count(self, now: float, *, failed: int) -> None:
        second = int(now)
        slot = second % _WINDOW
        if self._seconds[slot] != second:
            self._seconds[slot], self._calls[slot], self._failures[slot] = second, 0, 0
        self._calls[slot] += 1
        self._failures[slot] += failed

    def _half_failed(self, now: float) -> bool:
        recent = [i for i in range(_WINDOW) if self._seconds[i] > now - _WINDOW]
        calls = sum(self._calls[i] for i in recent)
        return calls >= self.volume and 2 * sum(self._failures[i] for i in recent) >= calls


@dataclass(slots=True)
class RetryBudget:
    """At most one retry for ten calls, so that retries never double a bad day's load."""

    share: float = 0.1
    most: float = 10.0
    _saved: float = 10.0

    def called(self) -> None:
        """Save a share of a retry."""
        if self._saved < self.most:
            self._saved = min(self.most, self._saved + self.share)

    def spent(self) -> bool:
        """Spend one retry, if one is left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
