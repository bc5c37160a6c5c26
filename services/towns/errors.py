"""Every refusal of the towns service.

TownNotFound         NotFound
CommuneNotFound      NotFound
EpciNotFound         NotFound
DepartmentNotFound   NotFound
RegionNotFound       NotFound
InvalidParameter     BadRequest
"""

from chassis.problems import BadRequest, NotFound, Text


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
