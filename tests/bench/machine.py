"""The machine under measurement: who runs on which core, and what a process costs."""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _CORES[0], _CORES[-1]
"""One core for the server under measurement, one for PostgreSQL and the load."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # fields of /proc/<pid>/stat, counted after the name


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Let what is started meanwhile run on one core only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its living children have used."""
    total, parents = 0, {pid}
    for entry in sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        fields = _stat(entry)
        if fields and (entry in parents or int(fields[_PARENT]) in parents):
            parents.add(entry)
            total += int(fields[_USER]) + int(fields[_SYSTEM])
    return total / _TICKS


def peak_megabytes(pid: int) -> float:
    """Return the most memory that a process ever held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no memory")


def described() -> str:
    """Return the machine in one line."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    model = models[0] if models else platform.machine()
    return f"{model}, {len(_CORES)} cores, Python {platform.python_version()}"


def said(command: Sequence[str | Path]) -> str:
    """Return what a command prints."""
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    return (found.stdout or found.stderr).strip()


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
