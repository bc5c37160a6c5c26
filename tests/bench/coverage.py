"""What if these 222: simulations over 100 sites, and the coverage of those sites.

One caller, one connection, the whole product in one process. The last row is the rules alone, over
as many synthetic communes as France has: what a larger base of population would cost.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from random import Random
from statistics import median, quantiles
from typing import NamedTuple

import asyncpg
import orjson

from chassis.testing import TEST_URL, url_of
from deploy.databases import DATABASE
from services.towns.coverage import rules
from tests.bench.authenticated import issuer_of
from tests.bench.document import table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED
from tests.bench.machine import SERVER_CORE, cpu_seconds, on_core
from tests.bench.servers import Running, running
from tests.bench.settings import CACHE, BenchSettings
from tests.bench.subjects import product
from tests.towns.covering import holding

_NAME = "acdt_coverage"
_SITES, _CANDIDATES, _COMMUNES, _RADII_KM = 100, 222, 35_000, (30, 100)
_RUNS = 20
"""Requests of each round."""
_NEEDS = """
INSERT INTO towns.need (id, acv_id, rome_codes, skills, volume_count, horizon_from, source_kind,
  strength, expires_on, author, status, version)
SELECT gen_random_uuid(), acv_id, '{I1309}', '{}', 10, current_date, 'mayor', 'stated',
  current_date + 365, 'bench', 'declared', 1
FROM towns.town, generate_series(1, 5)
"""


class _Prepared(NamedTuple):
    """A call of the database under measurement, and who would get a site."""

    call: str
    acv_ids: list[str]


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure the coverage, then simulations of two radii; return the section."""
    made = asyncio.run(_prepared(ground.server))
    keys = CACHE / "signing-keys"
    told = {"GATEWAY_SIGNING_KEYS": str(keys), "PUBLIC_URL": TEST_URL}
    towns = url_of(ground.server, database=_NAME, user="towns_runtime")
    issuer = issuer_of(keys)
    scope, ends = "applications:assess", issuer.claims()["iat"] + 600
    shown = issuer.bearer(exp=ends, kind="acv_directorate", scope=scope)
    count = _RUNS * settings.rounds
    with running(product(ground, name="coverage", TOWNS_DATABASE_URL=towns, **told)) as server:
        coverage = partial(_asked, server, "GET", "/v1/coverage", headers=dict(NOT_CACHED))
        rows = [_row(f"coverage of {_SITES} sites, 30 km", server, coverage, count=count)]
        for radius_km in _RADII_KM:
            body = orjson.dumps({"acv_ids": made.acv_ids, "radius_km": radius_km})
            headers = shown | {"Content-Type": "application/json"}
            path = f"/v1/calls/{made.call}/simulations"
            simulation = partial(_asked, server, "POST", path, body=body, headers=headers)
            name = f"simulation, {_CANDIDATES} candidates and {_SITES} sites, {radius_km} km"
            rows.append(_row(name, server, simulation, count=count))
    rows.append([f"the rules alone, {_COMMUNES:,} communes, 30 km", *_alone()])
    return table(["", "p50, ms", "p95, ms", "CPU ms"], rows)


async def _prepared(server: str) -> _Prepared:
    """Copy the seeded database; give it sites, needs and a call."""
    admin = await asyncpg.connect(server)
    await admin.execute(f'DROP DATABASE IF EXISTS "{_NAME}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{_NAME}" TEMPLATE "{DATABASE}"')
    await admin.close()
    url = url_of(server, database=_NAME)
    connection = await asyncpg.connect(url)
    found = await connection.fetch(
        "SELECT acv_id, insee_code FROM towns.town_commune WHERE is_primary ORDER BY acv_id"
    )
    await connection.execute(_NEEDS)
    async with holding(url) as held:
        for row in found[:: len(found) // _SITES][:_SITES]:
            await held.site(row["insee_code"])
        call = await held.call()
    await connection.execute("ANALYZE")
    await connection.close()
    return _Prepared(str(call), [row["acv_id"] for row in found[:_CANDIDATES]])


def _asked(
    server: Running, method: str, path: str, *, headers: dict[str, str], body: bytes | None = None
) -> None:
    """Ask once, on a connection of its own: less than a millisecond of the figure."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != HTTPStatus.OK:
        raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")


def _row(name: str, server: Running, ask: Callable[[], None], *, count: int) -> list[str]:
    ask()
    before, spans = cpu_seconds(server.pid), []
    for _ in range(count):
        start = time.perf_counter()
        ask()
        spans.append((time.perf_counter() - start) * 1_000)
    used = (cpu_seconds(server.pid) - before) * 1_000 / count
    return [
        name,
        *(f"{figure:.0f}" for figure in (median(spans), quantiles(spans, n=20)[-1], used)),
    ]


def _alone() -> list[str]:
    """Return the figures of what a simulation calculates, without reading nor showing anything."""
    chance = Random(_COMMUNES)  # noqa: S311  # the same places at each run, no secret
    codes = [f"{number:05}" for number in range(_COMMUNES)]
    points = [(chance.uniform(-4, 8), chance.uniform(43, 50.5)) for _ in codes]
    communes = {
        code: rules.Commune(code, *point, 2_000, "44")
        for code, point in zip(codes, points, strict=True)
    }
    ground = rules.Ground(communes, ["44"], ["51"], [])
    spots = [
        rules.Spot(*point, "44", "51") for point in chance.sample(points, _SITES + _CANDIDATES)
    ]
    spans = []
    with on_core(SERVER_CORE):
        for _ in range(5):
            start = time.process_time()
            grid = rules.Grid(communes.values(), radius_km=_RADII_KM[0])
            before = rules.measured(ground, spots[:_SITES], grid=grid)
            rules.measured(ground, spots, grid=grid)
            for spot in spots[_SITES:]:
                rules.inhabitants(ground, grid.around(spot) - before.covered)
            spans.append((time.process_time() - start) * 1_000)
    return ["", "", f"{median(spans):.0f}"]
