"""What the rights matrix plays with: who calls, where things lie, and how a thing is made.

Whoever adds a collection that perimeters limit adds its `Estate`; the matrix fails without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.identity import EVERYWHERE, NOWHERE, Perimeter, Place, Principal
from services.towns.calls.contract import CallForBidsIn
from services.towns.calls.places import OF_A_DRAFT
from services.towns.contacts.contract import ContactIn
from services.towns.conventions.contract import CnamActionIn, ConventionIn
from services.towns.conventions.policy import DEPARTMENT_PREFECTURE, REGION_PREFECTURE
from services.towns.decisions.contract import SupportPlanIn
from services.towns.needs.contract import NeedIn
from services.towns.sites.details import CnamSiteIn, PlacedActIn

KINDS: Mapping[str, str] = {
    "acv_directorate": "",
    "ministry": "",
    "region_prefecture": "region",
    "department_prefecture": "department",
    "cnam_national": "",
    "cnam_centre": "centre",
    "funder": "funder",
    "commune": "town",
    "epci": "epci",
    "region": "region",
    "panel_body": "",
    "evaluator": "",
}
"""Every kind of organisation, and the dimension in which its own perimeter lies; none: nowhere."""

SITES: Mapping[str, Place] = {
    "acv-051": {
        "town": frozenset({"acv-051", "51108"}),
        REGION_PREFECTURE: frozenset({"44"}),
        DEPARTMENT_PREFECTURE: frozenset({"51"}),
        "department": frozenset({"51"}),
        "region": frozenset({"44"}),
        "epci": frozenset({"200066876"}),
    },
    "acv-002": {
        "town": frozenset({"acv-002", "34003"}),
        REGION_PREFECTURE: frozenset({"76"}),
        DEPARTMENT_PREFECTURE: frozenset({"34"}),
        "department": frozenset({"34"}),
        "region": frozenset({"76"}),
        "epci": frozenset({"243400819"}),
    },
}
"""Two programme towns that share nothing: what is one's own, what is another's of the same kind."""

OWN_FUNDS: Place = {"funder": frozenset({"bdt"}), "centre": frozenset({"grand-est"})}


def players(scopes: frozenset[str]) -> dict[str, Principal]:
    """Every kind of organisation at each site, with all these scopes: only perimeters differ."""
    made = {
        f"{kind} of {site}": _player(kind, f"{kind} of {site}", scopes, _of(kind, site))
        for kind in KINDS
        for site in SITES
    }
    everywhere = _player("ministry", "everywhere", scopes, EVERYWHERE)
    return made | {"everywhere": everywhere}


def _of(kind: str, site: str) -> Perimeter:
    values = {**SITES[site], **OWN_FUNDS}.get(KINDS[kind])
    return Perimeter(values={KINDS[kind]: values}) if values else NOWHERE


def _player(kind: str, name: str, scopes: frozenset[str], perimeter: Perimeter) -> Principal:
    return Principal(name, kind=kind, client=name, scopes=scopes, perimeter=perimeter)


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of an estate: the id that no answer may hold for those who may not know of it."""

    path: str
    place: Place

    @property
    def key(self) -> str:
        """Its id."""
        return self.path.rsplit("/", 1)[1]


@dataclass(frozen=True, slots=True)
class Estate:
    """A collection whose rows perimeters limit."""

    reading: str
    """The operation whose row says who may know of a thing: the audience of its events."""
    body: Callable[[str], dict[str, Any]]
    """What makes a thing at a site."""
    acts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """The bodies of the acts on a thing, by operation; none may change who knows of it."""
    places: Mapping[str, Place] = field(default_factory=lambda: SITES)
    """Where a thing made at a site lies, if not there."""


def _contact(site: str) -> dict[str, Any]:
    example: dict[str, Any] = ContactIn.model_json_schema()["examples"][0]
    return example | {"acv_id": site}


def _convention(site: str) -> dict[str, Any]:
    example: dict[str, Any] = ConventionIn.model_json_schema()["examples"][0]
    return example | {"acv_id": site}


_CONVENTION_ACTS: Mapping[str, dict[str, Any]] = {
    "show_convention_draft": {},
    "show_convention_diff": {},
    "change_convention_draft": {"ends_on": "2029-12-31"},
    "observe_convention": {
        "observed_on": "2123-01-01",
        "observation": "too early",
        "validated": True,
    },
    "deliberate_convention": {"acts": []},
    "sign_convention": {"signed_on": "2023-12-15"},
    "waive_convention_guard": {"guard": "ort-after-end", "reason": "Accord"},
    "amend_convention": {"purpose": "other"},
    "abandon_convention": {"reason": "given-up"},
    "write_cnam_action": CnamActionIn.model_json_schema()["examples"][0],
}


def _nothing(site: str) -> dict[str, Any]:
    """Decisions are not posted: tests/security/test_decisions_embargo.py plays them."""
    raise LookupError(site)


def _need(site: str) -> dict[str, Any]:
    example: dict[str, Any] = NeedIn.model_json_schema()["examples"][0]
    return example | {"acv_id": site}


