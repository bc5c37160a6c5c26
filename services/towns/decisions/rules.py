"""How two parties decide on a bid together, and when others may know of it."""

from dataclasses import dataclass
from datetime import datetime

from chassis.workflow import Step, Steps
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

STEPS: Steps = {
    "confirm_decision": Step(frozenset({"proposed"}), "decided"),
    "abandon_decision": Step(frozenset({"proposed"}), "abandoned"),
    "correct_decision": Step(frozenset({"decided"}), "decided"),
    "notify_decision": Step(frozenset({"decided"}), "decided"),
    "revoke_decision": Step(frozenset({"decided"}), "revocation-proposed"),
    "confirm_revocation": Step(frozenset({"revocation-proposed"}), "revoked"),
    "abandon_revocation": Step(frozenset({"revocation-proposed"}), "decided"),
}
"""A decision is taken, and revoked, in two acts: one of each party."""

STANDING = frozenset({"proposed", "decided", "revocation-proposed"})
"""The statuses of which a bid has one decision at most."""

SIDES = {"acv_directorate": "state", "ministry": "state", "cnam_national": "cnam"}
"""The party for which each kind of organisation acts.

Source: convention of 1 April 2019 between the ministry and the Cnam.
"""

PLANNED = frozenset({"examined", "accompanied"})
"""The statuses of a bid in which its support plan is written and changed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an organisation, of a kind of `SIDES`."""

    organisation: str
    kind: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision as one party proposes it; instants are UTC.

    Until `embargo_until` (null: no embargo) only the parties know of it, and the carrier once it
    is notified. `late_motive` says why it comes after the call was concluded.
    """

    outcome: str
    motive: str
    embargo_until: datetime | None
    late_motive: str | None


def check_proposal(asked: Proposal, *, call_status: str, planned: bool, now: datetime) -> None:
    """Let a decision be proposed.

    Args:
        asked: the proposal.
        call_status: where the call stands.
        planned: whether the bid has a support plan.
        now: the instant of the proposal.

    Raises:
        CallCancelled: nothing is decided any more.
        LateProposal: the call is concluded, and the proposal does not say why it is late.
        NotLate: it says so, and the call is not concluded.
        EmbargoPassed: the embargo would be over already.
        SupportPlanMissing: it accompanies the bid, without a plan.
    """
    check_call(call_status)
    if call_status == "decided" and asked.late_motive is None:
        raise LateProposal
    if call_status != "decided" and asked.late_motive is not None:
        raise NotLate
    if asked.embargo_until is not None and asked.embargo_until <= now:
        raise EmbargoPassed
    if asked.outcome == "accompanied" and not planned:
        raise SupportPlanMissing


def check_call(status: str) -> None:
    """Let something be decided on the bids of a call.

    Args:
        status: where the call stands.

    Raises:
        CallCancelled: nothing is any more.
    """
    if status == "cancelled":
        raise CallCancelled


def check_other_party(proposed_by: Actor, confirmed_by: Actor) -> None:
    """Let somebody confirm what somebody else proposed.

    Args:
        proposed_by: of one party.
        confirmed_by: who wants to confirm.

    Raises:
        SameParty: of the same party, or the same organisation.
    """
    same = proposed_by.organisation == confirmed_by.organisation
    if same or SIDES[proposed_by.kind] == SIDES[confirmed_by.kind]:
        raise SameParty


def check_notification(notified_at: datetime | None) -> None:
    """Let the carrier be notified, once.

    Args:
        notified_at: when it was, null if it was not.

    Raises:
        AlreadyNotified: it was.
    """
    if notified_at is not None:
        raise AlreadyNotified


def published(
    decided_at: datetime | None, embargo_until: datetime | None, *, now: datetime
) -> bool:
    """Return whether everybody may know of a decision: by time alone, even if it was revoked since.

    Args:
        decided_at: when the second party confirmed it, null if none did.
        embargo_until: the first instant at which all may know of it, null: at once.
        now: the instant of the question.
    """
    return decided_at is not None and told_at(decided_at, embargo_until) <= now


def told_at(decided_at: datetime, embargo_until: datetime | None) -> datetime:
    """Return the first instant at which everybody may know of a decision.

    Args:
        decided_at: when the second party confirmed it.
        embargo_until: the end of the embargo, null: there is none.
    """
    return max(decided_at, embargo_until or decided_at)


def check_plan(status: str, *, target_wave: int | None, target_call_id: object | None) -> None:
    """Let a support plan be written or changed.

    Args:
        status: of the bid.
        target_wave: the wave that it aims at.
        target_call_id: the call that it aims at.

    Raises:
        SupportPlanClosed: the bid is neither examined nor accompanied.
        NoTarget: it aims at neither.
    """
    if status not in PLANNED:
        raise SupportPlanClosed
    if target_wave is None and target_call_id is None:
        raise NoTarget
