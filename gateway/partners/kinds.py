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
_PREFECTURES = frozenset({"region_prefecture", "department_prefecture"})
_TOWNS = frozenset({"commune", "epci"})
_CNAM = frozenset({"cnam_national", "cnam_centre"})
_PARTIES = _STATE | {"cnam_national"}
"""Of the convention of 1 April 2019: they choose the places together."""
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
    "needs:write": Scope(
        Text("déclarer les besoins de son territoire", "declare the needs of one's territory"),
        _TOWNS | _PREFECTURES | {"acv_directorate"},
    ),
    "needs:qualify": Scope(
        Text("qualifier les besoins déclarés", "qualify the needs that were declared"),
        _CNAM | _PREFECTURES | {"acv_directorate"},
    ),
    "calls:read": Scope(
        Text("lire les appels en préparation", "read the calls in preparation"),
        _EVERYONE,
    ),
    "calls:write": Scope(
        Text("préparer les appels à manifestation", "prepare the calls for bids"), _PARTIES
    ),
    "calls:publish": Scope(
        Text("publier et clore un appel", "publish and close a call"), _PARTIES, strong=True
    ),
    "applications:read": Scope(
        Text("lire les candidatures que l'on peut connaître", "read the bids one may know of"),
        _EVERYONE,
    ),
    "applications:write": Scope(
        Text("préparer et déposer sa candidature", "prepare and submit one's bid"), _TOWNS
    ),
    "applications:examine": Scope(
        Text("instruire les candidatures déposées", "examine the bids submitted"), _PARTIES
    ),
    "applications:assess": Scope(
        Text("noter et donner un avis au jury", "score, and give an opinion to the panel"),
        _PARTIES | {"panel_body", "funder"},
    ),
    "applications:decide": Scope(
        Text("décider du choix des villes", "decide which towns are selected"),
        _PARTIES,
        strong=True,
    ),
    "sites:write": Scope(
        Text("tenir à jour les sites du Cnam", "keep the sites of the Cnam"), _CNAM
    ),
    "conventions:read": Scope(
        Text("lire les conventions en préparation", "read the conventions in preparation"),
        _EVERYONE,
    ),
    "conventions:write": Scope(
        Text("rédiger sa convention et ses fiches", "draft one's convention and action sheets"),
        _TOWNS | _PREFECTURES,
    ),
    "conventions:approve": Scope(
        Text("observer et constater la signature", "observe, and record the signature"),
        _STATE | _PREFECTURES,
        strong=True,
    ),
    "territories:write": Scope(
        Text("tenir à jour les successions de territoires", "keep the succession of territories"),
        frozenset({"acv_directorate"}),
    ),
}

STRONG = frozenset(name for name, scope in SCOPES.items() if scope.strong)
"""The scopes that only a client with a private key gets."""


def scopes_of(kind: str) -> frozenset[str]:
    """Return the scopes that a kind of partner may be given."""
    return frozenset(name for name, scope in SCOPES.items() if kind in scope.kinds)
