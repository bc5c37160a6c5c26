"""The first wave of the programme in small, from a call to an action written into a convention."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.towns.applications.content import EXAMPLE as BID
from services.towns.calls.contract import CallForBidsIn
from services.towns.conventions.text import EXAMPLE as TEXT
from services.towns.sites.details import CnamSiteIn, PlacedActIn
from tests.deploy.running import MODES, Product, data_folder, free_port, product
from tests.journeys.bidders import (
    BODIES,
    SANDBOX_BODIES,
    TOWNS,
    Partner,
    admitted,
    of_the_sandbox,
)

CALL: dict[str, Any] = CallForBidsIn.model_json_schema()["examples"][0]
SITE: dict[str, Any] = CnamSiteIn.model_json_schema()["examples"][0]
PREMISES: dict[str, Any] = PlacedActIn.model_json_schema()["examples"][0]
CARRIERS: Mapping[str, list[dict[str, str]]] = {
    "Charleville-Mézières": [{"insee_code": "08105", "role": "lead"}],
    "Chaumont": [{"insee_code": "52121", "role": "lead"}],
    "Laon": [
        {"insee_code": "02408", "role": "lead"},
        {"insee_code": "02691", "role": "partner"},
    ],
    "Saint-Dié": [{"insee_code": "88413", "role": "lead"}],
    "Vittel": [{"insee_code": "88516", "role": "lead"}],
}
OUTCOMES = {
    "Charleville-Mézières": "selected",
    "Chaumont": "selected",
    "Laon": "selected",
    "Saint-Dié": "accompanied",
    "Vittel": "refused",
}
SHEET = {
    "scores": [
        {"criterion": "need", "points": 4, "comment": "Enquête récente"},
        {"criterion": "premises", "points": 3, "comment": "Locaux vus"},
    ]
}
MOTIVE = {"motive": "Décidé par les deux parties"}
PLAN = {
    "owner": "Cnam Grand Est",
    "target_wave": 2,
    "items": [{"lacking": "Locaux", "owner": "Ville", "due_on": "2100-03-31"}],
}


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each mode has a database of its own: a town signs one convention in a phase."""
    return str(request.param)


@pytest.fixture(scope="module")
def data(mode: str) -> Iterator[Path]:
    """Yield a data folder that does not exist yet."""
    with data_folder(f"wave-{mode}") as folder:
        yield folder


@pytest.fixture(scope="module")
def running(mode: str, data: Path) -> Iterator[Product]:
    """Yield the product, started in the mode."""
    with product(data, mode=mode, port=free_port()) as started:
        yield started
        assert started.stop() == 0


@pytest.fixture
def partners(api: httpx.Client, data: Path) -> dict[str, Partner]:
    """Everybody who takes part, by name of the town or the body."""
    new = {name: admitted(api, data, asking) for name, asking in {**TOWNS, **BODIES}.items()}
    known = {name: of_the_sandbox(api, data, kind) for name, kind in SANDBOX_BODIES.items()}
    return new | known | {"prefecture": of_the_sandbox(api, data, "region_prefecture")}


def test_the_first_wave_in_small(api: httpx.Client, partners: dict[str, Partner]) -> None:
    call = _published(partners, wave=1)
    bids = {name: _submitted(partners[name], call, name) for name in CARRIERS}
    _hidden(api, partners, bids)
    partners["acv-directorate"].posts(f"{call}/closure", MOTIVE)
    for name, bid in bids.items():
        _judged(partners, bid, conflict=name == "Saint-Dié")
        _decided(partners, bid, OUTCOMES[name])
    _told(api, partners, call, bids)

    second = _published(partners, wave=2)
    carried = _carried(partners["Saint-Dié"], second, bids["Saint-Dié"])
    assert carried["status"] == "submitted"
    site = _opened(partners["cnam"], bids["Charleville-Mézières"])
    _written(api, partners, site)


