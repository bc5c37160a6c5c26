"""Ctrl-C at any moment of the start: one word, no traceback, nothing left running."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from chassis.embedded_place import place_for
from deploy.kept import ROOT
from tests.deploy.running import START_SECONDS, data_folder, free_port

LANES = 4
MOMENTS = [0.075 * step for step in range(40)]

Sender = Callable[[int, signal.Signals], None]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield a data folder of this module's own."""
    with data_folder("early") as folder:
        yield folder


@contextmanager
def starting(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start the product and wait until it listens to signals, which is its first act."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy"],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(data), "PORT": str(free_port())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        until(partial(catches, process.pid, signal.SIGHUP))
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    """Look without a pause: what is waited for lasts a few milliseconds."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert time.monotonic() < deadline


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler of its own for a signal that Python leaves alone."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (number - 1) & 1)


def children(pid: int) -> list[str]:
    """Return the command lines of a process's children, and of theirs."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            found.append(Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode())
            found += children(int(child))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def survivors(data: Path) -> list[str]:
    """Return the processes that still serve a data folder: ours by environment, or PostgreSQL."""
    home = str(place_for(data / "postgres").data).encode()
    setting = f"DATA_DIR={data}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            ours = setting in (folder / "environ").read_bytes().split(b"\0") or home in command
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if ours:
            found.append(command.replace(b"\0", b" ").decode())
    return found


def to_all(pid: int, number: signal.Signals) -> None:
    """Signal as a terminal does, which asks its whole group."""
    os.killpg(pid, number)


def ended_well(process: "subprocess.Popen[str]", data: Path) -> None:
    """Check that one wish was enough, that it left one word, and nothing else."""
    _, told = process.communicate(timeout=40)
    assert process.returncode == 0, told
    assert told.splitlines()[-1].endswith("stopped"), told
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert not (data / "postgres" / "postmaster.pid").exists()
    until(lambda: not survivors(data))


def stopped_after(lane: int, data: Path) -> None:
    """Start and stop the product at each moment of one lane."""
    for moment in MOMENTS[lane::LANES]:
        with starting(data) as process:
            time.sleep(moment)
            to_all(process.pid, signal.SIGINT)
            ended_well(process, data)


def test_ctrl_c_is_heard_at_any_moment_of_the_start() -> None:
    with ExitStack() as stack, ThreadPoolExecutor(LANES) as pool:
        lanes = [stack.enter_context(data_folder(f"early-{lane}")) for lane in range(LANES)]
        for done in [pool.submit(stopped_after, *lane) for lane in enumerate(lanes)]:
            done.result()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("send", [os.kill, to_all], ids=["it alone", "its group"])
def test_a_signal_before_anything_is_imported_is_heard(
    data: Path, number: signal.Signals, send: Sender
) -> None:
    with starting(data) as process:
        send(process.pid, number)
        ended_well(process, data)


@pytest.mark.parametrize("send", [os.kill, to_all], ids=["it alone", "its group"])
@pytest.mark.parametrize("sign", ["resource_tracker", "forkserver", "postgres"])
def test_ctrl_c_is_heard_while_a_child_is_made(data: Path, sign: str, send: Sender) -> None:
    with starting(data) as process:
        until(lambda: any(sign in child for child in children(process.pid)))
        send(process.pid, signal.SIGINT)
        ended_well(process, data)


def test_ctrl_c_is_heard_while_it_waits_for_the_owner_of_the_data(data: Path) -> None:
    home = place_for(data / "postgres").data
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with starting(data) as process:
            assert process.stderr is not None
            assert "using the running PostgreSQL" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            ended_well(process, data)


def test_ctrl_c_pressed_again_and_again_is_one_wish(data: Path) -> None:
    with starting(data) as process:
        until(lambda: any("postgres" in child for child in children(process.pid)))
        while process.poll() is None:
            to_all(process.pid, signal.SIGINT)
            time.sleep(0.002)
        ended_well(process, data)
