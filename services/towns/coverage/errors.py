"""Every refusal of coverage and simulation.

UnknownCandidates   Unprocessable
SiteNotCounted      Unprocessable
"""

from collections.abc import Iterable
from typing import Self

from chassis.problems import FieldError, Text, Unprocessable

_NOBODY = Text("inconnu", "unknown")
_NOT_THERE = Text("aucun site compté ce jour-là", "no site that is counted on that day")


class UnknownCandidates(Unprocessable):
    """Nothing that the caller may know of has these identifiers."""

    title = Text("Des candidats sont inconnus", "Some candidates are unknown")

    @classmethod
    def at(cls, pointers: Iterable[str]) -> Self:
        """Return the refusal that names them."""
        return cls(errors=[FieldError("unknown", _NOBODY, pointer=at) for at in pointers])


class SiteNotCounted(Unprocessable):
    """A site to remove is none of those before: unknown, or of another status on that day."""

    title = Text("Un site à retirer n'est pas compté", "A site to remove is not counted")

    @classmethod
    def at(cls, pointers: Iterable[str]) -> Self:
        """Return the refusal that names them."""
        return cls(errors=[FieldError("not-counted", _NOT_THERE, pointer=at) for at in pointers])
