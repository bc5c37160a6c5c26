"""Answers that the gateway keeps, and its 304s, against the least that an ASGI app can do."""

from contextlib import ExitStack

from tests.bench.document import compared, table
from tests.bench.ground import Ground
from tests.bench.load import Subject, measured
from tests.bench.reads import ONE
from tests.bench.servers import Program, answer, running
from tests.bench.settings import CACHE, BenchSettings
from tests.bench.subjects import product, uvicorn


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure kept answers and the bare app in turns; return the section."""
    with ExitStack() as stack:
        ours = stack.enter_context(running(product(ground)))
        body = CACHE / "body.json"
        body.write_bytes(answer(ours.port, ONE)[1])
        program = Program("bare", uvicorn("tests.bench.bare:app"), "/", {"BODY_FILE": str(body)})
        bare = stack.enter_context(running(program))
        known = {"If-None-Match": '"1"'}
        pairs = {
            "200": (Subject("ours", ours, ONE), Subject("bare", bare, "/")),
            "304": (Subject("ours", ours, ONE, known), Subject("bare", bare, "/unchanged")),
        }
        found = {status: measured(pair, settings) for status, pair in pairs.items()}
    rows = [
        [
            status,
            f"{pair['ours'].per_second:,.0f} req/s, {pair['ours'].cpu_us:,.0f} µs",
            f"{pair['bare'].per_second:,.0f} req/s, {pair['bare'].cpu_us:,.0f} µs",
            compared(pair["ours"], pair["bare"]),
        ]
        for status, pair in found.items()
    ]
    return table(["kept by the gateway", "ours", "bare ASGI on uvicorn", "ours / bare"], rows)
