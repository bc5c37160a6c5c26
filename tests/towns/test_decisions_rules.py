"""How two parties decide on a bid, and from when everybody may know: tables of cases, and laws."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.workflow import IllegalTransition, moved
from services.towns.decisions.errors import (
    AlreadyNotified,
    CallCancelled,
    EmbargoPassed,
    LateProposal,
    NoTarget,
    NotLate,
    SameParty,
    SupportPlanClosed,
    SupportPlanMissing,
)
from services.towns.decisions.rules import (
    STANDING,
    STEPS,
    Actor,
    Proposal,
    check_notification,
    check_other_party,
    check_plan,
    check_proposal,
    published,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
SELECTED = Proposal("selected", "Dossier mûr", NOON + HOUR, None)
MINISTRY, DIRECTORATE = Actor("m", "ministry"), Actor("d", "acv_directorate")
CNAM = Actor("c", "cnam_national")
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001  # bounds
    lambda moment: moment.replace(tzinfo=UTC)
)


def proposed(
    *, call_status: str = "closed", planned: bool = False, now: datetime = NOON, **changes: Any
) -> None:
    """Propose to select a bid, with changes."""
    asked = replace(SELECTED, **changes)
    check_proposal(asked, call_status=call_status, planned=planned, now=now)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="under embargo"),
        pytest.param({"embargo_until": None}, id="without embargo"),
        pytest.param({"outcome": "accompanied", "planned": True}, id="accompanied by its plan"),
        pytest.param({"outcome": "refused"}, id="refused without a plan"),
        pytest.param({"call_status": "decided", "late_motive": "Oubliée"}, id="late, and why"),
    ],
)
def test_a_party_proposes_what_can_be_decided(changes: dict[str, Any]) -> None:
    proposed(**changes)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"call_status": "cancelled"}, CallCancelled, id="of a cancelled call"),
        pytest.param({"call_status": "decided"}, LateProposal, id="late without a motive"),
        pytest.param({"late_motive": "Oubliée"}, NotLate, id="a motive without being late"),
        pytest.param({"embargo_until": NOON}, EmbargoPassed, id="embargo over this moment"),
        pytest.param({"outcome": "accompanied"}, SupportPlanMissing, id="accompanied by nothing"),
    ],
)
def test_what_cannot_be_decided_is_refused_by_its_name(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        proposed(**changes)


@pytest.mark.parametrize("pair", [(MINISTRY, CNAM), (CNAM, DIRECTORATE)], ids=["state", "cnam"])
def test_the_other_party_confirms(pair: tuple[Actor, Actor]) -> None:
    check_other_party(*pair)


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param((MINISTRY, MINISTRY), id="oneself"),
        pytest.param((MINISTRY, DIRECTORATE), id="both are the State"),
        pytest.param((CNAM, Actor("c2", "cnam_national")), id="both are the Cnam"),
        pytest.param((CNAM, Actor("c", "ministry")), id="one organisation of two kinds"),
    ],
)
def test_one_party_alone_decides_nothing(pair: tuple[Actor, Actor]) -> None:
    with pytest.raises(SameParty):
        check_other_party(*pair)


def test_a_carrier_is_notified_once() -> None:
    check_notification(None)
    with pytest.raises(AlreadyNotified):
        check_notification(NOON)


@pytest.mark.parametrize(
    ("decided_at", "embargo_until", "known"),
    [
        pytest.param(None, None, False, id="only proposed"),
        pytest.param(NOON, None, True, id="no embargo"),
        pytest.param(NOON - HOUR, NOON, True, id="over this moment"),
        pytest.param(NOON - HOUR, NOON + MOMENT, False, id="its last moment"),
        pytest.param(NOON + HOUR, NOON - HOUR, False, id="over before it was confirmed"),
    ],
)
def test_a_decision_is_everybodys_from_the_end_of_its_embargo_on(
    decided_at: datetime | None, embargo_until: datetime | None, *, known: bool
) -> None:
    assert published(decided_at, embargo_until, now=NOON) is known


@given(INSTANTS, st.none() | INSTANTS, INSTANTS, INSTANTS)
def test_what_was_published_stays_so(
    decided_at: datetime, embargo_until: datetime | None, now: datetime, later: datetime
) -> None:
    first, last = sorted([now, later])
    if published(decided_at, embargo_until, now=first):
        assert published(decided_at, embargo_until, now=last)


def test_a_plan_is_written_for_a_bid_that_is_examined_or_accompanied() -> None:
    check_plan("examined", target_wave=2, target_call_id=None)
    check_plan("accompanied", target_wave=None, target_call_id="a call")
    with pytest.raises(SupportPlanClosed):
        check_plan("refused", target_wave=2, target_call_id=None)
    with pytest.raises(NoTarget):
        check_plan("examined", target_wave=None, target_call_id=None)


def test_a_decision_is_taken_and_revoked_in_two_acts() -> None:
    walk = ("confirm_decision", "correct_decision", "notify_decision", "revoke_decision")
    status = "proposed"
    for act in (*walk, "abandon_revocation", "revoke_decision", "confirm_revocation"):
        assert status in STANDING
        status = moved(STEPS, status, act=act)

    assert status == "revoked"
    for act in STEPS:
        with pytest.raises(IllegalTransition):
            moved(STEPS, status, act=act)
