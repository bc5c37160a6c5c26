"""Who scores, what a sheet is worth, whose opinion counts: as tables of cases, and as laws."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.towns.panel.errors import (
    BidNotAssessed,
    ConflictStands,
    OpinionsClosed,
    QuorumNotReached,
    ScoringClosed,
    ScoringNotBegun,
    SheetInconsistent,
)
from services.towns.panel.rules import (
    Criterion,
    Total,
    check_assessed,
    check_impartial,
    check_opinion,
    check_quorum,
    check_scoring,
    counted,
    total,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GRID = (Criterion("need", "0.6", 5), Criterion("premises", "0.4", 3))
MOMENT = timedelta(microseconds=1)


def test_a_body_with_a_conflict_neither_scores_nor_gives_its_opinion() -> None:
    check_impartial("cnam", {"bdt"})
    with pytest.raises(ConflictStands):
        check_impartial("bdt", {"bdt"})


@pytest.mark.parametrize(
    ("check", "closed"),
    [(check_scoring, ScoringClosed), (check_opinion, OpinionsClosed)],
    ids=["scores", "opinions"],
)
def test_bodies_work_from_the_closing_of_the_call_to_the_deadline(check: Any, closed: Any) -> None:
    check("closed", due_at=NOON, now=NOON - MOMENT)
    with pytest.raises(ScoringNotBegun):
        check("published", due_at=NOON, now=NOON - MOMENT)
    for status, due_at in (("closed", NOON), ("closed", None), ("decided", NOON + MOMENT)):
        with pytest.raises(closed):
            check(status, due_at=due_at, now=NOON)


@pytest.mark.parametrize("status", ["draft", "withdrawn", "selected", "accompanied", "refused"])
def test_a_body_says_nothing_of_a_bid_that_is_not_before_the_panel(status: str) -> None:
    for before in ("submitted", "consolidation", "examined"):
        check_assessed(before)
    with pytest.raises(BidNotAssessed):
        check_assessed(status)


@pytest.mark.parametrize(
    ("scores", "worth"),
    [
        pytest.param([("need", 0), ("premises", 0)], 0, id="nothing"),
        pytest.param([("premises", 3), ("need", 5)], 1, id="everything, in any order"),
        pytest.param([("need", 4), ("premises", 2)], Fraction(56, 75), id="an exact fraction"),
    ],
)
def test_a_sheet_is_worth_the_weighted_mean_of_its_points(
    scores: list[tuple[str, int]], worth: Fraction
) -> None:
    found = total(GRID, scores)

    assert Fraction(found.numerator, found.denominator) == worth


def test_a_score_of_four_and_two_is_printed_over_the_denominator_of_the_grid() -> None:
    assert total(GRID, [("need", 4), ("premises", 2)]) == Total(56, 75)
    assert total(GRID, [("need", 5), ("premises", 3)]) == Total(75, 75)


@pytest.mark.parametrize(
    ("scores", "faults"),
    [
        pytest.param([("need", 4)], {("criterion-missing", "/scores")}, id="one is missing"),
        pytest.param(
            [("need", 4), ("need", 3), ("premises", 1)],
            {
                ("criterion-twice", "/scores/0/criterion"),
                ("criterion-twice", "/scores/1/criterion"),
            },
            id="one is there twice",
        ),
        pytest.param(
            [("need", 6), ("premises", 1), ("taste", 1)],
            {
                ("points-above-scale", "/scores/0/points"),
                ("unknown-criterion", "/scores/2/criterion"),
            },
            id="all faults at once",
        ),
    ],
)
def test_a_sheet_that_is_not_whole_is_refused_by_the_names_of_its_faults(
    scores: list[tuple[str, int]], faults: set[tuple[str, str]]
) -> None:
    with pytest.raises(SheetInconsistent) as refused:
        total(GRID, scores)

    assert {(error.code, error.pointer) for error in refused.value.errors} == faults


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.data())
def test_totals_of_one_grid_compare_by_their_numerators(scales: list[int], data: Any) -> None:
    shares = ["0.05"] * (len(scales) - 1)
    weights = [str(1 - Fraction(len(shares), 20)), *shares]
    grid = [
        Criterion(str(place), weight, scale)
        for place, (weight, scale) in enumerate(zip(weights, scales, strict=True))
    ]
    sheets = [
        [(one.code, data.draw(st.integers(0, one.scale_max))) for one in grid] for _ in range(2)
    ]
    one, other = (total(grid, sheet) for sheet in sheets)
    exact = [
        sum(
            Fraction(criterion.weight) * points / criterion.scale_max
            for criterion, (_, points) in zip(grid, sheet, strict=True)
        )
        for sheet in sheets
    ]

    assert one.denominator == other.denominator
    assert Fraction(one.numerator, one.denominator) == exact[0]
    assert (one.numerator < other.numerator) == (exact[0] < exact[1])
    assert 0 <= one.numerator <= one.denominator


def test_an_opinion_of_a_body_in_conflict_does_not_count() -> None:
    assert counted(["cnam", "bdt", "adcf"], {"bdt", "anct"}) == 2
    check_quorum(2, 2)
    with pytest.raises(QuorumNotReached) as refused:
        check_quorum(1, 2)
    assert refused.value.extra == {"given": 1, "quorum": 2}
