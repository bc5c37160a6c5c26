"""Every refusal of the work of a panel.

BidNotAssessed           Refused
ConflictStands           Refused
ConflictAlreadyDeclared  Refused
ScoringNotBegun          Refused
ScoringClosed            Refused
OpinionsClosed           Refused
QuorumNotReached         Refused
SheetInconsistent        Unprocessable
"""

from collections.abc import Iterable
from typing import Self

from chassis.problems import FieldError, Refused, Text, Unprocessable

FAULTS = {
    "criterion-missing": Text("un critère n'est pas noté", "a criterion is not scored"),
    "criterion-twice": Text("un critère est noté deux fois", "a criterion is scored twice"),
    "unknown-criterion": Text("la grille n'a pas ce critère", "the grid has no such criterion"),
    "points-above-scale": Text(
        "les points dépassent l'échelle du critère", "the points are above the scale"
    ),
}
"""What is wrong with a sheet of scores."""


class BidNotAssessed(Refused):
    """The bid is not before the panel: its carrier withdrew it, or it is decided."""

    title = Text(
        "La candidature n'est pas devant le jury : retirée, ou décidée",
        "The bid is not before the panel: withdrawn, or decided",
    )


class ConflictStands(Refused):
    """The body declared a conflict of interest about this bid."""

    title = Text(
        "L'organisme a déclaré un conflit d'intérêts sur cette candidature",
        "The body declared a conflict of interest about this bid",
    )


class ConflictAlreadyDeclared(Refused):
    """The body has declared its conflict of interest already; a declaration is not taken back."""

    title = Text("Le conflit d'intérêts est déjà déclaré", "The conflict is declared already")


class ScoringNotBegun(Refused):
    """The call still takes bids: they are scored and judged once it has closed."""

    title = Text("L'appel n'est pas clos", "The call has not closed")


class ScoringClosed(Refused):
    """The deadline of the scores has passed, or the call is over."""

    title = Text("L'échéance des notes est passée", "The deadline of the scores has passed")


class OpinionsClosed(Refused):
    """The deadline of the opinions has passed, or the call is over."""

    title = Text("L'échéance des avis est passée", "The deadline of the opinions has passed")


class QuorumNotReached(Refused):
    """Fewer bodies than the quorum gave an opinion that counts."""

    title = Text("Le quorum des avis n'est pas atteint", "The quorum of opinions is not reached")

    @classmethod
    def of(cls, given: int, quorum: int | None) -> Self:
        """Return the refusal that says how many opinions there are, of how many."""
        said = Text(
            f"Avis qui comptent : {given} ; quorum : {quorum}",
            f"Opinions that count: {given}; quorum: {quorum}",
        )
        return cls(said, extra={"given": given, "quorum": quorum})


class SheetInconsistent(Unprocessable):
    """The sheet is not one score, within the scale, for each criterion; `errors` names all."""

    title = Text(
        "La fiche ne note pas chaque critère une fois, dans son échelle",
        "The sheet does not score every criterion once, within its scale",
    )

    @classmethod
    def of(cls, faults: Iterable[tuple[str, str]]) -> Self:
        """Return the refusal of these faults: a code, and the pointer to what it is about."""
        return cls(errors=[FieldError(code, FAULTS[code], pointer=at) for code, at in faults])
