"""When the rules of a call are whole, and which of them an extension moves."""

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from services.towns.calls.errors import CallIncomplete, DeadlineNotExtended
from services.towns.calls.rules import Deadlines, Details


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
