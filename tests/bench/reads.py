"""GET one town and list 20, not cached, against the ordinary way and the peers."""

from contextlib import ExitStack

from tests.bench.document import compared, ratio, table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Measured, Subject, measured
from tests.bench.servers import Program, answer, running
from tests.bench.settings import BenchSettings
from tests.bench.subjects import fastify, ordinary, postgrest, product

ONE = "/v1/towns/acv-051"
LIST = "/v1/towns?limit=20"

_ORDINARY = "FastAPI, async ORM, `response_model` (the baseline)"
_OURS = "this product, one process, through the gateway"
_POSTGREST = "PostgREST"
_POSTGREST_PATHS = (
    "/town?acv_id=eq.acv-051&select=body",
    "/town?order=acv_id&limit=20&select=body",
)


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure both reads of all subjects; return the section."""
    programs: dict[str, tuple[Program, tuple[str, str]]] = {
        _OURS: (product(ground), (ONE, LIST)),
        _ORDINARY: (ordinary(ground), (ONE, LIST)),
        _POSTGREST: (postgrest(ground), _POSTGREST_PATHS),
        "Fastify + pg": (fastify(ground), (ONE, LIST)),
    }
    ones, lists = [], []
    with ExitStack() as stack:
        for name, (program, (one, page)) in programs.items():
            server = stack.enter_context(running(program))
            ones.append(Subject(name, server, one, NOT_CACHED))
            lists.append(Subject(name, server, page, NOT_CACHED))
        bytes_of = {
            subject.name: [
                len(answer(subject.server.port, path)[1]) for path in programs[subject.name][1]
            ]
            for subject in ones
        }
        return _section(measured(ones, settings), measured(lists, settings), bytes_of)


def _section(
    one: dict[str, Measured], page: dict[str, Measured], bytes_of: dict[str, list[int]]
) -> list[str]:
    head = ["", "GET one: req/s", "CPU µs", "against the baseline", "bytes"]
    head += ["list 20: req/s", "CPU µs", "against the baseline", "bytes"]
    rows = [
        [
            name,
            *_cells(one[name], one[_ORDINARY], bytes_of[name][0]),
            *_cells(page[name], page[_ORDINARY], bytes_of[name][1]),
        ]
        for name in one
    ]
    ahead = [ratio(found[_POSTGREST].cpu_us / found[_OURS].cpu_us) for found in (one, page)]
    last = f"Against PostgREST, CPU: GET one {ahead[0]}, list 20 {ahead[1]}."
    return [*table(head, rows), "", last]


def _cells(found: Measured, baseline: Measured, size: int) -> list[str]:
    return [
        f"{found.per_second:,.0f}",
        f"{found.cpu_us:,.0f}",
        compared(found, baseline),
        f"{size:,}",
    ]
