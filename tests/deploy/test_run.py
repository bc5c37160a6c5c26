"""The product as a person starts it, in both modes: told, killed, started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from chassis.embedded import embedded_server
from chassis.embedded_place import discard
from chassis.sockets import bound_socket
from deploy.kept import ROOT

MODES = ("single", "distributed")
START_SECONDS = 60


@dataclass
class Product:
    """A running product and what it said."""

    process: "subprocess.Popen[str]"
    address: str = ""
    pids: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx.Response:
        """Ask through the gateway."""
        return httpx.get(f"{self.address}{path}", timeout=5)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal as the terminal would; return how the product ended."""
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


def free_port() -> int:
    """Return a port that nobody has now."""
    with bound_socket("127.0.0.1", 0) as probe:
        number: int = probe.getsockname()[1]
        return number


@contextmanager
def product(
    data: Path, *, mode: str, port: int, workers: int = 1, **settings: str
) -> Iterator[Product]:
    """Start the product and wait until it says that it is ready; kill what a failed test leaves."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
        "DATA_DIR": str(data),
        "MODE": mode,
        "PORT": str(port),
        "WORKERS": str(workers),
        **settings,
    }
    command = [sys.executable, "-m", "deploy.run"]
    process = subprocess.Popen(  # noqa: S603 -- our own command
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    running = Product(process)
    try:
        listen(running)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def listen(running: Product) -> None:
    """Read what the product says until it is ready; a silent one is stopped by its own deadline."""
    assert running.process.stderr is not None
    for line in running.process.stderr:
        running.said.append(line)
        if " is process " in line:
            name, _, pid = line.split("s] ")[1].partition(" is process ")
            running.pids[name] = int(pid)
        if "ready at" in line:
            running.address = line.split("ready at ")[1].strip()
        if "Ctrl-C" in line:
            return
    raise AssertionError("".join(running.said))


def eventually(path: str, status: int, running: Product) -> None:
    """Ask until the answer has this status; other answers and silence are allowed before."""
    deadline = time.monotonic() + START_SECONDS
    found = 0
    while time.monotonic() < deadline:
        try:
            found = running.get(path).status_code
        except httpx.TransportError:
            found = 0
        if found == status:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} answers {found}, not {status}")


def gone(pid: int) -> bool:
    """Tell whether a process ended; one that nobody waits for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield a data folder of this module's own, reused by its runs as in a person's checkout."""
    folder = ROOT / ".data" / f"run-{os.getpid()}"
    yield folder
    with embedded_server(folder / "postgres"):
        pass
    discard(folder / "postgres")
    for left in sorted(folder.rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() else left.unlink()
    folder.rmdir()


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
            if line.startswith("acdt_requests_total") and 'status="200"' in line
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
