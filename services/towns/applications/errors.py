"""Every refusal of the bids.

ApplicationNotFound         NotFound
ApplicationVersionNotFound  NotFound
UnknownCall                 Unprocessable
UnknownApplication          Unprocessable
CarriersInconsistent        Unprocessable
BidInconsistent             Unprocessable
BidSettled                  Refused
BidIncomplete               Refused
AlreadyBidding              Refused
NotAccompanied              Refused
"""

from collections.abc import Sequence
from typing import Any

from chassis.problems import FieldError, NotFound, Refused, Text, Unprocessable
from services.towns.applications.vocabularies import APPLICATION_PART


class ApplicationNotFound(NotFound):
    """No bid that the caller may know of has this id."""

    title = Text("Aucune candidature n'a cet identifiant", "No bid has this identifier")


class ApplicationVersionNotFound(NotFound):
    """The bid was not submitted so many times."""

    title = Text(
        "Cette candidature n'a pas de version de ce numéro", "The bid has no version of this number"
    )


class UnknownCall(Unprocessable):
    """No published call has this id."""

    title = Text("Aucun appel publié n'a cet identifiant", "No published call has this identifier")


class UnknownApplication(Unprocessable):
    """No bid of the caller's own has the id of the one to carry over."""

    title = Text(
        "Aucune candidature de l'appelant n'a cet identifiant",
        "No bid of the caller has this identifier",
    )


class CarriersInconsistent(Unprocessable):
    """The carriers are not exactly one lead and its partners; `errors` names every place."""

    title = Text(
        "Un chef de file et ses co-porteurs, chacun une fois, sont attendus",
        "One lead and its partners, each once, are expected",
    )


class BidInconsistent(Unprocessable):
    """The bid names what the call, or the official tables, do not have; `errors` says where."""

    title = Text("La candidature nomme ce qui n'existe pas", "The bid names what does not exist")


class BidSettled(Refused):
    """What was submitted is written again only when somebody asks for a consolidation."""

    title = Text(
        "La candidature est déposée : elle ne change que si un complément est demandé",
        "The bid is submitted: it changes only when a consolidation is asked for",
    )


class BidIncomplete(Refused):
    """Parts that every bid has, or evidence that the call requires, are missing: all are named."""

    title = Text("La candidature n'est pas complète", "The bid is not complete")

    def __init__(self, missing: Sequence[dict[str, Any]] = ()) -> None:
        labels = APPLICATION_PART.labels
        found = [
            _lacking(part["part"], part["code"], label=labels[part["part"]]) for part in missing
        ]
        super().__init__(errors=found, extra={"missing": list(missing)})


class AlreadyBidding(Refused):
    """The lead has another submitted bid in this call."""

    title = Text(
        "Le chef de file a déjà une candidature déposée à cet appel",
        "The lead has a submitted bid in this call already",
    )


class NotAccompanied(Refused):
    """Only a bid that was accompanied, and its lead, go on to another call."""

    title = Text(
        "Seule une candidature accompagnée est reprise, par son chef de file, dans un autre appel",
        "Only an accompanied bid is carried over, by its lead, to another call",
    )


def _lacking(part: str, code: str | None, *, label: Text) -> FieldError:
    named = f" : {code}" if code else ""
    said = Text(f"manque : {label.fr}{named}", f"missing: {label.en}{named.replace(' :', ':')}")
    return FieldError(f"{part}-missing", said, pointer=f"/content/{_POINTERS.get(part, part)}")


_POINTERS = {"learners": "learners_count", "contact": "contact_role"}
