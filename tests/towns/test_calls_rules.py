"""When a call can be published, moved and closed, who may bid when, and what is hashed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import Problem
from services.towns.calls.errors import (
    FAULTS,
    CallClosed,
    CallIncomplete,
    CallNotOpen,
    DeadlineNotExtended,
    NamedTwice,
    OutsideQuotaReached,
    ReservedToProgramme,
    UnknownBody,
)
from services.towns.calls.rules import (
    Body,
    Criterion,
    Deadlines,
    Details,
    Evidence,
    Window,
    admissible,
    check_names,
    check_seat,
    missing_evidence,
    standing,
)
from services.towns.calls.ruleset import digest, frozen
from services.towns.calls.wholeness import check_publication, extended, faults

OPENS = datetime(2026, 1, 10, 8, tzinfo=UTC)
PRIORITY = OPENS + timedelta(days=30)
CLOSES = OPENS + timedelta(days=60)
LABEL = {"fr": "Maturité", "en": "Maturity"}
WHOLE = Details(
    wave=3,
    name="Vague 3",
    mode="live",
    opens_at=OPENS,
    priority_ends_at=PRIORITY,
    closes_at=CLOSES,
    scores_due_at=CLOSES + timedelta(days=10),
    opinions_due_at=CLOSES + timedelta(days=20),
    decisions_expected_on=date(2026, 5, 1),
    outside_quota=2,
    quorum=2,
    criteria=(
        Criterion("need", LABEL, "0.7", 5),
        Criterion("premises", LABEL, "0.3", 5),
    ),
    evidence=(Evidence("letter", LABEL, True, None), Evidence("plan", LABEL, False, "premises")),
    panel=(Body("cnam", "Cnam", None), Body("acv-directorate", "ANCT", None)),
)
WINDOW = Window("published", OPENS, PRIORITY, CLOSES, 2)


def test_a_whole_call_has_no_fault() -> None:
    assert faults(WHOLE) == ()
    check_names(WHOLE)
    check_publication((), closes_at=CLOSES, now=OPENS)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"opens_at": None}, "no-opening"),
        ({"closes_at": None}, "no-closing"),
        ({"closes_at": OPENS, "priority_ends_at": None, "outside_quota": None},
         "closes-before-it-opens"),
        ({"priority_ends_at": OPENS}, "priority-outside-the-call"),
        ({"priority_ends_at": CLOSES + timedelta(seconds=1)}, "priority-outside-the-call"),
        ({"priority_ends_at": None}, "quota-without-priority"),
        ({"scores_due_at": None}, "no-scores-deadline"),
        ({"scores_due_at": CLOSES}, "scores-due-before-closing"),
        ({"opinions_due_at": None}, "no-opinions-deadline"),
        ({"opinions_due_at": CLOSES}, "opinions-due-before-closing"),
        ({"decisions_expected_on": OPENS.date()}, "decisions-before-closing"),
        ({"criteria": (), "evidence": ()}, "no-criterion"),
        ({"criteria": WHOLE.criteria[:1], "evidence": ()}, "weights-do-not-add-up"),
        ({"evidence": (Evidence("x", LABEL, True, "none"),)}, "evidence-of-no-criterion"),
        ({"panel": ()}, "no-body"),
        ({"quorum": None}, "no-quorum"),
        ({"quorum": 3}, "quorum-out-of-reach"),
    ],
)  # fmt: skip
def test_each_fault_is_found_alone(change: dict[str, Any], fault: str) -> None:
    assert faults(replace(WHOLE, **change)) == (fault,)
    assert fault in FAULTS


def test_a_publication_names_all_that_is_missing_at_once() -> None:
    empty = replace(WHOLE, opens_at=None, quorum=None, panel=())
    with pytest.raises(CallIncomplete) as refused:
        check_publication(faults(empty), closes_at=CLOSES, now=CLOSES)
    assert [(error.code, error.pointer) for error in refused.value.errors] == [
        ("no-opening", "/opens_at"),
        ("no-body", "/panel"),
        ("no-quorum", "/quorum"),
        ("closing-passed", "/closes_at"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": WHOLE.criteria * 2},
        {"evidence": WHOLE.evidence * 2},
        {"panel": WHOLE.panel * 2},
    ],
    ids=["criteria", "evidence", "panel"],
)
def test_a_code_names_one_thing(change: dict[str, Any]) -> None:
    with pytest.raises(NamedTwice):
        check_names(replace(WHOLE, **change))


@given(st.lists(st.integers(1, 999_999), min_size=1, max_size=8))
def test_weights_add_up_exactly_or_not_at_all(parts: list[int]) -> None:
    whole = sum(parts)
    weights = [f"0.{part:06d}" for part in parts]
    grid = tuple(Criterion(f"c{n}", LABEL, text, 5) for n, text in enumerate(weights))
    found = faults(replace(WHOLE, criteria=grid, evidence=()))
    assert (found == ()) == (Fraction(whole, 1_000_000) == 1)


@pytest.mark.parametrize(
    ("window", "programme", "outside", "at", "refusal"),
    [
        (WINDOW, True, 0, OPENS - timedelta(microseconds=1), CallNotOpen),
        (replace(WINDOW, status="draft"), True, 0, OPENS, CallNotOpen),
        (WINDOW, True, 9, OPENS, None),
        (WINDOW, False, 1, OPENS, None),
        (WINDOW, False, 2, OPENS, OutsideQuotaReached),
        (WINDOW, False, 9, PRIORITY, None),
        (replace(WINDOW, outside_quota=None), False, 0, OPENS, ReservedToProgramme),
        (replace(WINDOW, outside_quota=0), False, 0, OPENS, ReservedToProgramme),
        (replace(WINDOW, outside_quota=None), False, 0, PRIORITY, None),
        (replace(WINDOW, priority_ends_at=None), False, 9, OPENS, None),
        (WINDOW, True, 0, CLOSES - timedelta(microseconds=1), None),
        (WINDOW, True, 0, CLOSES, CallClosed),
        (replace(WINDOW, status="closed"), True, 0, OPENS, CallClosed),
        (replace(WINDOW, status="decided"), True, 0, OPENS, CallClosed),
        (replace(WINDOW, status="cancelled"), True, 0, OPENS, CallClosed),
    ],
    ids=[
        "too early", "a draft", "a town of the programme", "a place of the quota is left",
        "the quota is used up", "after the window anyone", "no quota", "a quota of none",
        "no quota is needed after the window", "no window", "the last instant", "too late",
        "closed early", "decided", "cancelled",
    ],
)  # fmt: skip
def test_who_may_bid_when(
    window: Window, *, programme: bool, outside: int, at: datetime, refusal: type[Problem] | None
) -> None:
    def bid() -> None:
        admissible(window, in_programme=programme, outside_count=outside, at=at)

    _raises(refusal, bid)


def _raises(refusal: type[Problem] | None, act: Callable[[], object]) -> None:
    if refusal is None:
        act()
    else:
        with pytest.raises(refusal):
            act()


@pytest.mark.parametrize(
    ("status", "now", "found"),
    [
        ("published", CLOSES - timedelta(seconds=1), "published"),
        ("published", CLOSES, "closed"),
        ("draft", CLOSES, "draft"),
        ("decided", OPENS, "decided"),
    ],
)
def test_a_published_call_closes_by_itself(status: str, now: datetime, found: str) -> None:
    assert standing(status, closes_at=CLOSES, now=now) == found


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Deadlines(CLOSES + DAY, None, None, None), None),
        (Deadlines(CLOSES, None, None, None), DeadlineNotExtended),
        (Deadlines(CLOSES - DAY, None, None, None), DeadlineNotExtended),
        (Deadlines(CLOSES + DAY, CLOSES + DAY * 2, None, None), DeadlineNotExtended),
        (Deadlines(CLOSES + DAY, None, None, CLOSES.date()), DeadlineNotExtended),
        (Deadlines(CLOSES + DAY * 15, None, None, None), CallIncomplete),
        (Deadlines(CLOSES + DAY * 15, CLOSES + DAY * 16, None, None), None),
    ],
    ids=[
        "the closing alone", "nothing moves", "earlier", "the scores earlier",
        "the decision earlier", "the scores would come before", "with the scores",
    ],
)  # fmt: skip
def test_an_extension_moves_deadlines_later_only(
    asked: Deadlines, refusal: type[Problem] | None
) -> None:
    _raises(refusal, lambda: extended(WHOLE, asked))


def test_an_extension_leaves_the_other_deadlines_where_they_are() -> None:
    moved = extended(WHOLE, Deadlines(CLOSES + DAY, None, None, None))
    assert moved == {
        "closes_at": CLOSES + DAY,
        "scores_due_at": WHOLE.scores_due_at,
        "opinions_due_at": WHOLE.opinions_due_at,
        "decisions_expected_on": WHOLE.decisions_expected_on,
    }


SEATED = (replace(WHOLE.panel[0], organisation_id="o"), WHOLE.panel[1])


@pytest.mark.parametrize(
    ("body", "organisation", "refusal"),
    [
        ("acv-directorate", "p", None),
        ("cnam", "o", None),
        ("cnam", None, None),
        ("acv-directorate", "o", NamedTwice),
        ("anah", "p", UnknownBody),
    ],
    ids=["a free seat", "its own again", "left", "of another seat", "no seat"],
)
def test_an_organisation_has_one_seat_of_the_panel(
    body: str, organisation: str | None, refusal: type[Problem] | None
) -> None:
    _raises(refusal, lambda: check_seat(SEATED, body, organisation_id=organisation))


def test_what_a_bid_lacks_is_listed_in_the_order_of_the_rules() -> None:
    assert missing_evidence(("b", "a", "c"), {"a"}) == ("b", "c")
    assert missing_evidence((), {"a"}) == ()


def test_the_frozen_rules_are_one_canonical_text() -> None:
    text = frozen(WHOLE, call_id="c", number=1)
    document = json.loads(text)
    again = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert again == text
    assert document["opens_at"] == "2026-01-10T08:00:00.000000Z"
    assert document["required_evidence"] == ["letter"]
    assert document["panel"][0] == {"body": "cnam", "label": "Cnam"}
    assert "Maturité" in text


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"panel": (replace(WHOLE.panel[0], organisation_id="o"), WHOLE.panel[1])}, True),
        ({"outside_quota": 3}, False),
        ({"quorum": 1}, False),
        ({"closes_at": CLOSES + DAY}, False),
        ({"criteria": (replace(WHOLE.criteria[0], weight="0.70"), WHOLE.criteria[1])}, False),
        ({"criteria": WHOLE.criteria[::-1]}, False),
        ({"panel": WHOLE.panel[:1]}, False),
    ],
    ids=["nothing", "an organisation attached", "quota", "quorum", "closing", "weight", "order",
         "panel"],
)  # fmt: skip
def test_the_hash_changes_with_every_rule(change: dict[str, Any], *, same: bool) -> None:
    held = digest(frozen(WHOLE, call_id="c", number=1))
    asked = digest(frozen(replace(WHOLE, **change), call_id="c", number=1))
    assert (held == asked) == same
    assert len(held) == 64
    assert held != digest(frozen(WHOLE, call_id="d", number=1))
    assert held != digest(frozen(WHOLE, call_id="c", number=2))
