"""Every operation has exactly one policy row, and the row decides who comes in."""

from dataclasses import FrozenInstanceError, replace

import pytest

from chassis.identity import (
    ANONYMOUS,
    EVERYWHERE,
    KIND,
    NOWHERE,
    OWN,
    PUBLISHED,
    Open,
    OutsidePerimeter,
    Perimeter,
    Place,
    PolicyMismatch,
    PolicyTable,
    Principal,
    Reach,
    Scoped,
    TwoPerson,
    principal_of,
    refuse_outside,
    seen,
)
from chassis.problems import Forbidden, NotFound, Unauthenticated

FUNDER = Principal(
    organisation="org-1",
    kind="financeur",
    client="erp-1",
    scopes=frozenset({"lines:read"}),
    perimeter=Perimeter(values={"region": frozenset({"53"})}),
)


def test_open_data_needs_no_token() -> None:
    Open().admit(ANONYMOUS)


@pytest.mark.parametrize("row", [Scoped("lines:read"), TwoPerson("lines:read")])
def test_a_scoped_operation_lets_its_scope_in(row: Scoped) -> None:
    row.admit(FUNDER)


def test_a_scoped_operation_asks_strangers_for_a_token() -> None:
    with pytest.raises(Unauthenticated) as refusal:
        Scoped("lines:read").admit(ANONYMOUS)

    assert refusal.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_refusal_names_the_missing_scope() -> None:
    with pytest.raises(Forbidden) as refusal:
        Scoped("lines:write").admit(FUNDER)

    assert refusal.value.extra == {"missing_scope": "lines:write"}
    assert "lines:write" in refusal.value.detail.fr


LINES = Scoped("lines:read", within=("region", "funder"), whole=frozenset({"evaluator"}))


def placed(**values: str) -> Place:
    """A place with one value in each dimension."""
    return {name: frozenset({value}) for name, value in values.items()}


def test_a_caller_sees_what_one_of_its_values_names() -> None:
    limits = LINES.limits(FUNDER)

    assert limits == {"region": {"53"}, "funder": frozenset()}
    assert seen(limits, placed(region="53", funder="bdt"))
    assert seen(limits, {"region": frozenset({"44", "53"})})
    assert not seen(limits, placed(region="44", funder="bdt"))
    assert not seen(limits, {})


def test_a_perimeter_without_values_sees_nothing() -> None:
    limits = LINES.limits(replace(FUNDER, perimeter=NOWHERE))

    assert not seen(limits, placed(region="53", funder="bdt"))


def test_making_something_outside_is_refused_by_the_names_of_the_dimensions() -> None:
    limits = LINES.limits(FUNDER)

    refuse_outside(None, {})
    refuse_outside(limits, placed(region="53"))
    with pytest.raises(OutsidePerimeter) as refusal:
        refuse_outside(limits, placed(region="44"))
    assert refusal.value.extra == {"dimensions": ["funder", "region"]}
    assert "53" not in refusal.value.detail.fr


def test_open_data_shows_more_to_those_whom_a_row_admits() -> None:
    row = Open(more=(LINES, Scoped("grants:read")))

    assert row.audiences(FUNDER) == {"lines:read": LINES.limits(FUNDER)}
    assert row.audiences(ANONYMOUS) == {}


BIDS = Scoped("bids:read", within=(PUBLISHED, KIND, OWN, "region"))


def test_where_kinds_limit_seeing_everywhere_opens_nothing() -> None:
    limits = BIDS.limits(replace(FUNDER, perimeter=EVERYWHERE))

    assert limits == {
        PUBLISHED: {PUBLISHED},
        KIND: {"financeur"},
        OWN: {"org-1"},
        "region": frozenset(),
    }
    assert seen(limits, placed(kind="financeur", region="44"))
    assert not seen(limits, placed(kind="ministry", region="44"))


def test_open_data_with_drafts_shows_strangers_what_is_published() -> None:
    row = Open(more=(BIDS,))
    reader = replace(FUNDER, scopes=frozenset({"bids:read"}))

    published = placed(published=PUBLISHED)
    assert row.limits(ANONYMOUS) == published
    assert row.limits(FUNDER) == published
    assert row.limits(reader) == BIDS.limits(reader)
    assert Open(more=(Scoped("bids:read"),)).limits(reader) is None
    assert row.audiences(ANONYMOUS) == {"bids:read": published}


