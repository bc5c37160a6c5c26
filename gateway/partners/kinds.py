"""The kinds of partners, the rights that each may be given, and what a perimeter may name.

Source: the table of roles and resources of the plan, and the issue on identity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.problems import Text

KINDS: Mapping[str, Text] = {
    "acv_directorate": Text("direction du programme ACV (ANCT)", "ACV directorate (ANCT)"),
    "ministry": Text("ministère", "ministry"),
    "region_prefecture": Text("préfecture de région", "prefecture of a region"),
    "department_prefecture": Text("préfecture de département", "prefecture of a department"),
    "cnam_national": Text("Cnam, siège", "Cnam, national"),
    "cnam_centre": Text("Cnam, centre régional", "Cnam, regional centre"),
    "funder": Text("financeur", "funder"),
    "commune": Text("commune", "commune"),
    "epci": Text("intercommunalité", "intercommunality"),
    "region": Text("région", "region"),
    "panel_body": Text("organisme du jury", "body of the panel"),
    "evaluator": Text("évaluateur", "evaluator"),
}

DIMENSIONS = ("region", "department", "town", "epci", "funder", "centre")
"""What a perimeter may name; values are official codes, or ids where no code exists."""

EVERYWHERE = "everywhere"
"""The dimension of a perimeter that holds all; its one value is `*`."""

_STATE = frozenset({"acv_directorate", "ministry"})
_EVERYONE = frozenset(KINDS)
_NATIONAL = frozenset({*DIMENSIONS, EVERYWHERE})

AREAS: Mapping[str, frozenset[str]] = {
    "acv_directorate": _NATIONAL,
    "ministry": _NATIONAL,
    "region_prefecture": frozenset({"region"}),
    "department_prefecture": frozenset({"department"}),
    "cnam_national": _NATIONAL,
    "cnam_centre": frozenset({"centre", "region"}),
    "funder": frozenset({"funder"}),
    "commune": frozenset({"town"}),
    "epci": frozenset({"epci", "town"}),
    "region": frozenset({"region", "funder"}),
    "panel_body": frozenset({"region", "department"}),
    "evaluator": _NATIONAL,
}
"""The dimensions that the perimeter of each kind may name."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A right that a token may carry.

    A `strong` one moves money or approves: only a client that proves a private key gets it.
    """

    meaning: Text
    kinds: frozenset[str]
    strong: bool = False


SCOPES: Mapping[str, Scope] = {
    "partners:read": Scope(
        Text(
            "lire son organisation, ses systèmes et leur usage",
            "read one's organisation, its systems and their use",
        ),
        _EVERYONE,
    ),
    "partners:write": Scope(
        Text(
            "renouveler et retirer les accès de ses systèmes",
            "rotate and revoke the credentials of one's systems",
        ),
        _EVERYONE,
    ),
    "partners:approve": Scope(
        Text("se prononcer sur les demandes d'accès", "give an opinion on requests for access"),
        _STATE | {"region_prefecture", "department_prefecture", "cnam_national", "funder"},
        strong=True,
    ),
    "partners:suspend": Scope(
        Text("suspendre et rétablir un système", "suspend and restore a system"),
        _STATE,
        strong=True,
    ),
    "contacts:read": Scope(
        Text(
            "lire les contacts des villes de son périmètre",
            "read the contacts of the towns in one's perimeter",
        ),
        _EVERYONE,
    ),
    "contacts:write": Scope(
        Text("tenir à jour les contacts de sa ville", "keep the contacts of one's town"),
        frozenset({"acv_directorate", "commune", "epci"}),
    ),
}

STRONG = frozenset(name for name, scope in SCOPES.items() if scope.strong)
"""The scopes that only a client with a private key gets."""


def scopes_of(kind: str) -> frozenset[str]:
    """Return the scopes that a kind of partner may be given."""
    return frozenset(name for name, scope in SCOPES.items() if kind in scope.kinds)
