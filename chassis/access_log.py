"""One line a request, written in batches: a flush for each would cost more than a cached answer."""

import asyncio
import sys
import time
from typing import Any

import orjson

_DELAY = 0.05


class AccessLog:
    """The lines of the requests answered; at most 50 ms of them are lost in a crash.

    Faults do not come here: they are logged at once.
    """

    def __init__(self, server: str, *, enabled: bool) -> None:
        self._server = server
        self._enabled = enabled
        self._lines: list[bytes] = []
        self._second = 0
        self._stamp = ""

    def add(self, line: dict[str, Any]) -> None:
        """Add the line of one request."""
        if not self._enabled:
            return
        now = time.time()
        line["server"] = self._server
        line["timestamp"] = f"{self._at(int(now))}.{int(now % 1 * 1000):03}Z"
        if not self._lines:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)
        self._lines.append(orjson.dumps(line))

    def flush(self) -> None:
        """Write what waits."""
        lines, self._lines = self._lines, []
        if lines:
            lines.append(b"")
            sys.stdout.buffer.write(b"\n".join(lines))
            sys.stdout.buffer.flush()

    def _at(self, second: int) -> str:
        if second != self._second:
            self._second = second
            self._stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return self._stamp
