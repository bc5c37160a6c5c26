"""Server processes under measurement: started on their core, waited for, stopped."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.bench.machine import SERVER_CORE, on_core
from tests.bench.settings import CACHE, ROOT

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    name: str
    pid: int
    port: int


@dataclass(frozen=True, slots=True)
class Program:
    """How a server is started; `{port}` in its words becomes a free one."""

    name: str
    command: Sequence[str | Path]
    ready: str
    environment: Mapping[str, str]
    core: int = SERVER_CORE


@contextmanager
def running(program: Program, port: int | None = None) -> Iterator[Running]:
    """Yield a server that answers 200 at its `ready` path; its output goes to a file."""
    logs = CACHE / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    chosen = free_port() if port is None else port

    def told(word: str | Path) -> str:
        return str(word).replace("{port}", str(chosen))

    command = [told(word) for word in program.command]
    environment = {name: told(value) for name, value in program.environment.items()}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    with (logs / f"{program.name}.log").open("wb") as log:
        with on_core(program.core):
            process = subprocess.Popen(  # noqa: S603  # the programs are ours
                command, env=environment, stdout=log, stderr=log, cwd=ROOT
            )
        try:
            _wait(process, chosen, program)
            yield Running(program.name, process.pid, chosen)
        finally:
            _stop(process)


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def answer(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Return the status and the body of one GET."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _wait(process: subprocess.Popen[bytes], port: int, program: Program) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if answer(port, program.ready)[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    log = (CACHE / "logs" / f"{program.name}.log").read_text(errors="replace")
    raise RuntimeError(f"{program.name} does not answer 200 at {program.ready}:\n{log[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
