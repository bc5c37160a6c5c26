"""What a system of a partner may be given."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from gateway.partners.errors import (
    AreaNotAllowed,
    AreaTwice,
    ClientIsActive,
    ClientIsSuspended,
    KeyRequired,
    RestorationNeedsAnother,
    ScopeNotAllowed,
)

SECRET_LIFE = timedelta(days=180)
"""How long a secret works unless its owner asks for another life.

Source: expectations of partners on rotation; at most a year.
"""


class Area(NamedTuple):
    """One value of a perimeter, from one day to another, both included."""

    dimension: str
    value: str
    valid_from: date
    valid_until: date | None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return the area (`cls`) that `kept`, made by `as_json`, tells."""
        last = kept["valid_until"]
        first = date.fromisoformat(kept["valid_from"])
        until = None if last is None else date.fromisoformat(last)
        return cls(kept["dimension"], kept["value"], first, until)

    def as_json(self) -> dict[str, str | None]:
        """Return what JSON holds of it; the days are ISO 8601."""
        last = None if self.valid_until is None else self.valid_until.isoformat()
        kept = {"valid_from": self.valid_from.isoformat(), "valid_until": last}
        return {"dimension": self.dimension, "value": self.value, **kept}


def check_scopes(
    asked: Sequence[str], *, allowed: Collection[str], strong: Collection[str], proves_key: bool
) -> None:
    """Let a system have scopes.

    Args:
        asked: the scopes, in the order of the request.
        allowed: those that its kind of partner may be given.
        strong: those that move money or approve.
        proves_key: whether it signs with a private key.

    Raises:
        ScopeNotAllowed: a scope that is not among the allowed.
        KeyRequired: a strong one, and the system has a mere secret.
    """
    foreign = [place for place, scope in enumerate(asked) if scope not in allowed]
    if foreign:
        raise ScopeNotAllowed(foreign)
    unproved = [place for place, scope in enumerate(asked) if scope in strong and not proves_key]
    if unproved:
        raise KeyRequired(unproved)


def check_areas(areas: Sequence[Area], *, allowed: Collection[str]) -> None:
    """Let a system have a perimeter.

    Args:
        areas: its values, in the order of the request.
        allowed: the dimensions that its kind of partner may name.

    Raises:
        AreaNotAllowed: another dimension.
        AreaTwice: a value is there twice on the same day.
    """
    foreign = [place for place, area in enumerate(areas) if area.dimension not in allowed]
    if foreign:
        raise AreaNotAllowed(foreign)
    doubled = [
        place
        for place, area in enumerate(areas)
        if any(_overlap(area, other) for other in areas[:place])
    ]
    if doubled:
        raise AreaTwice(doubled)


def _overlap(one: Area, other: Area) -> bool:
    if (one.dimension, one.value) != (other.dimension, other.value):
        return False
    one_end, other_end = one.valid_until or date.max, other.valid_until or date.max
    return one.valid_from <= other_end and other.valid_from <= one_end


def check_suspension(status: str) -> None:
    """Let a system be suspended.

    Args:
        status: of the system.

    Raises:
        ClientIsSuspended: it is already.
    """
    if status == "suspended":
        raise ClientIsSuspended


def check_restoration(status: str, *, asked_by: UUID | None, by: UUID) -> bool:
    """Return whether a system is restored by this voice: by the second organisation, it is.

    Args:
        status: of the system.
        asked_by: the organisation that wants it back, if one said so.
        by: the organisation that says so now.

    Raises:
        ClientIsActive: there is nothing to restore.
        RestorationNeedsAnother: the same organisation says it twice.
    """
    if status != "suspended":
        raise ClientIsActive
    if asked_by == by:
        raise RestorationNeedsAnother
    return asked_by is not None