def test_open_data_adds_up_what_its_rows_show() -> None:
    towns = Scoped("towns:read", within=("town", "region"))
    both = replace(FUNDER, scopes=frozenset({"bids:read", "towns:read"}))

    limits = Open(more=(BIDS, towns)).limits(both)

    assert limits == {**(BIDS.limits(both) or {}), "town": frozenset()}


def test_who_may_know_of_what_it_may_not_change_is_told_so_and_others_nothing() -> None:
    known = Scoped("lines:read", within=("region",)).limits(FUNDER)
    reach = Reach(known, {"town": frozenset({"acv-051"})})

    reach.check({**placed(region="53"), "town": frozenset({"acv-051"})}, missing=NotFound)
    with pytest.raises(OutsidePerimeter):
        reach.check(placed(region="53", town="acv-002"), missing=NotFound)
    with pytest.raises(NotFound):
        reach.check(placed(region="44", town="acv-051"), missing=NotFound)


@pytest.mark.parametrize(
    ("row", "caller"),
    [
        (LINES, replace(FUNDER, perimeter=EVERYWHERE)),
        (LINES, replace(FUNDER, perimeter=NOWHERE, kind="evaluator")),
        (Scoped("lines:read"), replace(FUNDER, perimeter=NOWHERE)),
        (Open(), ANONYMOUS),
    ],
    ids=["everywhere", "a kind that sees all", "a row without dimensions", "open data"],
)
def test_some_callers_are_not_limited(row: Scoped | Open, caller: Principal) -> None:
    assert row.limits(caller) is None
    assert seen(row.limits(caller), {})


def test_a_person_answers_for_the_act_when_one_is_known() -> None:
    assert FUNDER.actor == "org-1"
    assert replace(FUNDER, on_behalf_of="person-9").actor == "person-9"


def test_a_principal_cannot_be_changed_after_its_token_was_read() -> None:
    with pytest.raises(FrozenInstanceError):
        FUNDER.scopes = frozenset({"lines:write"})  # type: ignore[misc]


def test_a_request_without_a_verified_token_is_anonymous() -> None:
    assert principal_of({"type": "http"}) is ANONYMOUS
    assert principal_of({"state": {"principal": FUNDER}}) is FUNDER


def test_rows_and_operations_must_be_the_same_set() -> None:
    table = PolicyTable({"list_lines": Scoped("lines:read")}, {"show_town": Open()})

    table.check(["show_town", "list_lines"])
    with pytest.raises(PolicyMismatch, match="no policy row for award_grant"):
        table.check(["show_town", "list_lines", "award_grant"])
    with pytest.raises(PolicyMismatch, match="no operation named list_lines"):
        table.check(["show_town"])
    with pytest.raises(PolicyMismatch, match="share an id"):
        table.check(["show_town", "list_lines", "show_town"])


def test_two_features_cannot_rule_the_same_operation() -> None:
    with pytest.raises(PolicyMismatch, match="two policy rows for show_town"):
        PolicyTable({"show_town": Open()}, {"show_town": Scoped("towns:read")})


def test_the_dimension_of_organisations_holds_the_callers_own_and_everywhere_does_not_lift_it() -> (
    None
):
    row = Scoped("partners:read", within=("organisation",), whole=frozenset({"acv_directorate"}))
    named = Perimeter(everywhere=True, values={"organisation": frozenset({"another"})})
    town = Principal("own", "commune", "tool", perimeter=named)
    assert row.limits(town) == {"organisation": frozenset({"own"})}
    assert row.limits(Principal("state", "acv_directorate", "tool")) is None
    both = Scoped("lines:read", within=("organisation", "region"))
    assert both.limits(town) is None
    assert both.limits(Principal("own", "commune", "tool")) == {
        "organisation": frozenset({"own"}),
        "region": frozenset(),
    }


def test_a_dimension_of_one_kind_holds_the_places_of_that_kind_alone() -> None:
    row = Scoped("drafts:read", within=("region_prefecture_of_region",))
    places = Perimeter(values={"region": frozenset({"44"}), "town": frozenset({"51108"})})
    prefecture = Principal("p", kind="region_prefecture", client="p", perimeter=places)
    council = Principal("c", kind="region", client="c", perimeter=places)
    ministry = Principal("m", kind="ministry", client="m", perimeter=EVERYWHERE)

    assert row.limits(prefecture) == placed(region_prefecture_of_region="44")
    nothing: Place = {"region_prefecture_of_region": frozenset()}
    assert row.limits(council) == row.limits(ministry) == nothing
    assert not row.open_everywhere
