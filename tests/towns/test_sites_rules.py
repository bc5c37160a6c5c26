"""What a site's days mean, when it may open, and where its life leads."""

from datetime import date

import pytest

from chassis.workflow import IllegalTransition, moved
from services.towns.sites.errors import (
    EffectAhead,
    EffectBeforeLast,
    PointIncomplete,
    SiteNotReady,
)
from services.towns.sites.rules import (
    OPEN,
    STEPS,
    Dated,
    check_effect,
    check_point,
    check_ready,
)

TODAY = date(2021, 9, 15)
STATUSES = {"announced", "in-preparation", "open", "suspended", "relocated", "closed"}


@pytest.mark.parametrize(
    ("precision", "first", "latest"),
    [
        ("day", date(2020, 2, 10), date(2020, 2, 10)),
        ("month", date(2020, 2, 1), date(2020, 2, 29)),
        ("year", date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_a_day_names_all_that_its_precision_says(precision: str, first: date, latest: date) -> None:
    dated = Dated(date(2020, 2, 10), precision)
    assert (dated.first_on, dated.latest_on) == (first, latest)


@pytest.mark.parametrize(
    ("asked", "last", "refusal"),
    [
        (Dated(date(2021, 9, 15), "day"), None, None),
        (Dated(date(2021, 9, 16), "day"), None, EffectAhead),
        (Dated(date(2021, 9, 30), "month"), None, None),
        (Dated(date(2021, 10, 1), "month"), None, EffectAhead),
        (Dated(date(2021, 9, 1), "day"), date(2021, 9, 1), None),
        (Dated(date(2021, 8, 31), "day"), date(2021, 9, 1), EffectBeforeLast),
        (Dated(date(2021, 9, 1), "month"), date(2021, 9, 10), None),
        (Dated(date(2020, 5, 5), "year"), date(2021, 1, 1), EffectBeforeLast),
    ],
    ids=[
        "today",
        "tomorrow",
        "a month that has begun",
        "a month to come",
        "the day of the act before",
        "the day before it",
        "a month that holds it",
        "a year before it",
    ],
)
def test_an_act_takes_effect_on_a_day_that_has_begun_and_not_before_the_last(
    asked: Dated, last: date | None, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        check_effect(asked, last=last, today=TODAY)
        return
    with pytest.raises(refusal):
        check_effect(asked, last=last, today=TODAY)


@pytest.mark.parametrize(
    ("count", "centre", "missing"),
    [
        (0, None, ["premises", "centre"]),
        (0, "grand-est", ["premises"]),
        (1, None, ["centre"]),
    ],
)
def test_a_site_that_lacks_something_does_not_open_and_is_told_all_of_it(
    count: int, centre: str | None, missing: list[str]
) -> None:
    with pytest.raises(SiteNotReady) as refused:
        check_ready(premises_count=count, centre_code=centre)
    assert refused.value.extra == {"missing": missing}


def test_a_site_with_premises_and_a_centre_opens() -> None:
    check_ready(premises_count=1, centre_code="grand-est")


def test_a_point_is_whole_or_unknown() -> None:
    check_point(None, None)
    check_point(4.9, 49.7)
    for half in ((4.9, None), (None, 49.7)):
        with pytest.raises(PointIncomplete):
            check_point(*half)


def test_the_life_of_a_site_knows_its_statuses_and_nothing_leaves_closed() -> None:
    known = {step.target for step in STEPS.values()} | {"announced"}
    assert known == STATUSES
    for act in STEPS:
        with pytest.raises(IllegalTransition):
            moved(STEPS, "closed", act=act)


def test_a_site_that_moved_is_open_and_may_move_again() -> None:
    assert {"open", "relocated"} == OPEN
    assert moved(STEPS, "relocated", act="relocate_site") == "relocated"
    assert moved(STEPS, "suspended", act="relocate_site") == "relocated"
