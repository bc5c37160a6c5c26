"""The product as a person starts it, in both modes: told, killed, started again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.sockets import bound_socket
from tests.deploy.running import MODES, data_folder, eventually, free_port, gone, product


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield a data folder of this module's own, reused by its runs as in a person's checkout."""
    with data_folder("run") as folder:
        yield folder


@pytest.mark.parametrize("mode", MODES)
def test_it_serves_the_towns_and_stops_cleanly(data: Path, mode: str) -> None:
    with product(data, mode=mode, port=free_port()) as running:
        answer = running.get("/v1/towns?limit=2&include_total=true")
        assert answer.status_code == 200, answer.text
        assert answer.json()["total"] == 233
        for service in ("trainings", "funding", "evaluation"):
            assert running.get(f"/v1/events/{service}").status_code == 200, service
        assert running.stop() == 0
    assert all(gone(pid) for pid in running.pids.values())
    assert not (data / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("mode", MODES)
def test_a_killed_run_blocks_nothing(data: Path, mode: str) -> None:
    port = free_port()
    with product(data, mode=mode, port=port) as killed:
        killed.stop(signal.SIGKILL)
    with product(data, mode=mode, port=port) as running:
        assert all(gone(pid) for pid in killed.pids.values())
        assert running.get("/v1/towns?limit=1").status_code == 200
        assert running.stop(signal.SIGTERM) == 0
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_killed_service_is_missed_alone_and_comes_back(data: Path) -> None:
    with product(data, mode="distributed", port=free_port()) as running:
        os.kill(running.pids["funding"], signal.SIGSTOP)
        os.kill(running.pids["funding"], signal.SIGKILL)
        statuses = {running.get("/v1/towns?limit=1").status_code for _ in range(20)}
        assert statuses == {200}
        eventually("/v1/events/funding?limit=2", 200, running)
        assert running.stop() == 0


def test_several_processes_share_the_port_and_add_up_their_figures(data: Path) -> None:
    with product(data, mode="single", port=free_port(), workers=2) as running:
        assert running.pids.keys() == {"all", "all-2"}
        for _ in range(40):
            assert running.get("/v1/towns?limit=1").status_code == 200
        counted = [
            float(line.rsplit(" ", 1)[1])
            for line in running.get("/metrics").text.splitlines()
            if line.startswith("acdt_request_seconds_count") and 'status="200"' in line
        ]
        assert sum(counted) >= 40
        os.kill(running.pids["all"], signal.SIGKILL)
        eventually("/v1/towns?limit=1", 200, running)
        assert running.stop() == 0


def test_a_taken_port_is_said_and_nothing_is_left_running(data: Path) -> None:
    with bound_socket("127.0.0.1", 0, shared=False) as taken:
        taken.listen()
        with (
            pytest.raises(AssertionError, match="is taken: stop its user or set PORT"),
            product(data, mode="single", port=taken.getsockname()[1], PORT_WAIT="1"),
        ):
            pass
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_setting_that_does_not_fit_is_said_and_nothing_is_left_running(data: Path) -> None:
    with (
        pytest.raises(AssertionError, match="funding ended with 1 before it was ready"),
        product(data, mode="distributed", port=free_port(), FUNDING_READ_POOL_SIZE="0"),
    ):
        pass
    assert not (data / "postgres" / "postmaster.pid").exists()
