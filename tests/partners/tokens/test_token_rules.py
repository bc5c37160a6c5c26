"""What a token may carry: scopes asked and held, perimeters of today, the end of its life."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.partners.tokens.rules import Right, end, granted, perimeter

RIGHTS = st.builds(
    Right,
    st.sampled_from(["region", "town", "funder", "everywhere"]),
    st.sampled_from(["44", "51108", "bdt"]),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("asked", "given_scopes"),
    [
        (None, ["a", "b"]),
        ("b", ["b"]),
        ("b a b", ["a", "b"]),
        ("c", []),
        ("a c", []),
        ("", []),
        (" ", []),
        ("a  b", []),
        ("a ", []),
        ("é", []),
        ('a"', []),
    ],
)
def test_a_client_gets_what_it_asks_for_among_what_it_can_have(
    asked: str | None, given_scopes: list[str]
) -> None:
    assert granted(asked, ["b", "a"]) == given_scopes


def test_a_client_without_scopes_gets_none() -> None:
    assert granted(None, []) == []


def test_rights_are_grouped_by_dimension() -> None:
    rights = [Right("town", "51108", False), Right("region", "44", False), Right("town", "1", True)]
    assert perimeter(rights) == ({"region": ["44"], "town": ["1", "51108"]}, True)


def test_no_right_holds_nothing_and_everywhere_holds_all() -> None:
    assert perimeter([]) == ({}, False)
    wide = [Right("everywhere", "*", False), Right("town", "51108", True)]
    assert perimeter(wide) == ({"everywhere": True}, False)


@given(st.lists(RIGHTS))
def test_a_perimeter_names_what_was_given_and_nothing_else(rights: list[Right]) -> None:
    claim = perimeter(rights).claim
    if any(right.dimension == "everywhere" for right in rights):
        assert claim == {"everywhere": True}
    else:
        named = {(name, value) for name, values in claim.items() for value in values}  # type: ignore[union-attr]
        assert named == {(right.dimension, right.value) for right in rights}


@pytest.mark.parametrize(
    ("ends_today", "ends_at"), [(False, 1_300), (True, 1_100)], ids=["goes on", "ends today"]
)
def test_no_right_outlives_its_last_day(ends_today: bool, ends_at: int) -> None:  # noqa: FBT001  # a case
    assert end(1_000, life=300, midnight=1_100, ends_today=ends_today) == ends_at


def test_a_last_day_that_is_long_enough_shortens_nothing() -> None:
    assert end(1_000, life=300, midnight=9_000, ends_today=True) == 1_300
