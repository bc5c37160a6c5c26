"""Bids before a panel, for tests: who acts, and how far time has gone.

Calls and bids are put into the database as their own acts would leave them.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from chassis.identifiers import uuid7
from chassis.identity import Principal
from tests.callers import caller
from tests.towns.asking import Towns

HERE, ELSEWHERE = ("acv-051", "51108"), ("acv-002", "34003")
BODIES = ("cnam", "anct", "villes-de-france", "intercommunalites", "bdt")
ORGANISATIONS = {
    body: f"0198c0de-0000-7000-8000-00000000000{place}" for place, body in enumerate(BODIES)
}
ASSESSES = ("applications:read", "applications:assess")
DECIDES = ("applications:read", "applications:examine", "applications:decide")


def _body(name: str, kind: str, *scopes: str) -> Principal:
    return caller(kind, *ASSESSES, *scopes, name=ORGANISATIONS[name])


CNAM = _body("cnam", "cnam_national", *DECIDES)
DIRECTORATE = _body("anct", "acv_directorate", *DECIDES)
VDF = _body("villes-de-france", "panel_body")
INTERCO = _body("intercommunalites", "panel_body")
BDT = _body("bdt", "funder")
MINISTRY = caller("ministry", *ASSESSES, *DECIDES)
CARRIER = caller("commune", *ASSESSES, *DECIDES, town=HERE[0])
OTHER_TOWN = caller("commune", *ASSESSES, *DECIDES, name="other", town=ELSEWHERE[0])
PREFECTURE = caller("department_prefecture", *ASSESSES, department="51")
OUTSIDER = caller("panel_body", *ASSESSES, name="0198c0de-0000-7000-8000-0000000000ff")
EVERYONE: dict[str, Principal | None] = {
    "cnam": CNAM,
    "directorate": DIRECTORATE,
    "ministry": MINISTRY,
    "villes de france": VDF,
    "bdt": BDT,
    "carrier": CARRIER,
    "other town": OTHER_TOWN,
    "prefecture": PREFECTURE,
    "outsider": OUTSIDER,
    "stranger": None,
}
GRID = [
    {"code": "need", "label": {"fr": "Besoin"}, "weight": "0.6", "scale_max": 5},
    {"code": "premises", "label": {"fr": "Locaux"}, "weight": "0.4", "scale_max": 3},
]
INTEREST = {"reason": "Le directeur siège au conseil de l'agglomération"}
FAVOURABLE = {"opinion": "favourable", "motive": "Dossier mûr"}


def a_sheet(need: int = 4, premises: int = 2) -> dict[str, Any]:
    """Return the scores of a body."""
    points = {"need": need, "premises": premises}
    return {
        "scores": [
            {"criterion": code, "points": one, "comment": "Vu sur place"}
            for code, one in points.items()
        ]
    }


@dataclass(frozen=True, slots=True)
class Bench:
    """A database of a test's own, in which calls and bids are put, and time is moved."""

    desk: Towns
    url: str

    async def run(self, statement: str, *values: Any) -> list[Any]:
        """Run one statement, as nobody of the product could."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    async def call(self, *, mode: str = "live", quorum: int = 2) -> UUID:
        """Put a call that has closed an hour ago; scores are due in an hour."""
        made = uuid7()
        await self.run(_CALL, made, mode, quorum, json.dumps(GRID))
        for place, body in enumerate(BODIES):
            await self.run(_BODY, made, body, place, UUID(ORGANISATIONS[body]))
        await self.run(_RULESET, made, made.hex * 2)
        return made

    async def bid(
        self,
        call_id: UUID,
        *,
        status: str = "examined",
        of: tuple[str, str] = HERE,
        lead: str = "",
    ) -> str:
        """Put a bid of a town; return its path."""
        made = uuid7()
        submitted = status != "draft"
        await self.run(_BID, made, call_id, lead or of[1], list(of), status, submitted)
        return f"/v1/applications/{made}"

    async def a_bid(self, **changes: Any) -> str:
        """Put a bid in a call of its own; return its path."""
        return await self.bid(await self.call(), **changes)

    async def pass_time(self, by: timedelta, path: str) -> None:
        """Let time pass for the call of a bid: its instants move back."""
        moved = ", ".join(f"{name} = {name} - $1::interval" for name in _INSTANTS)
        await self.run(
            f"UPDATE towns.call SET {moved} WHERE id ="
            " (SELECT call_id FROM towns.application WHERE id = $2)",
            by,
            UUID(key_of(path)),
        )

    async def act(
        self, path: str, noun: str, who: Principal | None, body: dict[str, Any]
    ) -> httpx.Response:
        """Do an act on a bid or a decision."""
        return await self.desk.ask("POST", f"{path}/{noun}", who, json=body)

    async def done(self, path: str, noun: str, who: Principal, body: dict[str, Any]) -> Any:
        """Do an act that succeeds; return what it answers."""
        answer = await self.act(path, noun, who, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def shown(self, path: str, who: Principal | None) -> Any:
        """Read something that the caller may read."""
        answer = await self.desk.ask("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()


def key_of(path: str) -> str:
    """Return the id at the end of a path."""
    return path.rsplit("/", 1)[1]


_INSTANTS = ("opens_at", "closes_at", "scores_due_at", "opinions_due_at")
_CALL = """
INSERT INTO towns.call (id, wave, name, mode, status, opens_at, closes_at, scores_due_at,
  opinions_due_at, quorum, criteria, evidence, faults, author, published_by, published_at, version)
VALUES ($1, 2, 'Appel', $2, 'published', now() - interval '2 hours', now() - interval '1 hour',
  now() + interval '1 hour', now() + interval '2 hours', $3, $4, '[]', '{}', 'ministry', 'ministry',
  now(), 1)
"""
_BODY = "INSERT INTO towns.call_body VALUES ($1, $2, $3, $2, $4)"
_RULESET = """
INSERT INTO towns.call_ruleset (call_id, number, sha256, document, made_by)
VALUES ($1, 1, $2, '{}', 'ministry')
"""
_BID = """
INSERT INTO towns.application (id, call_id, carriers, lead_code, lead_codes, town_codes,
  epci_sirens, department_codes, region_codes, outside, title, folded_title, draft, missing,
  submitted, submitted_number, submitted_at, asked, author, status, version)
VALUES ($1, $2, '[]', $3, $4, $4, '{}', '{51}', '{44}', false, 'Bid', 'bid', '{}', '[]',
  CASE WHEN $6 THEN '{}'::json END, CASE WHEN $6 THEN 1 ELSE 0 END, CASE WHEN $6 THEN now() END,
  '[]', 'commune', $5, 1)
"""
