"""When a change of territories can be recorded, and what became of a code."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from services.towns.succession.errors import (
    NothingChanges,
    PredecessorUnknown,
    SharesNotWhole,
    SuccessionLoop,
    SuccessionTwice,
    UnknownSuccessor,
)


class Edge(NamedTuple):
    """A part of a territory, `share` of 1, that goes on in another from one day on."""

    predecessor: str
    successor: str
    share: Fraction


class Link(NamedTuple):
    """An edge that is known already, with its day."""

    predecessor: str
    successor: str
    effective_on: date


def check_edges(edges: Sequence[Edge]) -> None:
    """Let a change be recorded if it says where all of each predecessor goes.

    A territory may be one of its own successors: the rest of it goes elsewhere.

    Args:
        edges: at least one; several predecessors and several successors are possible.

    Raises:
        SuccessionTwice: a pair is there twice.
        NothingChanges: a predecessor goes on whole as itself.
        SharesNotWhole: the shares of a predecessor do not add up to 1.
    """
    pairs = [edge[:2] for edge in edges]
    doubled = [place for place, pair in enumerate(pairs) if pair in pairs[:place]]
    if doubled:
        raise SuccessionTwice(doubled)
    same = [n for n, edge in enumerate(edges) if edge.predecessor == edge.successor]
    whole = [n for n in same if edges[n].share == 1]
    if whole:
        raise NothingChanges(whole)
    shares: defaultdict[str, Fraction] = defaultdict(Fraction)
    for edge in edges:
        shares[edge.predecessor] += edge.share
    torn = [n for n, edge in enumerate(edges) if shares[edge.predecessor] != 1]
    if torn:
        raise SharesNotWhole(torn)


def check_codes(edges: Sequence[Edge], *, living: Collection[str], past: Collection[str]) -> None:
    """Let a change name territories that are known: the living, and predecessors also of the past.

    Args:
        edges: the change.
        living: the codes of today.
        past: the codes that ended already, in what is known of the past.

    Raises:
        UnknownSuccessor: a successor is not of today.
        PredecessorUnknown: a predecessor was never heard of.
    """
    foreign = [n for n, edge in enumerate(edges) if edge.successor not in living]
    if foreign:
        raise UnknownSuccessor(foreign)
    known = {*living, *past}
    unheard = [n for n, edge in enumerate(edges) if edge.predecessor not in known]
    if unheard:
        raise PredecessorUnknown(unheard)


def check_loops(edges: Sequence[Edge], *, known: Sequence[Link], effective_on: date) -> None:
    """Let a change be recorded if no territory becomes its own successor through others.

    Args:
        edges: the change.
        known: what is recorded already.
        effective_on: the day of the change.

    Raises:
        SuccessionLoop: following the changes from a successor leads back to its predecessor.
    """
    onward: defaultdict[str, set[str]] = defaultdict(set)
    for link in known:
        if link.effective_on >= effective_on:
            onward[link.predecessor].add(link.successor)
    for edge in edges:
        onward[edge.predecessor].add(edge.successor)
    looped = [
        n
        for n, edge in enumerate(edges)
        if edge.predecessor != edge.successor
        and edge.predecessor in _reached(edge.successor, onward)
    ]
    if looped:
        raise SuccessionLoop(looped)


def _reached(code: str, onward: defaultdict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [code]
    while waiting:
        for target in onward[waiting.pop()] - found:
            found.add(target)
            waiting.append(target)
    return found
