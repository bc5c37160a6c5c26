"""Who scores a bid, what a sheet of scores is worth, and whose opinions make a quorum."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import lcm

from services.towns.panel.errors import (
    BidNotAssessed,
    ConflictStands,
    OpinionsClosed,
    QuorumNotReached,
    ScoringClosed,
    ScoringNotBegun,
    SheetInconsistent,
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a bid is scored on, from 0 to `scale_max`; `weight` is a fraction of 1, in decimals."""

    code: str
    weight: str
    scale_max: int


@dataclass(frozen=True, slots=True)
class Total:
    """What a sheet is worth, exactly: a fraction of 1.

    The denominator is that of the grid, the same for all sheets, and not reduced: the numerators
    of two sheets compare as the sheets do.
    """

    numerator: int
    denominator: int


ASSESSED = frozenset({"submitted", "consolidation", "examined"})
"""The statuses of a bid that is before the panel."""
_OVER = frozenset({"decided", "cancelled"})


def check_assessed(status: str) -> None:
    """Let a body say something of a bid that is before the panel.

    Args:
        status: where the bid stands for the caller: a decision under embargo is not known to all.

    Raises:
        BidNotAssessed: any other status.
    """
    if status not in ASSESSED:
        raise BidNotAssessed


def check_impartial(body: str, conflicts: Collection[str]) -> None:
    """Let a body score or give its opinion if it declared no conflict of interest.

    Args:
        body: of the panel.
        conflicts: the bodies that declared one about the bid.

    Raises:
        ConflictStands: it is one of them.
    """
    if body in conflicts:
        raise ConflictStands


def check_scoring(call_status: str, *, due_at: datetime | None, now: datetime) -> None:
    """Let scores be handed in, or handed in anew: from the closing of the call to their deadline.

    Args:
        call_status: where the call stands.
        due_at: the first instant at which no scores are taken; null: they never are.
        now: the instant of the act.

    Raises:
        ScoringNotBegun: the call takes bids.
        ScoringClosed: from the deadline on, or the call is over.
    """
    _in_time(call_status, due_at=due_at, now=now, late=ScoringClosed)


def check_opinion(call_status: str, *, due_at: datetime | None, now: datetime) -> None:
    """Let an opinion be given, or given anew: from the closing of the call to their deadline.

    Args:
        call_status: where the call stands.
        due_at: the first instant at which no opinion is taken; null: they never are.
        now: the instant of the act.

    Raises:
        ScoringNotBegun: the call takes bids.
        OpinionsClosed: from the deadline on, or the call is over.
    """
    _in_time(call_status, due_at=due_at, now=now, late=OpinionsClosed)


def total(grid: Sequence[Criterion], scores: Sequence[tuple[str, int]]) -> Total:
    """Return what a sheet is worth: the weighted mean of its points over their scales.

    Args:
        grid: the criteria of the rule set, whose weights add up to 1.
        scores: the code of a criterion and its points, each criterion once.

    Raises:
        SheetInconsistent: a criterion is missing, doubled or unknown, or points exceed its scale.
    """
    faults = list(_faults(grid, scores))
    if faults:
        raise SheetInconsistent.of(faults)
    points = dict(scores)
    units = {one.code: Fraction(one.weight) / one.scale_max for one in grid}
    denominator = lcm(*[unit.denominator for unit in units.values()])
    worth = sum(unit * points[code] for code, unit in units.items())
    return Total(int(worth * denominator), denominator)


def _in_time(
    call_status: str,
    *,
    due_at: datetime | None,
    now: datetime,
    late: type[ScoringClosed | OpinionsClosed],
) -> None:
    if call_status == "published":
        raise ScoringNotBegun
    if call_status in _OVER or due_at is None or now >= due_at:
        raise late


def _faults(
    grid: Sequence[Criterion], scores: Sequence[tuple[str, int]]
) -> Iterator[tuple[str, str]]:
    scales = {one.code: one.scale_max for one in grid}
    times = Counter(code for code, _ in scores)
    if scales.keys() - times.keys():
        yield "criterion-missing", "/scores"
    for place, (code, points) in enumerate(scores):
        if code not in scales:
            yield "unknown-criterion", f"/scores/{place}/criterion"
        elif times[code] > 1:
            yield "criterion-twice", f"/scores/{place}/criterion"
        elif points > scales[code]:
            yield "points-above-scale", f"/scores/{place}/points"


def counted(given: Collection[str], conflicts: Collection[str]) -> int:
    """Return how many bodies of the panel count for the quorum.

    Args:
        given: the bodies that gave an opinion.
        conflicts: those that declared a conflict of interest, before or after it.
    """
    return len(set(given) - set(conflicts))


def check_quorum(given: int, quorum: int | None) -> None:
    """Let a bid be decided on if enough bodies gave an opinion, whatever it says.

    Args:
        given: how many did, those in conflict apart.
        quorum: of the rule set, a count of bodies; null is never reached.

    Raises:
        QuorumNotReached: too few.
    """
    if quorum is None or given < quorum:
        raise QuorumNotReached.of(given, quorum)
