"""One line a request, written in batches: a flush for each would cost more than a cached answer."""

import asyncio
import sys
import time
from typing import Any

import orjson

from chassis.observability import for_people

_DELAY = 0.05
_REFUSED = 400


class AccessLog:
    """The lines of the requests answered; at most 50 ms of them are lost in a crash.

    A log for people tells of refusals alone: one line a request would bury what matters.
    Faults do not come here: they are logged at once.
    """

    def __init__(self, server: str, *, enabled: bool) -> None:
        self._server = server
        self._enabled = enabled
        self._text = for_people()
        self._lines: list[bytes] = []
        self._second = 0
        self._stamp = ""

    def add(self, line: dict[str, Any]) -> None:
        """Add the line of one request."""
        if not self._enabled or (self._text and line["status"] < _REFUSED):
            return
        now = time.time()
        line["server"] = self._server
        line["timestamp"] = f"{self._at(int(now))}.{int(now % 1 * 1000):03}Z"
        if not self._lines:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)
        self._lines.append(_readable(line) if self._text else orjson.dumps(line))

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


def _readable(line: dict[str, Any]) -> bytes:
    """Return one line for people; `ascii` keeps a path from commanding the terminal."""
    path = ascii(line["path"])[1:-1]
    took, server, request_id = line["us"] / 1000, line["server"], line["request_id"]
    at = line["timestamp"][11:19]
    text = f"{at} {line['status']} {line['method']} {path} {took:.1f} ms {server} {request_id}"
    return text.encode()
