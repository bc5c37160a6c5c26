"""Geographic software reads the towns through the gateway, completely: GDAL and OWSLib."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from socket import socket
from typing import Any

import pytest
import requests
from owslib.ogcapi.features import Features

from chassis.http import Edge
from chassis.server import server
from chassis.sockets import bound_socket
from gateway.app import create_app as create_gateway
from gateway.upstreams import InProcess
from tests.conftest import CURSOR_SECRET, SERVICES, as_role
from tests.gateway.conftest import gateway_settings
from tests.journeys.gdal import Gdal, gdal

STARTING = 30.0
FIELDS = {
    *("acv_id", "name", "insee_code", "status", "phase", "cohort", "region", "region_name"),
    *("department", "department_name", "epci", "epci_name", "population", "population_year"),
    *("member_from", "attested_from", "member_until", "gone_by", "convention_signed_on"),
    *("wave", "selections_count", "url"),
}


def _service(name: str, seeded_url: str, public_url: str) -> Any:
    settings: Any = import_module(f"services.{name}.settings").Settings
    create_app: Any = import_module(f"services.{name}.app").create_app
    url = as_role(seeded_url, f"{name}_runtime")
    return create_app(
        settings(
            database_url=url, cursor_secret=CURSOR_SECRET, durable=False, public_url=public_url
        )
    )


def _address(listening: socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def _served(app: Any, listening: socket) -> Iterator[None]:
    """Serve an app in a thread and an event loop of its own."""
    running = server(app, public_url=_address(listening))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTING
    while not running.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.started
    try:
        yield
    finally:
        running.should_exit = True
        thread.join(timeout=STARTING)


@pytest.fixture(scope="module", params=["one process", "towns over HTTP"])
def ogc(request: pytest.FixtureRequest, seeded_url: str) -> Iterator[str]:
    """The address of the landing page, behind the gateway."""
    with (
        bound_socket("127.0.0.1", 0, shared=False) as door,
        bound_socket("127.0.0.1", 0, shared=False) as behind,
        ExitStack() as stack,
    ):
        apps = {name: _service(name, seeded_url, _address(door)) for name in SERVICES}
        towns_url = None
        if request.param == "towns over HTTP":
            towns_url = _address(behind)
            alone = Edge(apps.pop("towns"), server="towns", public_url=_address(door))
            stack.enter_context(_served(alone, behind))
        settings = gateway_settings(public_url=_address(door), towns_url=towns_url)
        near = {name: InProcess(app) for name, app in apps.items()}
        stack.enter_context(_served(create_gateway(settings, near), door))
        yield f"{_address(door)}/ogc"


@pytest.fixture(scope="module")
def gis() -> Iterator[Gdal]:
    """GDAL, running."""
    with gdal() as running:
        yield running


@pytest.mark.parametrize("page", [7, 1000])
def test_gdal_reads_every_town_whatever_the_page(ogc: str, gis: Gdal, page: int) -> None:
    layer = gis.read(ogc, PAGE_SIZE=page)
    assert len(layer.places) == 222 + 11
    assert layer.fields.keys() >= FIELDS
    dates = {name for name, kind in layer.fields.items() if kind == "OFTDate"}
    assert dates == {
        *("member_from", "attested_from", "member_until", "gone_by", "convention_signed_on")
    }
    assert layer.crs in {"EPSG:4326", "OGC:CRS84"}


def test_gdal_finds_overseas_towns_in_their_true_place(ogc: str, gis: Gdal) -> None:
    around_reunion = gis.read(ogc, bbox=(55.0, -22.0, 56.0, -20.0)).places
    assert around_reunion
    assert around_reunion == gis.read(ogc, where="region = '04'").places


def test_owslib_reads_every_town_by_the_links_alone(ogc: str) -> None:
    features = Features(ogc)
    assert features.api()["openapi"].startswith("3.0")
    assert len(features.conformance()["conformsTo"]) == 3
    assert features.feature_collections() == ["towns"]
    assert features.collection("towns")["extent"]["temporal"]["interval"][0][1] is None
    page = features.collection_items("towns", limit=100)
    found = [town["id"] for town in page["features"]]
    while following := [link["href"] for link in page["links"] if link["rel"] == "next"]:
        answer = requests.get(following[0], timeout=10)
        assert answer.headers["content-type"] == "application/geo+json"
        page = answer.json()
        found += [town["id"] for town in page["features"]]
    assert len(found) == len(set(found)) == page["numberMatched"] == 222 + 11
    assert features.collection_item("towns", found[0])["properties"]["acv_id"] == found[0]


def test_owslib_asks_by_box_and_time(ogc: str) -> None:
    features = Features(ogc)
    page = features.collection_items("towns", bbox=[55, -22, 56, -20], limit=100)
    assert {town["properties"]["region"] for town in page["features"]} == {"04"}
    early = features.collection_items("towns", datetime_="../2018-12-31T00:00:00Z", limit=1)
    assert early["numberMatched"] == 222
