"""Where the microseconds of a read go: samples of the product under load, by stage of the code."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.bench.document import table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Subject, measured
from tests.bench.machine import LOAD_CORE, on_core
from tests.bench.reads import LIST, ONE
from tests.bench.servers import running
from tests.bench.settings import CACHE, BenchSettings
from tests.bench.subjects import product

_RATE = 250

STAGES: Mapping[str, tuple[str, ...]] = {
    "asyncpg: pool, query, reset": ("asyncpg/", "protocol.c", "pgproto.c"),
    "log line": ("structlog/", "orjson"),
    "metrics": ("prometheus_client/", "chassis/observability.py"),
    "edge: request id, accounting": ("chassis/http.py", "chassis/identifiers.py"),
    "gateway: cache": ("gateway/cached.py", "gateway/cache.py"),
    "gateway: forwarding": ("gateway/",),
    "service: path, query, route": ("chassis/lane.py", "chassis/assembly.py", "services/"),
    "service: statement, page, answer": (
        *("chassis/reads.py", "chassis/listing.py", "chassis/pages.py", "chassis/statements.py"),
        *("chassis/queries.py", "chassis/formats.py", "chassis/preconditions.py"),
        *("starlette/responses.py", "pydantic"),
    ),
    "HTTP: parsing, writing the answer": ("uvicorn/protocols/", "parser.c", "llhttp"),
}
"""The first file, from the innermost frame outwards, that one of these names decides."""

_LOOP = "event loop, and what no stage claims"
_OURS_FIRST = ("chassis/protocol.py", "HTTP: parsing, writing the answer")
_IDLE = ("epoll_wait", "epoll_pwait", "uv__io_poll")


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Sample the product during both reads; return the section."""
    sampler = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if sampler is None:
        return ["Not measured: py-spy is not installed."]
    costs: dict[str, dict[str, float]] = {}
    with running(product(ground)) as server:
        for name, path in {"GET one": ONE, "list 20": LIST}.items():
            subject = Subject(name, server, path, NOT_CACHED)
            cpu_us = measured([subject], settings)[name].cpu_us
            samples = CACHE / f"{name.replace(' ', '-')}.samples"
            length = settings.seconds * settings.rounds
            command = [sampler, "record", "--native", "--pid", str(server.pid), "--rate"]
            command += [str(_RATE), "--duration", str(length), "--format", "raw"]
            with on_core(LOAD_CORE):
                watching = subprocess.Popen(  # noqa: S603  # ours
                    [*command, "--output", samples],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            measured([subject], settings)
            if watching.wait():
                return ["Not measured: py-spy may not look into a process on this machine."]
            shares = by_stage(samples.read_text().splitlines())
            costs[name] = {stage: share * cpu_us for stage, share in shares.items()}
    return _section(costs)


def by_stage(samples: Iterable[str]) -> dict[str, float]:
    """Return the share of the samples that each stage holds; sleeping in the kernel is none."""
    found: Counter[str] = Counter()
    for line in samples:
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        if not frames[-1].startswith(_IDLE):
            found[_stage(frames)] += int(count)
    whole = found.total() or 1
    return {stage: found[stage] / whole for stage in (*STAGES, _LOOP)}


def _stage(frames: list[str]) -> str:
    for frame in reversed(frames):
        if _OURS_FIRST[0] in frame:
            return _OURS_FIRST[1]
        for stage, files in STAGES.items():
            if any(f"({file}" in frame or f"/{file}" in frame for file in files):
                return stage
    return _LOOP


def _section(costs: Mapping[str, Mapping[str, float]]) -> list[str]:
    rows = [
        [stage, *(f"{cost[stage]:,.0f}" for cost in costs.values())] for stage in (*STAGES, _LOOP)
    ]
    rows.append(["together", *(f"{sum(cost.values()):,.0f}" for cost in costs.values())])
    return table(["CPU µs a request", *costs], rows)
