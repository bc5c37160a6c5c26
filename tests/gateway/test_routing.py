"""Which service a path belongs to."""

from pathlib import Path

import pytest

from gateway.contracts import ContractMissing, committed
from gateway.routing import CollectionClaimedTwice, Collections, UnknownCollection, claims
from tests.gateway.fakes import contract, contract_of

TWO = {"towns": contract_of("towns"), "funding": contract_of("funding")}


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/v1/towns", "towns"),
        ("/v1/towns/51108", "towns"),
        ("/v1/towns/51108/sites/7", "towns"),
        ("/v1/towns/", "towns"),
        ("/v1/grants/9", "funding"),
        ("/v1/events/towns", "towns"),
        ("/v1/events/funding", "funding"),
        ("/ogc/collections/towns/items", "towns"),
        ("/ogc/collections/../../v1/grants", "towns"),
    ],
)
def test_a_path_belongs_to_the_service_whose_contract_has_its_collection(
    path: str, owner: str
) -> None:
    assert Collections(TWO).owner(path) == owner


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/town", "/v1/townsfolk", "/v2/towns", "//v1/towns", "", "/v1/events"]
)
def test_a_path_that_no_contract_has_belongs_to_nobody(path: str) -> None:
    with pytest.raises(UnknownCollection):
        Collections(TWO).owner(path)


def test_an_unknown_collection_is_told_the_nearest_ones() -> None:
    with pytest.raises(UnknownCollection, match="/v1/towns"):
        Collections(TWO).owner("/v1/twons")


def test_what_every_service_has_is_no_collection() -> None:
    assert claims(contract("/health/live", "/openapi.json", "/metrics", "/v1/a/{x}")) == ["/v1/a"]


def test_two_services_that_claim_one_collection_are_both_named() -> None:
    rival = {"trainings": contract("/v1/towns/{town}")}
    with pytest.raises(CollectionClaimedTwice, match=r"/v1/towns .* towns and trainings"):
        Collections(TWO | rival)


def test_a_collection_within_that_of_another_service_is_refused() -> None:
    rival = {"trainings": contract("/v1/towns/{town}/sites", "/v1/grants/open")}
    with pytest.raises(CollectionClaimedTwice, match="trainings claims"):
        Collections(TWO | rival)


def test_a_service_without_contract_stops_the_start(contracts: Path) -> None:
    (contracts / "funding" / "openapi.json").unlink()
    with pytest.raises(ContractMissing, match="funding"):
        committed(contracts)
