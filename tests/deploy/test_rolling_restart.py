"""The processes of a port replaced one by one, under callers who must not notice."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.deploy.running import Product, data_folder, free_port, gone, product

WORKERS = 2
LONGEST = 30.0


class Callers:
    """Threads that ask without a pause; some keep their connection, others never."""

    def __init__(self, running: Product) -> None:
        self.answers: Counter[str] = Counter()
        self._running = running
        self._stop = threading.Event()

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Ask during the block."""
        ways = [self._anew, self._anew, self._keeping, self._keeping]
        threads = [threading.Thread(target=way) for way in ways]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _anew(self) -> None:
        while not self._stop.is_set():
            with httpx.Client() as client:
                self._ask(client)

    def _keeping(self) -> None:
        with httpx.Client() as client:
            while not self._stop.is_set():
                self._ask(client)

    def _ask(self, client: httpx.Client) -> None:
        address = f"{self._running.address}/v1/towns/acv-001"
        try:
            answer = client.get(address, timeout=10)
        except httpx.TransportError as error:
            self.answers[repr(error)] += 1
        else:
            self.answers[str(answer.status_code)] += 1


def listeners(port: int) -> int:
    """Return how many processes accept callers at a port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[3] == "0A" and line[1].endswith(f":{port:04X}") for line in lines)


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, not for ever."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def data() -> Iterator[Path]:
    """Yield a data folder of this test's own."""
    with data_folder("rolling") as folder:
        yield folder


def test_no_request_is_refused_while_the_processes_are_replaced(data: Path) -> None:
    port = free_port()
    with product(data, mode="single", port=port, workers=WORKERS) as running:
        until(lambda: listeners(port) == WORKERS)
        callers = Callers(running)
        with callers.calling():
            for pid in running.pids.values():
                os.kill(pid, signal.SIGTERM)
                until(partial(gone, pid))
                until(lambda: listeners(port) == WORKERS)
        assert running.stop() == 0
    assert callers.answers.keys() == {"200"}, callers.answers
    assert callers.answers["200"] > 100
