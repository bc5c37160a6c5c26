"""Every refusal of the towns service.

TownNotFound         NotFound
CommuneNotFound      NotFound
EpciNotFound         NotFound
DepartmentNotFound   NotFound
RegionNotFound       NotFound
InvalidParameter     BadRequest
ContactNotFound      NotFound
UnknownTown          Unprocessable
UnknownEpci          Unprocessable
NoWayToReach         Unprocessable
PeriodReversed       Unprocessable
ContactCannotMove    Unprocessable
"""

from chassis.problems import BadRequest, NotFound, Text, Unprocessable


class TownNotFound(NotFound):
    """No programme town has this identifier, nor any commune with this INSEE code."""

    title = Text("Aucune ville du programme n'a ce code", "No programme town has this code")


class CommuneNotFound(NotFound):
    """No commune that we hold has this INSEE code."""

    title = Text("Aucune commune connue n'a ce code", "No known commune has this code")


class EpciNotFound(NotFound):
    """No EPCI that we hold has this SIREN."""

    title = Text("Aucun EPCI connu n'a ce SIREN", "No known EPCI has this SIREN")


class DepartmentNotFound(NotFound):
    """No department has this code."""

    title = Text("Aucun département n'a ce code", "No department has this code")


class RegionNotFound(NotFound):
    """No region has this code."""

    title = Text("Aucune région n'a ce code", "No region has this code")


class InvalidParameter(BadRequest):
    """A parameter breaks the contract, where OGC wants 400 and not our 422."""

    title = Text("Un paramètre est invalide", "A parameter is invalid")


class ContactNotFound(NotFound):
    """No contact that the caller may know of has this id."""

    title = Text("Aucun contact n'a cet identifiant", "No contact has this identifier")


class UnknownTown(Unprocessable):
    """What is written belongs to no programme town."""

    title = Text("Aucune ville du programme n'a ce code", "No programme town has this code")


class UnknownEpci(Unprocessable):
    """What is written belongs to no EPCI that we hold."""

    title = Text("Aucun EPCI connu n'a ce SIREN", "No known EPCI has this SIREN")


class NoWayToReach(Unprocessable):
    """The contact has neither an address of mail nor a telephone number."""

    title = Text(
        "Une adresse électronique ou un téléphone est nécessaire",
        "A mail address or a telephone number is needed",
    )


class PeriodReversed(Unprocessable):
    """A period ends before it begins."""

    title = Text("La fin précède le début", "The end comes before the beginning")


class ContactCannotMove(Unprocessable):
    """A contact stays in its town."""

    title = Text(
        "Un contact ne change pas de ville : supprimez-le et créez l'autre",
        "A contact stays in its town: delete it and create the other",
    )
