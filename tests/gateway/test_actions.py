"""Who is asked what a caller may do: the service that has the operation."""

from collections.abc import Callable, Mapping

import httpx
import pytest
from starlette.types import ASGIApp

from chassis.problems import InvalidValue
from chassis.testing import client_of
from gateway.actions import Actions
from gateway.contracts import OWN, SERVICES
from tests.gateway.fakes import Fake, contract_of

ACTIONS = Actions({service: contract_of(service) for service in SERVICES})


def test_an_operation_belongs_to_the_service_whose_contract_has_it() -> None:
    assert ACTIONS.asked(b"action=funding_1&resource=/v1/grants/7") == "funding"
    assert ACTIONS.asked(b"resource=/v1/grants/7") == OWN


def test_an_unknown_operation_names_those_of_all_services() -> None:
    with pytest.raises(InvalidValue) as refusal:
        ACTIONS.asked(b"action=trainings_9")
    assert "trainings_0" in refusal.value.errors[0].detail.fr


async def test_the_question_goes_to_that_service_with_its_token(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    path = "/v1/me/can?action=funding_0"
    answer = await client.get(path)
    assert answer.json() == {"service": "funding"}
    assert fakes["funding"].asked[-1]["query_string"] == b"action=funding_0"


async def test_the_documents_of_the_gateway_are_open_to_all(
    in_process: Callable[..., ASGIApp],
) -> None:
    async with client_of(in_process()) as client:
        told = (await client.get("/v1/me/can?action=show_status")).json()
    assert (told["action"], told["allowed"], told["reason"]) == ("show_status", True, "open")


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/v1/towns", "towns_0"),
        ("HEAD", "/v1/towns/51108", "towns_1"),
        ("GET", "/ogc/collections/towns/items", "towns_3"),
        ("POST", "/v1/towns", "none"),
        ("GET", "/v1/towns/51108/none", "none"),
        ("GET", "/v1/none", "none"),
    ],
)
def test_a_request_is_named_by_the_contract(method: str, path: str, operation: str) -> None:
    assert ACTIONS.named(method, path) == operation