def _published(partners: dict[str, Partner], *, wave: int) -> str:
    """Publish a call that takes bids from now on, and say who the bodies of its panel are."""
    now, day = datetime.now(UTC), timedelta(days=1)
    asked = CALL | {
        "wave": wave,
        "name": f"Vague {wave}, en petit",
        "opens_at": (now - day).isoformat(),
        "priority_ends_at": (now + day).isoformat(),
        "closes_at": (now + 2 * day).isoformat(),
        "scores_due_at": (now + 10 * day).isoformat(),
        "opinions_due_at": (now + 11 * day).isoformat(),
        "decisions_expected_on": (now + 20 * day).date().isoformat(),
        "outside_quota": 1,
    }
    directorate = partners["acv-directorate"]
    made = directorate.posts("/v1/calls", asked)
    path = f"/v1/calls/{made['id']}"
    for body in (*SANDBOX_BODIES, *BODIES):
        known = {"body": body, "organisation_id": partners[body].organisation()}
        directorate.posts(f"{path}/attachment", known)
    directorate.posts(f"{path}/publication", None)
    return path


def _submitted(town: Partner, call: str, name: str) -> str:
    """Submit the bid of a town, first refused for what it lacks; return its path."""
    content = BID | {"title": f"Un site à {name}", "answers": [], "evidence": []}
    content["places"] = [{"insee_code": CARRIERS[name][0]["insee_code"], "reason": "Centre-ville"}]
    asked = {"call_id": call.rsplit("/", 1)[1], "carriers": CARRIERS[name], "content": content}
    made = town.posts("/v1/applications", asked)
    path = f"/v1/applications/{made['id']}"
    lacking = [(one["part"], one["code"]) for one in made["missing"]]
    assert lacking == [("answers", "need"), ("answers", "premises"), ("evidence", "letter")]
    answers = [{"criterion": code, "text": "Voir le dossier"} for code in ("need", "premises")]
    letter = {"code": "letter", "title": None, "url": None, "reference": f"Lettre de {name}"}
    kept = town.changes(path, {"answers": answers, "evidence": [letter]})
    assert kept["missing"] == []
    town.posts(f"{path}/submission", None)
    return path


def _hidden(api: httpx.Client, partners: dict[str, Partner], bids: dict[str, str]) -> None:
    """Find bids hidden from strangers and from other towns, known to parties and bodies."""
    for bid in bids.values():
        assert api.get(bid).status_code == 401
        known = [name for name, one in partners.items() if _knows(api, one, bid)]
        others = set(TOWNS) - {name for name, path in bids.items() if path == bid}
        assert {*SANDBOX_BODIES, *BODIES} <= set(known)
        assert not others & set(known)


def _knows(api: httpx.Client, partner: Partner, path: str) -> bool:
    return api.get(path, headers=partner.header()).status_code == 200


def _judged(partners: dict[str, Partner], bid: str, *, conflict: bool) -> None:
    """Have a bid examined, scored and given opinions; a body with an interest stands aside."""
    partners["cnam"].posts(f"{bid}/examination", {"motive": "Dossier complet"})
    bodies = [*SANDBOX_BODIES, *BODIES]
    if conflict:
        bodies.remove("intercommunalites")
        aside = partners["intercommunalites"]
        aside.posts(f"{bid}/conflicts", {"reason": "Sa présidente est élue de la ville"})
        conflicted = (409, "conflict-stands")
        assert aside.refused(f"{bid}/scores", SHEET) == conflicted
        assert aside.refused(f"{bid}/opinions", _opinion("favourable")) == conflicted
    for body in bodies:
        partners[body].posts(f"{bid}/scores", SHEET)
        partners[body].posts(f"{bid}/opinions", _opinion("favourable"))
    panel = partners["cnam"].reads(f"{bid}/panel")
    assert panel["spread"] is not None


def _opinion(stance: str) -> dict[str, str]:
    return {"opinion": stance, "motive": "Vu en séance"}


def _decided(partners: dict[str, Partner], bid: str, outcome: str) -> None:
    """Let one party propose and the other confirm; the carrier is then notified."""
    cnam, directorate = partners["cnam"], partners["acv-directorate"]
    cnam.posts(f"{bid}/messages", {"text": "Nous proposons ce choix"})
    if outcome == "accompanied":
        cnam.posts(f"{bid}/support-plan", PLAN)
    made = cnam.posts(f"{bid}/decision", {"outcome": outcome, "motive": "Vu les avis du jury"})
    decision = f"/v1/decisions/{made['id']}"
    assert cnam.refused(f"{decision}/confirmation", {})[0] == 409
    directorate.posts(f"{decision}/confirmation", {})
    cnam.posts(f"{decision}/notification", {})


