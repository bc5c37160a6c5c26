"""Readers that keep asking while something breaks, and remember every answer."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

AFRESH = {"Cache-Control": "no-cache"}
_PATIENCE = 10.0
_PAUSE = 0.02


@dataclass
class Seen:
    """The statuses of the answers, by path; 0 is a connection that broke."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)

    def kinds(self) -> set[int]:
        """Every status that anybody saw."""
        return {status for counted in self.statuses.values() for status in counted}

    def least(self) -> int:
        """How many answers the slowest reader got."""
        return min(counted.total() for counted in self.statuses.values())


@contextmanager
def readers(address: str, paths: Sequence[str]) -> Iterator[Seen]:
    """Ask for every path again and again, past the cache, until the block ends."""
    over = threading.Event()
    seen = Seen({path: Counter() for path in paths})

    def read(path: str) -> None:
        with httpx.Client(base_url=address, headers=AFRESH, timeout=_PATIENCE) as client:
            while not over.wait(_PAUSE):
                try:
                    status = client.get(path).status_code
                except httpx.TransportError:
                    status = 0
                seen.statuses[path][status] += 1

    threads = [threading.Thread(target=read, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()
