"""How a call goes from draft to decided, what its rules are made of, and who may bid when."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from chassis.workflow import Step, Steps
from services.towns.calls.errors import (
    CallClosed,
    CallNotOpen,
    NamedTwice,
    OutsideQuotaReached,
    ReservedToProgramme,
    UnknownBody,
)

STEPS: Steps = {
    "change_call": Step(frozenset({"draft"}), "draft"),
    "publish_call": Step(frozenset({"draft"}), "published"),
    "extend_call": Step(frozenset({"published"}), "published"),
    "close_call": Step(frozenset({"published"}), "closed"),
    "conclude_call": Step(frozenset({"closed"}), "decided"),
    "cancel_call": Step(frozenset({"draft", "published", "closed"}), "cancelled"),
    "attach_call_body": Step(frozenset({"draft", "published", "closed"}), ""),
}
"""A call that closed is not opened again: who bid in time relied on it.

Who sits for a body changes no status: `attach_call_body` leads nowhere.
"""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a bid is scored on, from 0 to `scale_max`; `weight` is a fraction of 1, in decimals."""

    code: str
    label: dict[str, str]
    weight: str
    scale_max: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document of a bid; `criterion` is the code of what it supports, null: the whole bid."""

    code: str
    label: dict[str, str]
    required: bool
    criterion: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A body of the panel; the organisation is that of the registry, null until attached."""

    body: str
    label: str
    organisation_id: str | None


@dataclass(frozen=True, slots=True)
class Details:
    """The rules of a call as somebody wants them; instants are UTC, null is not decided yet.

    From `opens_at` to `priority_ends_at` bids are reserved to the towns of the programme, but for
    `outside_quota` others (a count; null: none). `quorum` counts bodies of the panel.
    """

    wave: int | None
    name: str
    mode: str
    opens_at: datetime | None
    priority_ends_at: datetime | None
    closes_at: datetime | None
    scores_due_at: datetime | None
    opinions_due_at: datetime | None
    decisions_expected_on: date | None
    outside_quota: int | None
    quorum: int | None
    criteria: tuple[Criterion, ...]
    evidence: tuple[Evidence, ...]
    panel: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What an extension moves; null leaves a deadline where it is."""

    closes_at: datetime
    scores_due_at: datetime | None
    opinions_due_at: datetime | None
    decisions_expected_on: date | None


@dataclass(frozen=True, slots=True)
class Window:
    """When a call takes bids, and from whom; `status` is that of its last act."""

    status: str
    opens_at: datetime | None
    priority_ends_at: datetime | None
    closes_at: datetime | None
    outside_quota: int | None


def standing(status: str, *, closes_at: datetime | None, now: datetime) -> str:
    """Return where a call stands: its status, or `closed` from its closing on.

    Args:
        status: as the last act left it.
        closes_at: the first instant at which no bid is taken.
        now: the instant of the question.
    """
    late = status == "published" and closes_at is not None and closes_at <= now
    return "closed" if late else status


def admissible(window: Window, *, in_programme: bool, outside_count: int, at: datetime) -> None:
    """Let a carrier bid.

    Args:
        window: when the call takes bids, and from whom.
        in_programme: whether a town of Action cœur de ville carries the bid, or its EPCI does.
        outside_count: bids from outside the programme that the call has taken already.
        at: the instant of the bid.

    Raises:
        CallNotOpen: a draft, or before the opening.
        CallClosed: from the closing on, or closed, decided, cancelled.
        ReservedToProgramme: in the priority window, from outside, and there is no quota.
        OutsideQuotaReached: in the priority window, from outside, and the quota is used up.
    """
    status = standing(window.status, closes_at=window.closes_at, now=at)
    if status == "draft" or (status == "published" and _before(at, window.opens_at)):
        raise CallNotOpen
    if status != "published":
        raise CallClosed
    if in_programme or not _before(at, window.priority_ends_at):
        return
    if not window.outside_quota:
        raise ReservedToProgramme
    if outside_count >= window.outside_quota:
        raise OutsideQuotaReached


def check_names(asked: Details) -> None:
    """Let a call be kept if its codes name one thing each.

    Args:
        asked: the call as somebody wants it.

    Raises:
        NamedTwice: two criteria, pieces of evidence or bodies share a code.
    """
    for codes in (
        [criterion.code for criterion in asked.criteria],
        [item.code for item in asked.evidence],
        [body.body for body in asked.panel],
    ):
        if any(count > 1 for count in Counter(codes).values()):
            raise NamedTwice


def check_seat(panel: Collection[Body], body: str, *, organisation_id: str | None) -> None:
    """Let an organisation take the seat of a body, or leave it.

    Args:
        panel: the bodies of the call.
        body: the code of the one whose seat it is.
        organisation_id: of the registry; null: nobody sits there.

    Raises:
        UnknownBody: the panel has no such body.
        NamedTwice: the organisation is another body of the panel already.
    """
    if all(one.body != body for one in panel):
        raise UnknownBody
    others = {one.organisation_id for one in panel if one.body != body}
    if organisation_id is not None and organisation_id in others:
        raise NamedTwice


def missing_evidence(required: Collection[str], given: Collection[str]) -> tuple[str, ...]:
    """Return the codes of the evidence that a bid lacks, in the order of the rules.

    Args:
        required: the codes of `required_evidence` of the rule set.
        given: the codes that the bid brings.
    """
    return tuple(code for code in required if code not in given)


def _before(at: datetime, limit: datetime | None) -> bool:
    return limit is not None and at < limit