def _call(site: str) -> dict[str, Any]:
    example: dict[str, Any] = CallForBidsIn.model_json_schema()["examples"][0]
    return example | {"name": f"Appel {site}", "criteria": []}


_MOTIVE = {"motive": "Accord des deux parties"}
_CALL_ACTS: Mapping[str, dict[str, Any]] = {
    "show_call_ruleset": {},
    "show_call_rulesets": {},
    "publish_call": {},
    "extend_call": {"closes_at": "2100-05-01T00:00:00Z", **_MOTIVE},
    "close_call": _MOTIVE,
    "conclude_call": _MOTIVE,
    "attach_call_body": {"body": "cnam", "organisation_id": None},
    "cancel_call": _MOTIVE,
}
"""A draft without a grid is not published: it stays with the parties."""


CALL_ID = "0198c0de-0000-7000-8000-00000000ca11"
"""A call that the stage holds; it is not open yet: what is submitted stays a draft."""


def _application(site: str) -> dict[str, Any]:
    (insee_code,) = [code for code in SITES[site]["town"] if code != site]
    lead = {"insee_code": insee_code, "role": "lead"}
    return {"call_id": CALL_ID, "carriers": [lead], "content": {"title": f"Un site à {site}"}}


_OF_CARRIERS = {site: {"town": place["town"]} for site, place in SITES.items()}
_APPLICATION_ACTS: Mapping[str, dict[str, Any]] = {
    "list_application_versions": {},
    "show_application_version": {},
    "list_application_steps": {},
    "submit_application": {},
    "resubmit_application": {},
    "consolidate_application": {"asked": [{"part": "places", "comment": "Lequel ?"}]},
    "examine_application": {"motive": "Dossier complet"},
    "withdraw_application": {"motive": "Projet abandonné"},
}


def _site(site: str) -> dict[str, Any]:
    example: dict[str, Any] = CnamSiteIn.model_json_schema()["examples"][0]
    (commune,) = {code for code in SITES[site]["town"] if not code.startswith("acv-")}
    return example | {"insee_code": commune, "centre_code": None}


def _site_act(day: str) -> dict[str, Any]:
    return {"effect_on": day, "motive": "Acté"}


_PREMISES: dict[str, Any] = PlacedActIn.model_json_schema()["examples"][0]
_SITE_ACTS: Mapping[str, dict[str, Any]] = {
    **{
        f"{verb}_site": _site_act("2021-09-01") for verb in ("prepare", "open", "suspend", "resume")
    },
    # a day to come: what closed or moved would be elsewhere in the other plays
    "close_site": _site_act("2121-09-01"),
    "add_site_premises": _PREMISES | {"effect_on": "2121-09-01"},
    "relocate_site": _PREMISES | {"effect_on": "2121-09-01"},
}

_WORK_ON_APPLICATIONS: Mapping[str, dict[str, Any]] = {
    "show_application_panel": {},
    "list_application_scores": {},
    "list_application_opinions": {},
    "list_application_messages": {},
    "show_support_plan": {},
    "declare_conflict": {"reason": "Un intérêt"},
    "score_application": {"scores": [{"criterion": "need", "points": 1, "comment": "Vu"}]},
    "give_panel_opinion": {"opinion": "favourable", "motive": "Dossier mûr"},
    "send_application_message": {"text": "Un mot"},
    "write_support_plan": SupportPlanIn.model_json_schema()["examples"][0],
    "change_support_plan": {"owner": "Cnam"},
    "propose_decision": {"outcome": "selected", "motive": "Dossier mûr"},
}
"""What panels and parties do on bids: acts of the estate of bids."""
_DECISION_ACTS: Mapping[str, dict[str, Any]] = {
    "confirm_decision": {},
    "abandon_decision": {"motive": "Autre projet"},
    "correct_decision": {"motive": "Dossier mûr", "reason": "Une coquille"},
    "notify_decision": {},
    "revoke_decision": {"motive": "Autre projet"},
    "confirm_revocation": {},
    "abandon_revocation": {},
}


ESTATES: Mapping[str, Estate] = {
    "/v1/applications": Estate(
        "list_applications",
        _application,
        {**_APPLICATION_ACTS, **_WORK_ON_APPLICATIONS},
        places=_OF_CARRIERS,
    ),
    "/v1/calls": Estate("list_calls", _call, _CALL_ACTS, places=dict.fromkeys(SITES, OF_A_DRAFT)),
    "/v1/contacts": Estate("list_contacts", _contact),
    "/v1/conventions": Estate("list_conventions", _convention, _CONVENTION_ACTS),
    "/v1/decisions": Estate("list_decisions", _nothing, _DECISION_ACTS),
    "/v1/sites": Estate("list_sites", _site, _SITE_ACTS),
    "/v1/needs": Estate(
        "list_needs",
        _need,
        {
            "qualify_need": {"motive": "Vu avec les employeurs"},
            "cover_need": {"reference": "Site de Châlons"},
            "withdraw_need": {"motive": "Emplois pourvus"},
        },
    ),
}
"""By path of the collection."""
