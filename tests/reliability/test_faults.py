"""Parts of the running product are killed or frozen: who notices, what they are told, how it ends.

While the supervisor is frozen it replaces nothing, so that a death can be looked at.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.embedded_place import place_for
from deploy.names import SCHEMAS, SERVICES
from tests.deploy.running import MODES, Product, data_folder, eventually, free_port, product
from tests.reliability.readers import AFRESH, readers

ASKED = {
    "towns": "/v1/towns?region=44&limit=3",
    "trainings": "/v1/events/trainings?limit=3",
    "funding": "/v1/events/funding?limit=3",
    "evaluation": "/v1/events/evaluation?limit=3",
}
OWN = ("/health/live", "/status", "/openapi.json", "/v1")
DISTRIBUTED = pytest.mark.parametrize("running", ["distributed"], indirect=True, scope="module")
BACK = 30.0
DEADLINE = 1.5 + 2.5  # the gateway's for a first byte, and what a busy machine adds


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield the data folder of this module's products."""
    with data_folder("faults") as folder:
        yield folder


@pytest.fixture(scope="module", params=MODES)
def running(request: pytest.FixtureRequest, data: Path) -> Iterator[Product]:
    """Yield a product that its tests may hurt; it must still stop as if nothing had happened."""
    with product(data, mode=request.param, port=free_port()) as found:
        yield found
        assert found.stop() == 0


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process without ending it, until the block ends."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def asked(running: Product, path: str) -> httpx.Response:
    """Ask past the cache."""
    return httpx.get(f"{running.address}{path}", headers=AFRESH, timeout=10)


def until(wanted: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + BACK
    while not wanted():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def answers(running: Product, path: str, status: int) -> bool:
    """Tell whether a path answers with this status now."""
    return asked(running, path).status_code == status


def status(running: Product) -> Any:
    """Return how the gateway says that the services are."""
    return asked(running, "/status").json()


def is_missed(answer: httpx.Response, service: str) -> None:
    """Check what a caller is told of a service that does not answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1
    told = answer.json()
    assert told["service"] == service
    assert told["status"] == answer.status_code
    assert told["type"].endswith(f"/problems/{told['code']}")


def postmaster(data: Path) -> int:
    """Return the process of the embedded server."""
    return int((place_for(data / "postgres").data / "postmaster.pid").read_text().split()[0])


@DISTRIBUTED
@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_service_is_missed_alone_until_it_is_back(running: Product, service: str) -> None:
    others = [path for name, path in ASKED.items() if name != service]
    with readers(running.address, [*others, *OWN]) as seen:
        with frozen(running.process.pid):
            os.kill(running.pids[service], signal.SIGKILL)
            until(lambda: answers(running, ASKED[service], 503))
            for _ in range(10):
                is_missed(asked(running, ASKED[service]), service)
            until(lambda: status(running)["status"] == "degraded")
            live = {one["name"]: one["live"] for one in status(running)["services"]}
            assert live == {name: name != service for name in SCHEMAS}
        until(lambda: answers(running, ASKED[service], 200))
        until(lambda: status(running)["status"] == "ok")
    assert seen.kinds() == {200}
    assert seen.least() > 5


@DISTRIBUTED
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_hangs_is_given_up_within_its_deadline(
    running: Product, service: str
) -> None:
    others = [path for name, path in ASKED.items() if name != service]
    with readers(running.address, others) as seen:
        with frozen(running.pids[service]):
            began = time.monotonic()
            answer = asked(running, ASKED[service])
            assert time.monotonic() - began < DEADLINE
            assert answer.status_code == 504
            is_missed(answer, service)
        until(lambda: answers(running, ASKED[service], 200))
    assert seen.kinds() == {200}
    assert seen.least() > 5


@DISTRIBUTED
def test_a_service_that_hangs_for_long_is_refused_at_once(running: Product) -> None:
    path = ASKED["evaluation"]
    with frozen(running.pids["evaluation"]):
        until(lambda: answers(running, path, 503))
        began = time.monotonic()
        is_missed(asked(running, path), "evaluation")
        assert time.monotonic() - began < 1
    until(lambda: answers(running, path, 200))


@DISTRIBUTED
def test_a_killed_gateway_comes_back(running: Product) -> None:
    before = running.pids["gateway"]
    os.kill(before, signal.SIGKILL)
    until(lambda: running.pids["gateway"] != before)
    eventually(ASKED["towns"], 200, running)


def test_a_killed_database_is_started_again_and_nobody_sees_a_fault(
    running: Product, data: Path
) -> None:
    with readers(running.address, list(ASKED.values())) as seen:
        with frozen(running.process.pid):
            before = postmaster(data)
            os.kill(before, signal.SIGKILL)
            for service, path in ASKED.items():
                until(partial(answers, running, path, 503))
                is_missed(asked(running, path), service)
            assert running.get("/health/live").status_code == 200
            until(lambda: status(running)["status"] == "degraded")
        for path in ASKED.values():
            until(partial(answers, running, path, 200))
        until(lambda: status(running)["status"] == "ok")
    assert postmaster(data) != before
    assert seen.kinds() == {200, 503}
