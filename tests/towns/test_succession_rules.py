"""A change of territories says where all of each goes, and leads nowhere back."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.towns.succession.errors import (
    NothingChanges,
    PredecessorUnknown,
    SharesNotWhole,
    SuccessionLoop,
    SuccessionTwice,
    UnknownSuccessor,
)
from services.towns.succession.rules import Edge, Link, check_codes, check_edges, check_loops

WHOLE = Fraction(1)
HALF = Fraction(1, 2)
MERGER = [Edge("91182", "91228", WHOLE), Edge("91227", "91228", WHOLE)]
SPLIT = [Edge("91228", "91228", Fraction(3, 4)), Edge("91228", "91182", Fraction(1, 4))]
DAY = date(2026, 1, 1)


@pytest.mark.parametrize("edges", [MERGER, SPLIT, MERGER + SPLIT], ids=["merger", "split", "both"])
def test_a_change_that_says_where_all_goes_is_recorded(edges: list[Edge]) -> None:
    check_edges(edges)


@pytest.mark.parametrize(
    ("edges", "refusal", "pointer"),
    [
        ([*MERGER, MERGER[0]], SuccessionTwice, "/edges/2/successor_code"),
        ([Edge("91228", "91228", WHOLE)], NothingChanges, "/edges/0/share"),
        ([Edge("91182", "91228", HALF)], SharesNotWhole, "/edges/0/share"),
        ([MERGER[0], Edge("91182", "51108", HALF)], SharesNotWhole, "/edges/0/share"),
    ],
    ids=["a pair twice", "nothing changes", "half is lost", "more than all"],
)
def test_a_change_that_is_not_whole_is_refused_at_its_place(
    edges: list[Edge], refusal: type[Exception], pointer: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_edges(edges)
    assert refused.value.errors[0].pointer == pointer  # type: ignore[attr-defined]


@given(st.lists(st.integers(1, 999_999), min_size=1, max_size=8, unique=True))
def test_shares_that_add_up_to_one_are_accepted_whatever_their_number(cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), 1_000_000]
    parts = [Fraction(b - a, 1_000_000) for a, b in pairwise(bounds)]

    check_edges([Edge("91228", f"{n:05d}", part) for n, part in enumerate(parts)])


def test_successors_are_of_today_and_predecessors_were_heard_of() -> None:
    check_codes(MERGER, living={"91228", "91227"}, past={"91182"})
    with pytest.raises(UnknownSuccessor):
        check_codes(MERGER, living={"91227"}, past={"91182"})
    with pytest.raises(PredecessorUnknown) as refused:
        check_codes(MERGER, living={"91228"}, past={"91182"})
    assert refused.value.errors[0].pointer == "/edges/1/predecessor_code"


def test_a_territory_never_succeeds_itself_through_others() -> None:
    known = [Link("91228", "51108", DAY), Link("51108", "91182", DAY)]

    check_loops(MERGER, known=[], effective_on=DAY)
    check_loops(SPLIT, known=[], effective_on=DAY)
    check_loops(MERGER, known=known, effective_on=date(2026, 1, 2))
    with pytest.raises(SuccessionLoop):
        check_loops(MERGER, known=known, effective_on=DAY)
    with pytest.raises(SuccessionLoop):
        check_loops([Edge("a", "b", WHOLE), Edge("b", "a", WHOLE)], known=[], effective_on=DAY)
