"""Every refusal of the succession of territories.

CodeSucceeded         Gone            the code is of the past; its successors are named
UnknownSuccessor      Unprocessable   no territory of today has this code
PredecessorUnknown    Unprocessable   neither of today nor of the past that we know
SharesNotWhole        Unprocessable   all of a predecessor goes somewhere
SuccessionTwice       Unprocessable   a pair is there twice
NothingChanges        Unprocessable   a territory that goes on whole has no successor
SuccessionLoop        Refused         a territory would succeed itself through others
AlreadyRecorded       Refused         this change of this day is known
"""

from collections.abc import Iterable, Sequence
from typing import Any

from chassis.problems import FieldError, Gone, Refused, Text, Unprocessable


def _at(
    places: Iterable[int], key: str, refusal: type[Unprocessable | Refused]
) -> list[FieldError]:
    named = refusal.slug(), refusal.title
    return [FieldError(*named, pointer=f"/edges/{place}/{key}") for place in places]


class CodeSucceeded(Gone):
    """The code ended; `successors` says in which codes, and with which share, it goes on."""

    title = Text("Ce code a pris fin : il a des successeurs", "This code ended: it has successors")

    def __init__(self, code: str, *, successors: Sequence[dict[str, Any]]) -> None:
        named = ", ".join(str(one["code"]) for one in successors)
        super().__init__(
            Text(f"{code} est devenu : {named}", f"{code} became: {named}"),
            extra={"resolved_from": code, "successors": list(successors)},
        )


class UnknownSuccessor(Unprocessable):
    """A successor is not a territory of today."""

    title = Text("Aucun territoire actuel n'a ce code", "No territory of today has this code")

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "successor_code", type(self)))


class PredecessorUnknown(Unprocessable):
    """A predecessor is neither of today nor of the past that we know."""

    title = Text("Aucun territoire connu n'a ce code", "No known territory has this code")

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "predecessor_code", type(self)))


class SharesNotWhole(Unprocessable):
    """The shares of a predecessor do not add up to 1."""

    title = Text(
        "Les parts d'un territoire doivent totaliser 1",
        "The shares of a territory must add up to 1",
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "share", type(self)))


class SuccessionTwice(Unprocessable):
    """The same pair twice."""

    title = Text("Cette succession figure deux fois", "This succession is there twice")

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "successor_code", type(self)))


class NothingChanges(Unprocessable):
    """A territory that goes on whole as itself."""

    title = Text("Ce territoire ne change pas", "This territory does not change")

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "share", type(self)))


class SuccessionLoop(Refused):
    """Through others, a territory would become its own successor."""

    title = Text(
        "Un territoire se succéderait à lui-même", "A territory would become its own successor"
    )

    def __init__(self, places: Iterable[int]) -> None:
        super().__init__(errors=_at(places, "successor_code", type(self)))


class AlreadyRecorded(Refused):
    """This change, on this day, is known already."""

    title = Text("Cette succession est déjà connue", "This succession is known already")
