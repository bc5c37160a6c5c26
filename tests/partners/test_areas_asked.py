"""The areas that a request names: somebody else's are refused, what nobody can tell is shown."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from gateway.partners.access_requests.contract import AccessRequest
from gateway.partners.app import create_app
from gateway.partners.errors import AreaNotOwn
from gateway.partners.tokens.issuer import Issuer
from gateway.partners.towns_client import MOST, TownsClient
from gateway.settings import Settings
from gateway.upstreams import InProcess
from services.towns.app import create_app as create_towns
from tests import callers
from tests.conftest import towns_settings
from tests.partners.asking import a_request, an_area
from tests.partners.callers import Caller
from tests.partners.conftest import registry_app

CHALONS, ITS_EPCI = "21510101500018", "20006687600018"
"""SIRET of the commune 51108 and of the EPCI that it belongs to."""
IN_CHALONS, IN_SAINT_DIE = an_area("town", "51108"), an_area("town", "88413")


@pytest.fixture
async def asking(settings: Settings, fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A registry beside a real towns service."""
    verifier = callers.issuer().verifier()
    towns = InProcess(create_towns(towns_settings(fresh_url), verifier))
    app = create_app(settings, Issuer(settings), verifier=verifier, towns=towns)
    edge = Edge(app, server="gateway", public_url=TEST_URL)
    async with towns.running(), client_of(edge) as client:
        yield client


def body(kind: str, siret: str | None, *areas: dict[str, str]) -> dict[str, Any]:
    organisation = {"kind": kind, "name": "Une collectivité", "siret": siret}
    return a_request(organisation=organisation, perimeter=list(areas))


async def warned(
    client: httpx.AsyncClient, asked: dict[str, Any], *, by: Caller
) -> list[tuple[str, str]]:
    """Ask; return what those who approve are warned of."""
    answer = await client.post("/v1/access-requests", json=asked)
    assert answer.status_code == 201, answer.text
    shown = await client.get(answer.headers["location"], headers=by.bearer())
    read = AccessRequest.model_validate_json(shown.content)
    return [(warning.value, warning.reason) for warning in read.areas_warnings]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (body("commune", CHALONS, IN_CHALONS), []),
        (body("epci", ITS_EPCI, an_area("epci", ITS_EPCI[:9]), IN_CHALONS), []),
        (body("commune", None, IN_CHALONS), [("51108", "no-siret")]),
        (body("commune", CHALONS, an_area("town", "01001")), [("01001", "unknown-code")]),
        (body("region_prefecture", CHALONS, an_area("region", "44")), [("44", "no-register")]),
        (body("ministry", None, an_area("everywhere", "*")), []),
        (body("evaluator", None, IN_SAINT_DIE), []),
    ],
    ids=["its own", "its members", "no SIRET", "elsewhere", "a region", "everywhere", "national"],
)
async def test_those_who_approve_are_warned_of_what_no_register_says(
    asking: httpx.AsyncClient,
    state: Caller,
    *,
    asked: dict[str, Any],
    told: list[tuple[str, str]],
) -> None:
    assert await warned(asking, asked, by=state) == told


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        (body("commune", CHALONS, IN_CHALONS, IN_SAINT_DIE), "/perimeter/1"),
        (body("commune", ITS_EPCI, IN_CHALONS), "/perimeter/0"),
        (body("epci", ITS_EPCI, IN_SAINT_DIE), "/perimeter/0"),
        (body("epci", CHALONS, an_area("epci", ITS_EPCI[:9])), "/perimeter/0"),
    ],
    ids=["another town", "the town of an EPCI", "no member", "another EPCI"],
)
async def test_the_area_of_another_authority_is_refused(
    asking: httpx.AsyncClient, asked: dict[str, Any], pointer: str
) -> None:
    answer = await asking.post("/v1/access-requests", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, AreaNotOwn.slug())
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_known_partner_is_checked_by_the_siret_that_it_has(
    asking: httpx.AsyncClient, state: Caller, town: Caller
) -> None:
    known = a_request(organisation=None, organisation_id=str(town.organisation))
    assert await warned(asking, known, by=state) == [("35360", "no-siret")]


async def test_registers_that_do_not_answer_hold_nobody_up(
    settings: Settings, state: Caller
) -> None:
    nobody = settings.model_copy(update={"towns_url": "http://127.0.0.1:9"})
    for registry in (settings, nobody):
        async with client_of(registry_app(registry)) as client:
            told = await warned(client, body("commune", CHALONS, IN_SAINT_DIE), by=state)
            assert told == [("88413", "not-checked")]


async def test_more_communes_than_one_question_holds_are_not_checked(settings: Settings) -> None:
    codes = [f"{number:05}" for number in range(MOST + 1)]
    assert await TownsClient(settings, None).communes(codes) is None
