"""Files on their way through the gateway: as large as the contract of their service says."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.http import LARGEST_BODY
from chassis.testing import client_of, copied_database, url_of
from gateway.app import create_app
from gateway.contracts import SERVICES
from gateway.upstreams import InProcess
from tests.chassis.probe_places import GOOD, LARGEST_FILE, Probe, probe
from tests.gateway.conftest import quick
from tests.gateway.fakes import Fake, served

CSV = {"content-type": "text/csv"}
IMPORTS = "/v1/places/imports"
LARGE = GOOD + "".join(f"{number:05d},{'x' * 40},,\n" for number in range(30_000))


@pytest.fixture(scope="module")
async def probe_url(admin_url: str) -> AsyncIterator[str]:
    """A database for this file, without the product's tables."""
    async with copied_database(admin_url, "template1") as name:
        yield url_of(admin_url, database=name)


@pytest.fixture
async def places(probe_url: str, contracts: Path) -> AsyncIterator[Probe]:
    """The probe in the place of one service, its contract included; nobody carries imports out."""
    async with probe(probe_url, works=False) as opened:
        written = json.dumps(opened.web.openapi())
        (contracts / "funding" / "openapi.json").write_text(written, encoding="utf-8")
        yield opened


@pytest.fixture(params=["in one process", "over HTTP"])
async def gateway(
    request: pytest.FixtureRequest, places: Probe, contracts: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway before the probe, in both modes."""
    others = {name: InProcess(Fake(name)) for name in SERVICES}
    if request.param == "in one process":
        app = create_app(quick(contracts), others | {"funding": InProcess(places.web)})
        async with client_of(app) as client:
            yield client
        return
    async with served({"funding": places.app}) as urls:
        del others["funding"]
        app = create_app(quick(contracts, funding_url=urls["funding"]), others)
        async with client_of(app) as client:
            yield client


async def test_a_file_larger_than_a_usual_body_arrives_whole(
    gateway: httpx.AsyncClient, places: Probe
) -> None:
    assert LARGEST_BODY < len(LARGE) < LARGEST_FILE
    answer = await gateway.post(IMPORTS, content=LARGE, headers=CSV)
    assert (answer.status_code, answer.json()["size_bytes"]) == (202, len(LARGE.encode()))
    kept = "SELECT sum(length(body)) FROM probe.import_chunk"
    assert await places.database.reads.pool.fetchval(kept) == len(LARGE.encode())


@pytest.mark.parametrize(
    ("path", "size", "announced"),
    [
        (IMPORTS, LARGEST_FILE + 1, True),
        (IMPORTS, LARGEST_FILE + 1, False),
        ("/v1/towns", LARGEST_BODY + 1, True),
    ],
)
async def test_no_body_passes_the_limit_of_its_path(
    gateway: httpx.AsyncClient, places: Probe, path: str, *, size: int, announced: bool
) -> None:
    async def blocks() -> AsyncIterator[bytes]:
        yield b"x" * size

    content = b"x" * size if announced else blocks()
    answer = await gateway.post(path, content=content, headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert await places.database.reads.pool.fetchval("SELECT count(*) FROM probe.import_job") == 0


async def test_the_same_key_through_the_gateway_is_one_job(gateway: httpx.AsyncClient) -> None:
    headers = CSV | {"idempotency-key": "import-1"}
    first, again = [await gateway.post(IMPORTS, content=LARGE, headers=headers) for _ in range(2)]
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
