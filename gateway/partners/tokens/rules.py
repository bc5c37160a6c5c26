"""What a token may carry: pure decisions on scopes and perimeters."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
"""RFC 6749, section 3.3."""


class Right(NamedTuple):
    """A value of a dimension that a client may see today; whether this is its last day."""

    dimension: str
    value: str
    ends_today: bool


class Perimeter(NamedTuple):
    """What the claim says, and whether it is true of today alone."""

    claim: dict[str, bool | list[str]]
    ends_today: bool


def granted(asked: str | None, possible: Collection[str]) -> list[str]:
    """Return the scopes of a token in order; none if the client asks for what it cannot have.

    Args:
        asked: scopes separated by one space each; None asks for all that can be had.
        possible: what the client can have with the proof that it showed.
    """
    if asked is None:
        return sorted(possible)
    wanted = set(asked.split(" ")) if _SCOPES.fullmatch(asked) else set()
    return sorted(wanted) if wanted <= set(possible) else []


def perimeter(rights: Iterable[Right]) -> Perimeter:
    """Return the claim that `rights`, all of them valid today, make together.

    `everywhere` holds all the others. No right makes a perimeter that holds nothing.
    """
    known = list(rights)
    everywhere = [right for right in known if right.dimension == "everywhere"]
    if everywhere:
        return Perimeter({"everywhere": True}, all(right.ends_today for right in everywhere))
    values: dict[str, set[str]] = {}
    for right in known:
        values.setdefault(right.dimension, set()).add(right.value)
    claim: dict[str, bool | list[str]] = {name: sorted(values[name]) for name in sorted(values)}
    return Perimeter(claim, any(right.ends_today for right in known))


def end(issued_at: int, *, life: int, midnight: int, ends_today: bool) -> int:
    """Return when a token ends: no right outlives its last day.

    Args:
        issued_at: seconds of the Unix epoch.
        life: seconds that a token lasts at most.
        midnight: the end of today, seconds of the Unix epoch, after `issued_at`.
        ends_today: whether a right of the token does.
    """
    return min(issued_at + life, midnight) if ends_today else issued_at + life
