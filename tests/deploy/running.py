"""The product as a person starts it: started, asked, listened to, stopped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

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
    services: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)

    def get(self, path: str) -> httpx.Response:
        """Ask through the gateway."""
        return httpx.get(f"{self.address}{path}", timeout=5)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal as the terminal would; return how the product ended."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


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
    command = [sys.executable, "-m", "deploy"]
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
    ears = threading.Thread(target=listen, args=(running,))
    ears.start()
    try:
        assert running.heard.wait(START_SECONDS), "".join(running.said)
        assert running.address, "".join(running.said)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        ears.join()


def listen(running: Product) -> None:
    """Hear all that the product says as long as it lives: a full pipe would stop it."""
    assert running.process.stderr is not None
    with running.process.stderr as stream:
        for line in stream:
            running.said.append(line)
            if " is process " in line:
                name, _, pid = line.split("s] ")[1].partition(" is process ")
                running.pids[name] = int(pid)
            if " alone at " in line:
                name, _, address = line.partition(" alone at ")
                running.services[name.strip()] = address.strip()
            if "ready at" in line:
                running.address = line.split("ready at ")[1].strip()
            if "Ctrl-C" in line:
                running.heard.set()
    running.heard.set()


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
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@contextmanager
def data_folder(name: str) -> Iterator[Path]:
    """Yield a data folder that does not exist yet; leave nothing of it."""
    folder = ROOT / ".data" / f"{name}-{os.getpid()}"
    yield folder
    with embedded_server(folder / "postgres"):
        pass
    discard(folder / "postgres")
    for left in sorted(folder.rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() else left.unlink()
    folder.rmdir()
