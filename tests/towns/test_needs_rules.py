"""The rules of needs: what may be declared, when it stands, which act leads where."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chassis.workflow import IllegalTransition, moved
from services.towns.errors import PeriodReversed
from services.towns.needs.errors import (
    EvidenceMissing,
    ExpiryPassed,
    NeedCannotMove,
    NothingCovers,
    NothingNeeded,
    OneTerritory,
)
from services.towns.needs.rules import (
    PERISHABLE,
    STEPS,
    Details,
    aged,
    check,
    check_change,
    check_coverage,
    standing,
)

TODAY = date(2026, 6, 1)
GOOD = Details(
    acv_id="acv-051",
    epci_siren=None,
    rome_codes=("I1309",),
    skills=(),
    volume_count=1,
    horizon_from=date(2026, 9, 1),
    horizon_until=None,
    level=None,
    naf_division=None,
    source_kind="mayor",
    evidence_url=None,
    evidence_reference=None,
    evidence_title=None,
    evidence_on=None,
    strength="stated",
    expires_on=TODAY,
)


def test_a_statement_of_a_mayor_that_expires_today_is_enough() -> None:
    check(GOOD, today=TODAY)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"acv_id": None}, OneTerritory),
        ({"epci_siren": "200066876"}, OneTerritory),
        ({"rome_codes": ()}, NothingNeeded),
        ({"horizon_until": date(2026, 8, 31)}, PeriodReversed),
        ({"strength": "measured"}, EvidenceMissing),
        ({"strength": "documented"}, EvidenceMissing),
        ({"evidence_title": "A title of nothing"}, EvidenceMissing),
        ({"expires_on": date(2026, 5, 31)}, ExpiryPassed),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_a_need_that_says_too_little_is_refused(
    change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check(replace(GOOD, **change), today=TODAY)
    with pytest.raises(refusal):
        check_change(GOOD, replace(GOOD, **change), today=TODAY)


def test_a_skill_a_day_and_a_reference_are_enough() -> None:
    named = {"strength": "measured", "evidence_reference": "Enquête 2026"}
    day = {"horizon_until": GOOD.horizon_from}
    asked: dict[str, Any] = {"rome_codes": (), "skills": ("Souder",)} | named | day
    check(replace(GOOD, **asked), today=TODAY)


def test_a_need_cannot_move() -> None:
    check_change(GOOD, replace(GOOD, volume_count=2), today=TODAY)
    with pytest.raises(NeedCannotMove):
        check_change(GOOD, replace(GOOD, acv_id="acv-001"), today=TODAY)


def test_what_covers_is_named() -> None:
    check_coverage(None, "A site")
    check_coverage("https://cnam.example", None)
    with pytest.raises(NothingCovers):
        check_coverage(None, None)


@pytest.mark.parametrize("status", ["declared", "qualified", "covered", "withdrawn"])
def test_what_waits_expires_after_its_last_day_and_what_ended_does_not(status: str) -> None:
    late = standing(status, expires_on=date(2026, 5, 31), today=TODAY)
    assert standing(status, expires_on=TODAY, today=TODAY) == status
    assert late == ("expired" if status in PERISHABLE else status)
    assert (aged(late), aged(status)) == ("expired" if status in PERISHABLE else "", "")


@pytest.mark.parametrize("status", ["declared", "qualified", "covered", "withdrawn", "expired"])
@pytest.mark.parametrize("act", STEPS)
def test_every_act_leads_where_the_machine_says_and_from_nowhere_else(
    act: str, status: str
) -> None:
    if status in STEPS[act].sources:
        assert moved(STEPS, status, act=act) == STEPS[act].target
        return
    with pytest.raises(IllegalTransition):
        moved(STEPS, status, act=act)
