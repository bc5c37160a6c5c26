"""When a call can be published, moved and closed, and who may bid when."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from chassis.workflow import Step, Steps
from services.towns.calls.errors import (
    CallClosed,
    CallIncomplete,
    CallNotOpen,
    DeadlineNotExtended,
    NamedTwice,
    OutsideQuotaReached,
    ReservedToProgramme,
)

STEPS: Steps = {
    "change_call": Step(frozenset({"draft"}), "draft"),
    "publish_call": Step(frozenset({"draft"}), "published"),
    "extend_call": Step(frozenset({"published"}), "published"),
    "close_call": Step(frozenset({"published"}), "closed"),
    "conclude_call": Step(frozenset({"closed"}), "decided"),
    "cancel_call": Step(frozenset({"draft", "published", "closed"}), "cancelled"),
}
"""A call that closed is not opened again: who bid in time relied on it."""


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


def faults(asked: Details) -> tuple[str, ...]:
    """Return what keeps a call from being published, as codes of `errors.FAULTS`.

    Args:
        asked: the call as it is kept.
    """
    return (*_of_dates(asked), *_of_grid(asked), *_of_panel(asked))


def check_publication(held: tuple[str, ...], *, closes_at: datetime | None, now: datetime) -> None:
    """Let a call be published if its rules are whole and bids can still come.

    Args:
        held: the faults of its rules.
        closes_at: when it closes.
        now: the instant of the publication.

    Raises:
        CallIncomplete: all that is missing.
    """
    late = ("closing-passed",) if closes_at is not None and closes_at <= now else ()
    if held or late:
        raise CallIncomplete.of((*held, *late))


def extended(held: Details, asked: Deadlines) -> dict[str, Any]:
    """Return the deadlines of a call after an extension, by their names.

    Args:
        held: the rules in force.
        asked: the deadlines wanted.

    Raises:
        DeadlineNotExtended: the closing does not move later, or another deadline moves earlier.
        CallIncomplete: a deadline would come before the closing.
    """
    moved = {}
    for name in ("closes_at", "scores_due_at", "opinions_due_at", "decisions_expected_on"):
        before, after = getattr(held, name), getattr(asked, name)
        if after is not None and before is not None and after < before:
            raise DeadlineNotExtended
        moved[name] = before if after is None else after
    if moved["closes_at"] == held.closes_at:
        raise DeadlineNotExtended
    late = tuple(_before_closing(**moved))
    if late:
        raise CallIncomplete.of(late)
    return moved


def missing_evidence(required: Collection[str], given: Collection[str]) -> tuple[str, ...]:
    """Return the codes of the evidence that a bid lacks, in the order of the rules.

    Args:
        required: the codes of `required_evidence` of the rule set.
        given: the codes that the bid brings.
    """
    return tuple(code for code in required if code not in given)


def _before(at: datetime, limit: datetime | None) -> bool:
    return limit is not None and at < limit


def _of_dates(asked: Details) -> Iterator[str]:
    opens, closes = asked.opens_at, asked.closes_at
    if opens is None:
        yield "no-opening"
    if closes is None:
        yield "no-closing"
    if opens is not None and closes is not None:
        if closes <= opens:
            yield "closes-before-it-opens"
        if asked.priority_ends_at is not None and not opens < asked.priority_ends_at <= closes:
            yield "priority-outside-the-call"
    if asked.outside_quota is not None and asked.priority_ends_at is None:
        yield "quota-without-priority"
    if asked.scores_due_at is None:
        yield "no-scores-deadline"
    if asked.opinions_due_at is None:
        yield "no-opinions-deadline"
    yield from _before_closing(
        closes_at=closes,
        scores_due_at=asked.scores_due_at,
        opinions_due_at=asked.opinions_due_at,
        decisions_expected_on=asked.decisions_expected_on,
    )


def _before_closing(
    *,
    closes_at: datetime | None,
    scores_due_at: datetime | None,
    opinions_due_at: datetime | None,
    decisions_expected_on: date | None,
) -> Iterator[str]:
    if closes_at is None:
        return
    if scores_due_at is not None and scores_due_at <= closes_at:
        yield "scores-due-before-closing"
    if opinions_due_at is not None and opinions_due_at <= closes_at:
        yield "opinions-due-before-closing"
    if decisions_expected_on is not None and decisions_expected_on < closes_at.date():
        yield "decisions-before-closing"


def _of_grid(asked: Details) -> Iterator[str]:
    if not asked.criteria:
        yield "no-criterion"
    elif sum(Fraction(criterion.weight) for criterion in asked.criteria) != 1:
        yield "weights-do-not-add-up"
    known = {criterion.code for criterion in asked.criteria}
    if any(item.criterion not in {None, *known} for item in asked.evidence):
        yield "evidence-of-no-criterion"


def _of_panel(asked: Details) -> Iterator[str]:
    if not asked.panel:
        yield "no-body"
    if asked.quorum is None:
        yield "no-quorum"
    elif asked.panel and asked.quorum > len(asked.panel):
        yield "quorum-out-of-reach"
