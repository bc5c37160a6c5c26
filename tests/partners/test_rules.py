"""The rules of the registry, as tables of cases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.problems import Problem
from gateway.partners.access_requests.rules import (
    MOST_PENDING,
    WINDOW,
    Opinion,
    Place,
    Pressure,
    check_collectable,
    check_pressure,
    doubts,
    judged,
    place_of,
    standing,
)
from gateway.partners.clients.rules import (
    Area,
    check_areas,
    check_restoration,
    check_scopes,
    check_suspension,
)
from gateway.partners.credentials.rules import check_new
from gateway.partners.errors import (
    AlreadyCollected,
    AreaNotAllowed,
    AreaNotOwn,
    AreaTwice,
    ClientIsActive,
    ClientIsSuspended,
    GrantLapsed,
    KeyRequired,
    NotGranted,
    OpinionAlreadyGiven,
    OwnRequest,
    RequestClosed,
    RestorationNeedsAnother,
    ScopeNotAllowed,
    TooManyAsked,
    TooManyCredentials,
    TooManyPending,
    WrongProof,
)
from gateway.partners.kinds import AREAS, DIMENSIONS, EVERYWHERE, KINDS, SCOPES, STRONG, scopes_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)
NEW_YEAR, SPRING = date(2026, 1, 1), date(2026, 4, 1)
YES, NO = "approved", "refused"


@pytest.mark.parametrize(
    ("status", "late", "told"),
    [
        ("pending", False, "pending"),
        ("pending", True, "expired"),
        ("granted", False, "granted"),
        ("granted", True, "lapsed"),
        ("refused", True, "refused"),
        ("collected", True, "collected"),
    ],
)
def test_only_what_waits_expires(status: str, late: bool, told: str) -> None:  # noqa: FBT001
    end = NOW - timedelta(days=1) if late else NOW + timedelta(seconds=1)
    assert standing(status, expires_at=end, now=NOW) == told


@pytest.mark.parametrize(
    ("given", "said", "told"),
    [
        ([], ("a", YES), "pending"),
        ([], ("a", NO), "refused"),
        ([("a", YES)], ("b", YES), "granted"),
        ([("a", YES)], ("b", NO), "refused"),
        ([("a", YES)], ("a", YES), OpinionAlreadyGiven),
        ([("a", YES)], ("a", NO), OpinionAlreadyGiven),
        ([("a", YES)], ("asker", YES), OwnRequest),
        ([], ("asker", NO), OwnRequest),
    ],
)
def test_two_organisations_grant_and_one_refuses(
    given: list[tuple[str, str]], said: tuple[str, str], told: str | type[Problem]
) -> None:
    before = [Opinion(*opinion) for opinion in given]
    if isinstance(told, str):
        assert judged("pending", given=before, said=Opinion(*said), asker="asker") == told
    else:
        with pytest.raises(told):
            judged("pending", given=before, said=Opinion(*said), asker="asker")


@pytest.mark.parametrize("status", ["granted", "refused", "expired", "collected"])
def test_what_does_not_wait_is_not_judged(status: str) -> None:
    with pytest.raises(RequestClosed):
        judged(status, given=[], said=Opinion("a", YES), asker=None)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("pending", NotGranted),
        ("refused", NotGranted),
        ("expired", NotGranted),
        ("lapsed", GrantLapsed),
        ("collected", AlreadyCollected),
    ],
)
def test_credentials_are_handed_over_once_and_only_when_granted(
    status: str, refusal: type[Problem]
) -> None:
    check_collectable("granted")
    with pytest.raises(refusal):
        check_collectable(status)


MEMBERS = {"51108": ("215101015", "200066876"), "97502": ("200000000", None)}


@pytest.mark.parametrize(
    ("area", "kind", "communes", "told"),
    [
        (("town", "51108"), "commune", MEMBERS, Place("215101015")),
        (("town", "51108"), "epci", MEMBERS, Place("200066876")),
        (("town", "97502"), "epci", MEMBERS, Place(None, "no-register")),
        (("town", "35360"), "commune", MEMBERS, Place(None, "unknown-code")),
        (("town", "51108"), "commune", None, Place(None, "not-checked")),
        (("epci", "200066876"), "epci", None, Place("200066876")),
        (("region", "44"), "region", MEMBERS, Place(None, "no-register")),
    ],
)
def test_an_area_is_of_whom_the_registers_say(
    area: tuple[str, str], kind: str, communes: Mapping[str, tuple[str, str | None]], told: Place
) -> None:
    assert place_of(*area, kind=kind, communes=communes) == told


def test_areas_are_doubtful_for_their_own_reason_or_for_want_of_a_siret() -> None:
    places = [Place("215101015"), Place(None, "no-register")]
    assert doubts(places, siren="215101015") == [None, "no-register"]
    assert doubts(places, siren=None) == ["no-siret", "no-register"]


def test_the_areas_of_somebody_else_are_named() -> None:
    with pytest.raises(AreaNotOwn) as refused:
        doubts([Place("1"), Place("2"), Place(None, "not-checked"), Place("3")], siren="1")
    assert [error.pointer for error in refused.value.errors] == ["/perimeter/1", "/perimeter/3"]


def test_one_more_request_is_made_below_both_bounds() -> None:
    check_pressure(Pressure(19, NOW, MOST_PENDING - 1), most=20, now=NOW)


def test_too_many_requests_of_a_partner_wait() -> None:
    with pytest.raises(TooManyPending):
        check_pressure(Pressure(0, None, MOST_PENDING), most=20, now=NOW)


@pytest.mark.parametrize(
    ("oldest_at", "seconds"),
    [(NOW - WINDOW + timedelta(seconds=90, milliseconds=1), "91"), (NOW - WINDOW, "1")],
)
def test_who_asks_too_often_is_told_when_the_oldest_request_is_forgotten(
    oldest_at: datetime, seconds: str
) -> None:
    with pytest.raises(TooManyAsked) as refused:
        check_pressure(Pressure(20, oldest_at, 0), most=20, now=NOW)
    assert refused.value.headers["Retry-After"] == seconds


def test_where_nobody_may_ask_they_are_sent_away_for_a_day() -> None:
    with pytest.raises(TooManyAsked) as refused:
        check_pressure(Pressure(0, None, 0), most=0, now=NOW)
    assert refused.value.headers["Retry-After"] == str(int(WINDOW.total_seconds()))


@pytest.mark.parametrize(
    ("asked", "key", "refusal"),
    [
        (["read", "fly"], True, ScopeNotAllowed),
        (["read", "pay"], False, KeyRequired),
    ],
)
def test_a_scope_is_refused_by_its_kind_or_for_want_of_a_key(
    asked: list[str],
    key: bool,  # noqa: FBT001
    refusal: type[Problem],
) -> None:
    check_scopes(["read", "pay"], allowed={"read", "pay"}, strong={"pay"}, proves_key=True)
    with pytest.raises(refusal) as raised:
        check_scopes(asked, allowed={"read", "pay"}, strong={"pay"}, proves_key=key)
    assert [error.pointer for error in raised.value.errors] == ["/scopes/1"]


@pytest.mark.parametrize(
    ("second", "refusal"),
    [
        (Area("town", "51108", SPRING, None), AreaTwice),
        (Area("town", "51108", NEW_YEAR, NEW_YEAR), AreaTwice),
        (Area("region", "44", NEW_YEAR, None), AreaNotAllowed),
    ],
)
def test_an_area_is_refused_by_its_kind_or_because_it_is_there_already(
    second: Area, refusal: type[Problem]
) -> None:
    first = Area("town", "51108", NEW_YEAR, SPRING)
    later = Area("town", "51108", date(2026, 4, 2), None)
    check_areas([first, later, Area("town", "51454", NEW_YEAR, None)], allowed={"town"})
    with pytest.raises(refusal) as raised:
        check_areas([first, second], allowed={"town"})
    assert [error.pointer for error in raised.value.errors] == ["/perimeter/1"]


def test_an_area_survives_json() -> None:
    for area in (Area("town", "51108", NEW_YEAR, None), Area("region", "44", NEW_YEAR, SPRING)):
        assert Area.of(area.as_json()) == area


ONE, OTHER = UUID(int=1), UUID(int=2)


def test_one_suspends_once_and_two_organisations_restore() -> None:
    check_suspension("active")
    assert check_restoration("suspended", asked_by=None, by=ONE) is False
    assert check_restoration("suspended", asked_by=ONE, by=OTHER) is True
    with pytest.raises(ClientIsSuspended):
        check_suspension("suspended")
    with pytest.raises(ClientIsActive):
        check_restoration("active", asked_by=None, by=ONE)
    with pytest.raises(RestorationNeedsAnother):
        check_restoration("suspended", asked_by=ONE, by=ONE)


def test_a_new_credential_fits_is_for_an_active_system_and_among_few() -> None:
    check_new("active", fits=True, live=1, most=2)
    with pytest.raises(WrongProof):
        check_new("active", fits=False, live=0, most=2)
    with pytest.raises(ClientIsSuspended):
        check_new("suspended", fits=True, live=0, most=2)
    with pytest.raises(TooManyCredentials):
        check_new("active", fits=True, live=2, most=2)


def test_every_kind_has_areas_and_everywhere_is_for_national_ones_only() -> None:
    assert AREAS.keys() == KINDS.keys()
    everywhere = {kind for kind, names in AREAS.items() if EVERYWHERE in names}
    assert everywhere == {"acv_directorate", "ministry", "cnam_national", "evaluator"}
    assert all(names <= {*DIMENSIONS, EVERYWHERE} for names in AREAS.values())


def test_a_town_approves_and_suspends_nothing() -> None:
    assert scopes_of("commune").isdisjoint(STRONG)
    assert {name for name, scope in SCOPES.items() if scope.strong} == STRONG
