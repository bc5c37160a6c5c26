"""One run of the load generator against one server, and the medians of alternated runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import orjson

from tests.bench.debian import program
from tests.bench.machine import LOAD_CORE, cpu_seconds, on_core, said
from tests.bench.servers import Running
from tests.bench.settings import BenchSettings

NOT_CACHED = {"Cache-Control": "no-cache"}

_REPORT = Path(__file__).parent / "report.lua"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a server, a path or several in turn, the headers of the request."""

    name: str
    server: Running
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    in_turn: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, processor time of the server a request, latencies."""

    per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def measured(
    subjects: Sequence[Subject], settings: BenchSettings, *, connections: int | None = None
) -> dict[str, Measured]:
    """Measure the subjects in turns, first forwards then backwards; return the medians by name."""
    at_once = settings.connections if connections is None else connections
    for subject in subjects:
        run(subject, seconds=1, connections=at_once)
    runs: dict[str, list[Measured]] = {subject.name: [] for subject in subjects}
    for number in range(settings.rounds):
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            one = run(subject, seconds=settings.seconds, connections=at_once)
            runs[subject.name].append(one)
    return {name: medians(found) for name, found in runs.items()}


def run(subject: Subject, *, seconds: int, connections: int, script: Path = _REPORT) -> Measured:
    """Load a server once; the words of `in_turn` are what the script is told."""
    server = subject.server
    headers = [word for pair in subject.headers.items() for word in ("-H", ": ".join(pair))]
    command: list[str | Path] = [
        program("wrk"),
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "-s",
        script,
        *headers,
    ]
    url = f"http://127.0.0.1:{server.port}{subject.path}"
    before = cpu_seconds(server.pid)
    with on_core(LOAD_CORE):
        printed = said([*command, url, "--", *subject.in_turn])
    used = cpu_seconds(server.pid) - before
    report = orjson.loads(printed.splitlines()[-1])
    if report["failed"] or not report["requests"]:
        raise RuntimeError(f"{subject.name}: {report['failed']} failures at {subject.path}")
    return Measured(
        per_second=report["requests"] / report["seconds"],
        cpu_us=used / report["requests"] * 1e6,
        p50_ms=report["p50_ms"],
        p99_ms=report["p99_ms"],
    )


def medians(runs: Sequence[Measured]) -> Measured:
    """Return the median of each figure."""
    return Measured(
        per_second=median(run.per_second for run in runs),
        cpu_us=median(run.cpu_us for run in runs),
        p50_ms=median(run.p50_ms for run in runs),
        p99_ms=median(run.p99_ms for run in runs),
    )
