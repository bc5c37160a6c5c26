"""The same reads over a million towns and over the programme's: how the median latency grows."""

import asyncio
from contextlib import ExitStack

from chassis.testing import url_of
from deploy.progress import say
from tests.bench.document import ratio, table
from tests.bench.ground import Ground
from tests.bench.load import NOT_CACHED, Subject, measured
from tests.bench.servers import Running, running
from tests.bench.settings import BenchSettings
from tests.bench.subjects import product
from tests.bench.synthetic import NAME, identifiers, prepared

_PROGRAMME = [f"acv-{number:03d}" for number in range(1, 201)]
_REGION_BOX = "1.4,48.0,4.2,50.2"
_TOWN_BOX = "3.98,48.93,4.08,48.99"
_NAMES = ("chalons", "vierzon", "bourges", "quimper", "perigueux", "bayonne")
_ABUNDANT_HERE = ("saint", "sur", "le")
_ABUNDANT_THERE = ("les", "vieil", "bains", "bois", "orle", "valois")
_COMMON = ("saint-die", "la roche-sur-yon", "saint-brieuc", "bourg-en-bresse")


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure the reads on both databases in turns, one request at a time; return the section."""
    say(f"making {settings.rows:,} towns, unless they are there")
    asyncio.run(prepared(ground.server, settings.rows))
    large = url_of(ground.server, database=NAME, user="towns_runtime")
    rows = []
    with ExitStack() as stack:
        few = stack.enter_context(running(product(ground, name="few")))
        many = stack.enter_context(running(product(ground, name="many", TOWNS_DATABASE_URL=large)))
        for name, (here, there) in _questions(settings.rows).items():
            pair = [_subject("few", few, here), _subject("many", many, there)]
            found = measured(pair, settings, connections=1)
            p50 = [found[which].p50_ms for which in ("few", "many")]
            rows.append([name, f"{p50[0]:.2f}", f"{p50[1]:.2f}", ratio(p50[1] / p50[0])])
    return table(["p50, ms", "233 towns", f"{settings.rows:,} towns", "growth"], rows)


def _questions(rows: int) -> dict[str, tuple[list[str], list[str]]]:
    """Return the paths asked of the few towns and of the many."""
    spread = identifiers(rows, 200)
    names, common = ([_search(name) for name in group] for group in (_NAMES, _COMMON))
    abundant = (_ABUNDANT_HERE, _ABUNDANT_THERE)
    ten_here, ten_there = ([f"{_search(word)}&limit=10" for word in words] for words in abundant)
    box = "/v1/towns?limit=20&bbox="
    return {
        "GET one, 200 of them in turn": (
            [f"/v1/towns/{acv_id}" for acv_id in _PROGRAMME],
            [f"/v1/towns/{acv_id}" for acv_id in spread],
        ),
        "list 20": (["/v1/towns?limit=20"], ["/v1/towns?limit=20"]),
        "`q=` a name, six of them in turn": (names, names),
        "`bbox` with more than 20 towns, list 20": ([box + _REGION_BOX], [box + _TOWN_BOX]),
        "`q=` a name with saint, la or en": (common, common),
        "`q=` one word that ten towns or a tenth of the many hold, list 10": (ten_here, ten_there),
    }


def _search(name: str) -> str:
    return f"/v1/towns?q={name.replace(' ', '%20')}"


def _subject(name: str, server: Running, paths: list[str]) -> Subject:
    return Subject(name, server, paths[0], NOT_CACHED, tuple(paths))