def _told(api: httpx.Client, partners: dict[str, Partner], call: str, bids: dict[str, str]) -> None:
    """Read what was decided, in every form; each decision carries the hash of the rules."""
    rules = api.get(f"{call}/ruleset").json()["ruleset"]["sha256"]
    decisions = api.get(f"/v1/decisions?call_id={call.rsplit('/', 1)[1]}").json()["items"]
    by_bid = {f"/v1/applications/{one['application_id']}": one for one in decisions}
    for name, bid in bids.items():
        assert by_bid[bid]["outcome"] == OUTCOMES[name]
        assert by_bid[bid]["ruleset_sha256"] == rules
        shown = partners[name].reads(bid)
        assert (shown["status"], shown["ruleset_sha256"]) == (OUTCOMES[name], rules)
        assert shown["outside"] == (name == "Vittel")
    for form in ("csv", "ndjson", "xlsx"):
        found = api.get(f"/v1/decisions?format={form}")
        assert found.status_code == 200
        mine = api.get(f"/v1/applications?format={form}", headers=partners["cnam"].header())
        assert mine.status_code == 200
    told = api.get("/v1/events/towns?types=fr.acdt.towns.decision.taken.v1&limit=200").json()
    assert len(told["items"]) >= len(bids)


def _carried(town: Partner, call: str, bid: str) -> Any:
    """Carry an accompanied bid over to the next wave and submit it there."""
    asked = {
        "call_id": call.rsplit("/", 1)[1],
        "carriers": CARRIERS["Saint-Dié"],
        "carried_from": bid.rsplit("/", 1)[1],
    }
    made = town.posts("/v1/applications", asked)
    return town.posts(f"/v1/applications/{made['id']}/submission", None)


def _opened(cnam: Partner, bid: str) -> str:
    """Open the site of Charleville's bid in Sedan; return its id."""
    announced = SITE | {"application_id": bid.rsplit("/", 1)[1], "effect_on": "2026-01-15"}
    made = cnam.posts("/v1/sites", announced)
    path = f"/v1/sites/{made['id']}"
    day = {"effect_on": "2026-09-01", "precision": "day", "motive": "Rentrée 2026"}
    cnam.posts(f"{path}/preparation", day | {"effect_on": "2026-03-01"})
    cnam.posts(f"{path}/premises", PREMISES | {"effect_on": "2026-08-01", "precision": "day"})
    cnam.posts(f"{path}/opening", day)
    shown = cnam.reads(path)
    assert (shown["status"], shown["commune"]["insee_code"]) == ("open", "08409")
    assert shown["bidder"]["insee_code"] == "08105"
    return str(made["id"])


def _written(api: httpx.Client, partners: dict[str, Partner], site: str) -> None:
    """Write the site into the convention of Charleville: the day before, it is not there."""
    town = partners["Charleville-Mézières"]
    text = deepcopy(TEXT)
    text["parties"][0] |= {"organisation_id": None}
    made = town.posts("/v1/conventions", {"acv_id": "acv-053", "phase": "acv2", "content": text})
    path = f"/v1/conventions/{made['id']}"
    action = {"site_id": site, "action_number": text["action_sheets"][0]["number"]}
    assert town.refused(f"{path}/cnam-actions", action) == (409, "cnam-action-not-ready")
    observed = {"observed_on": "2023-10-10", "observation": "Rien à redire", "validated": True}
    partners["prefecture"].posts(f"{path}/observation", observed)
    act = {"organisation": text["parties"][0]["organisation"], "reference": "D 12"}
    town.posts(f"{path}/deliberation", {"acts": [act | {"decided_on": "2023-11-20"}]})
    partners["acv-directorate"].posts(f"{path}/signature", {"signed_on": "2023-12-15"})
    town.posts(f"{path}/cnam-actions", action | {"effective_on": "2026-09-01"})

    before = api.get(f"{path}?as_of=2026-08-31").json()
    after = api.get(f"{path}?as_of=2026-09-01").json()
    assert before["cnam_actions"] == []
    assert [one["site_id"] for one in after["cnam_actions"]] == [site]
    assert api.get(f"/v1/sites/{site}").json()["convention"]["convention_id"] == made["id"]
