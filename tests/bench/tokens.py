"""How many tokens a core issues a second: for assertions signed beforehand, and for a secret."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from chassis.testing import url_of
from deploy.databases import DATABASE
from tests.bench.document import table
from tests.bench.ground import Ground
from tests.bench.load import Measured, Subject, medians, run
from tests.bench.servers import Running, running
from tests.bench.settings import CACHE, BenchSettings
from tests.bench.subjects import product
from tests.partners.tokens.registered import Partner, add_secret, basic, register

_URL = "http://127.0.0.1:8000"
"""What the product under measurement calls itself, whatever its port."""
_SCRIPT = Path(__file__).parent / "tokens.lua"
_MOST_A_SECOND = 2_000
"""Proofs made for each second of a run: more than one core can take."""
_GRANT = "grant_type=client_credentials"


def measure(ground: Ground, settings: BenchSettings) -> list[str]:
    """Measure both ways of proof; return the section."""
    keyed, keeper = Partner(f"bench-{uuid4()}"), Partner(f"bench-{uuid4()}")
    administrator = url_of(ground.server, database=DATABASE)
    asyncio.run(register(administrator, keyed))
    asyncio.run(register(administrator, keeper, authentication="client_secret_basic"))
    shown = basic(keeper.id, asyncio.run(add_secret(administrator, keeper.id)))
    keys = {"GATEWAY_SIGNING_KEYS": str(CACHE / "signing-keys"), "PUBLIC_URL": _URL}
    with running(product(ground, name="tokens", **keys)) as server:
        found = {
            "`private_key_jwt`": _measured(
                server, settings, forms=partial(_assertions, keyed), headers={}
            ),
            "`client_secret_basic`": _measured(
                server, settings, forms=lambda count: [_GRANT] * count, headers=shown
            ),
        }
    rows = [
        [
            name,
            f"{one.per_second:,.0f}",
            *(f"{figure:,.1f}" for figure in (one.cpu_us / 1_000, one.p50_ms, one.p99_ms)),
        ]
        for name, one in found.items()
    ]
    return table(["proof", "tokens/s", "CPU ms", "p50, ms", "p99, ms"], rows)


def _measured(
    server: Running,
    settings: BenchSettings,
    *,
    forms: Callable[[int], list[str]],
    headers: dict[str, str],
) -> Measured:
    proofs = CACHE / "proofs.txt"
    runs = []
    for seconds in (1, *[settings.seconds] * settings.rounds):  # the first one warms up
        proofs.write_text("\n".join(forms(seconds * _MOST_A_SECOND)))
        subject = Subject("tokens", server, "/oauth/token", headers, [str(proofs)])
        runs.append(run(subject, seconds=seconds, connections=settings.connections, script=_SCRIPT))
    proofs.unlink()
    return medians(runs[1:])


def _assertions(partner: Partner, count: int) -> list[str]:
    return [urlencode(partner.form(partner.assertion(aud=_URL))) for _ in range(count)]
