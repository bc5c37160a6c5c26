"""What makes a bid whole, who carries it, how it moves, and what an embargo hides."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import Problem
from services.towns.applications import rules
from services.towns.applications.errors import (
    FAULTS,
    BidIncomplete,
    BidInconsistent,
    BidSettled,
    CarriersInconsistent,
    NotAccompanied,
)
from services.towns.applications.events import (
    ApplicationChanged,
    ApplicationCreated,
    ApplicationExamined,
    ApplicationSubmitted,
    ApplicationToConsolidate,
    ApplicationWithdrawn,
)
from services.towns.applications.rules import Carrier, Grid
from services.towns.applications.vocabularies import APPLICATION_PART, APPLICATION_STATUS

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GRID = Grid(criteria=("need", "premises"), evidence=("deliberation", "map"), required=("map",))
NAMED = {"code": "map", "title": None, "url": "https://ville.example/plan", "reference": None}
WHOLE: dict[str, Any] = {
    "title": "Un site",
    "places": [{"insee_code": "51108", "reason": None}],
    "needs": [],
    "premises": {"description": "Salles"},
    "partners": [],
    "learners_count": 10,
    "contact_role": "secretariat",
    "evidence": [NAMED],
    "answers": [{"criterion": "need", "text": "a"}, {"criterion": "premises", "text": "b"}],
}
LEAD = Carrier("51108", None, "lead")
PARTNER = Carrier(None, "200066876", "partner")


def test_a_whole_bid_lacks_nothing() -> None:
    assert rules.missing(WHOLE, GRID) == []
    rules.check_complete([])


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"places": []}, ("places", None)),
        ({"premises": None}, ("premises", None)),
        ({"learners_count": None}, ("learners", None)),
        ({"contact_role": None}, ("contact", None)),
        ({"answers": WHOLE["answers"][:1]}, ("answers", "premises")),
        ({"evidence": []}, ("evidence", "map")),
        ({"evidence": [NAMED | {"url": None}]}, ("evidence", "map")),
        ({"evidence": [NAMED | {"code": "deliberation"}]}, ("evidence", "map")),
    ],
)
def test_what_a_bid_lacks_is_named(change: Any, lacking: tuple[str, str | None]) -> None:
    part, code = lacking
    found = rules.missing(WHOLE | change, GRID)
    assert found == [{"part": part, "code": code}]
    with pytest.raises(BidIncomplete) as refusal:
        rules.check_complete(found)
    assert refusal.value.extra["missing"] == found
    assert part in APPLICATION_PART.labels


@pytest.mark.parametrize(
    ("carriers", "faults"),
    [
        ([LEAD], []),
        ([PARTNER, LEAD], []),
        ([PARTNER], ["lead-count"]),
        ([LEAD, Carrier("34003", None, "lead")], ["lead-count"]),
        ([LEAD, Carrier("51108", None, "partner")], ["twice"]),
        ([LEAD, Carrier(None, None, "partner")], ["one-code"]),
        ([Carrier("51108", "200066876", "lead")], ["one-code"]),
        ([LEAD, Carrier("99999", None, "partner")], ["unknown-carrier"]),
    ],
)
def test_one_leads_and_each_is_known_once(carriers: list[Carrier], faults: list[str]) -> None:
    known = {"51108", "34003", "200066876"}
    assert refused(lambda: rules.check_carriers(carriers, known=known)) == faults
    assert set(faults) <= FAULTS.keys()


def refused(check: Any) -> list[str]:
    """Return the codes of what a check finds."""
    try:
        check()
    except (BidInconsistent, CarriersInconsistent) as refusal:
        return [one.code for one in refusal.errors]
    return []


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({}, []),
        ({"needs": ["a need"]}, []),
        ({"needs": ["another"]}, ["unknown-need"]),
        ({"answers": [{"criterion": "charm", "text": "a"}]}, ["unknown-criterion"]),
        ({"answers": [{"criterion": "need", "text": "a"}] * 2}, ["twice"]),
        ({"evidence": [NAMED, NAMED]}, []),
        ({"evidence": [NAMED | {"code": "song"}]}, ["unknown-evidence"]),
    ],
)
def test_a_bid_names_what_exists(change: Any, faults: list[str]) -> None:
    held = WHOLE | change
    assert refused(lambda: rules.check_content(held, GRID, needs=["a need"])) == faults


@pytest.mark.parametrize(
    ("part", "code", "faults"),
    [
        ("places", None, []),
        ("evidence", "map", []),
        ("evidence", None, []),
        ("answers", "need", []),
        ("places", "map", ["unknown-evidence"]),
        ("answers", "map", ["unknown-criterion"]),
        ("evidence", "need", ["unknown-evidence"]),
    ],
)
def test_parties_ask_for_parts_that_a_bid_has(part: str, code: str | None, faults: Any) -> None:
    asked = [{"part": part, "code": code, "comment": "?"}]
    assert refused(lambda: rules.check_asked(asked, GRID)) == faults


@pytest.mark.parametrize("status", sorted(APPLICATION_STATUS.labels))
def test_carriers_write_drafts_and_what_they_are_asked_for(status: str) -> None:
    if status in {"draft", "consolidation"}:
        rules.check_changeable(status)
    else:
        with pytest.raises(BidSettled):
            rules.check_changeable(status)


def test_every_step_is_between_known_statuses_and_all_are_reached() -> None:
    steps = rules.STEPS.values()
    targets = {step.target for step in steps}
    assert {source for step in steps for source in step.sources} <= APPLICATION_STATUS.labels.keys()
    assert targets | {"draft"} == APPLICATION_STATUS.labels.keys()


@given(status=st.sampled_from(sorted(APPLICATION_STATUS.labels)), hours=st.integers(-99, 99))
def test_an_embargo_hides_a_decision_from_others_only(status: str, hours: int) -> None:
    told_at = NOW + timedelta(hours=hours)
    others = rules.standing(status, told_at=told_at, now=NOW, party=False)
    assert rules.standing(status, told_at=told_at, now=NOW, party=True) == status
    assert rules.standing(status, told_at=None, now=NOW, party=False) == status
    hidden = status in rules.DECIDED and hours > 0
    assert others == ("examined" if hidden else status)


@pytest.mark.parametrize(
    ("status", "leads", "calls"),
    [
        ("selected", ("a", "a"), (1, 2)),
        ("accompanied", ("a", "b"), (1, 2)),
        ("accompanied", ("a", "a"), (1, 1)),
    ],
)
def test_only_an_accompanied_bid_of_the_same_lead_goes_on_elsewhere(
    status: str, leads: tuple[str, str], calls: tuple[int, int]
) -> None:
    rules.check_carried("accompanied", lead_codes=("a", "a"), call_ids=(1, 2))
    with pytest.raises(NotAccompanied):
        rules.check_carried(status, lead_codes=leads, call_ids=calls)


def test_what_is_carried_over_is_what_the_other_call_asks_too() -> None:
    other = Grid(criteria=("need",), evidence=(), required=())
    kept = rules.carried(WHOLE, other)
    assert [one["criterion"] for one in kept["answers"]] == ["need"]
    assert kept["evidence"] == []
    assert {**kept, "answers": 0, "evidence": 0} == {**WHOLE, "answers": 0, "evidence": 0}


def test_the_events_are_of_the_bid() -> None:
    kinds = (ApplicationCreated, ApplicationChanged, ApplicationSubmitted, ApplicationToConsolidate)
    for kind in (*kinds, ApplicationExamined, ApplicationWithdrawn):
        assert kind.name.startswith("fr.acdt.towns.application.")
        assert kind.audience is not None
    assert issubclass(BidIncomplete, Problem)
