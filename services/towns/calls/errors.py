"""Every refusal of the calls.

CallNotFound          NotFound
NamedTwice            Unprocessable
UnknownBody           Unprocessable
DeadlineNotExtended   Unprocessable
CallIncomplete        Refused
CallNotOpen           Refused
CallClosed            Refused
ReservedToProgramme   Refused
OutsideQuotaReached   Refused
"""

from collections.abc import Iterable
from typing import Self

from chassis.problems import FieldError, NotFound, Refused, Text, Unprocessable

FAULTS = {
    "no-opening": ("opens_at", Text("l'ouverture manque", "the opening is missing")),
    "no-closing": ("closes_at", Text("la clôture manque", "the closing is missing")),
    "closes-before-it-opens": (
        "closes_at",
        Text("la clôture ne suit pas l'ouverture", "the closing is not after the opening"),
    ),
    "closing-passed": ("closes_at", Text("la clôture est passée", "the closing has passed")),
    "priority-outside-the-call": (
        "priority_ends_at",
        Text(
            "la priorité finit après l'ouverture, au plus tard à la clôture",
            "the priority ends after the opening, at the closing at the latest",
        ),
    ),
    "quota-without-priority": (
        "outside_quota",
        Text(
            "un quota ne vaut que pendant une fenêtre de priorité",
            "a quota is of a priority window only",
        ),
    ),
    "no-scores-deadline": (
        "scores_due_at",
        Text("l'échéance des notes manque", "the deadline of the scores is missing"),
    ),
    "scores-due-before-closing": (
        "scores_due_at",
        Text("les notes ne suivent pas la clôture", "the scores are not after the closing"),
    ),
    "no-opinions-deadline": (
        "opinions_due_at",
        Text("l'échéance des avis manque", "the deadline of the opinions is missing"),
    ),
    "opinions-due-before-closing": (
        "opinions_due_at",
        Text("les avis ne suivent pas la clôture", "the opinions are not after the closing"),
    ),
    "decisions-before-closing": (
        "decisions_expected_on",
        Text("la décision précède la clôture", "the decision comes before the closing"),
    ),
    "no-criterion": ("criteria", Text("la grille est vide", "the grid is empty")),
    "weights-do-not-add-up": (
        "criteria",
        Text("les poids ne font pas 1 exactement", "the weights do not add up to 1 exactly"),
    ),
    "evidence-of-no-criterion": (
        "evidence",
        Text("une pièce nomme un critère inconnu", "evidence names an unknown criterion"),
    ),
    "no-body": ("panel", Text("le jury n'a aucun organisme", "the panel has no body")),
    "no-quorum": ("quorum", Text("le quorum manque", "the quorum is missing")),
    "quorum-out-of-reach": (
        "quorum",
        Text("le quorum dépasse le jury", "the quorum is more than the panel"),
    ),
}
"""What keeps a call from being published: the key that it is about, and a sentence."""


class CallNotFound(NotFound):
    """No call that the caller may know of has this id."""

    title = Text("Aucun appel n'a cet identifiant", "No call has this identifier")


class NamedTwice(Unprocessable):
    """A criterion, a piece of evidence, a body of the panel or its organisation is there twice."""

    title = Text(
        "Un code, ou un organisme, est nommé deux fois", "A code or an organisation is named twice"
    )


class UnknownBody(Unprocessable):
    """The panel of the call has no such body."""

    title = Text("Le jury de cet appel n'a pas cet organisme", "The panel has no such body")


class DeadlineNotExtended(Unprocessable):
    """An extension moves the closing later, and no deadline earlier."""

    title = Text(
        "Une prolongation repousse la clôture et n'avance aucune échéance",
        "An extension moves the closing later and no deadline earlier",
    )


class CallIncomplete(Refused):
    """The rules of the call are not whole; `errors` names all that is missing at once."""

    title = Text("Le règlement de l'appel n'est pas complet", "The rules of the call are not whole")

    @classmethod
    def of(cls, faults: Iterable[str]) -> Self:
        """Return the refusal that names these faults."""
        named = [(fault, *FAULTS[fault]) for fault in faults]
        return cls(errors=[FieldError(code, said, pointer=f"/{key}") for code, key, said in named])


class CallNotOpen(Refused):
    """The call takes no bid yet: it is a draft, or its opening is to come."""

    title = Text("L'appel n'est pas ouvert", "The call is not open")


class CallClosed(Refused):
    """The call takes no bid any more."""

    title = Text("L'appel est clos", "The call is closed")


class ReservedToProgramme(Refused):
    """In the priority window only towns of the programme bid, and there is no quota of others."""

    title = Text(
        "Fenêtre réservée aux villes du programme", "Reserved to the towns of the programme for now"
    )


class OutsideQuotaReached(Refused):
    """In the priority window as many bids from outside the programme were taken as the quota."""

    title = Text(
        "Le quota des candidatures hors programme est atteint",
        "The quota of bids from outside the programme is reached",
    )
