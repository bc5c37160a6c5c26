"""Who bids, examines and reads bids, for tests; and calls to bid in, kept as if published."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from chassis.identifiers import uuid7
from services.towns.applications.content import EXAMPLE
from services.towns.calls.rules import Criterion, Details, Evidence
from services.towns.calls.ruleset import digest, frozen
from tests.callers import caller
from tests.towns.asking import Towns

HERE, THERE, OUTSIDE = "51108", "34003", "13056"
"""Châlons-en-Champagne and Agde, towns of the programme; Martigues, which is not."""
ITS_EPCI = "200066876"
BODY_OF_PANEL = "0198c0de-0000-7000-8000-00000000b0d1"
READS, WRITES = "applications:read", ("applications:read", "applications:write")
ITS_TOWN = caller("commune", *WRITES, town=HERE)
BY_ACV_ID = caller("commune", *WRITES, name="by-acv-id", town="acv-051")
OTHER_TOWN = caller("commune", *WRITES, name="other", town=THERE)
OUTSIDER = caller("commune", *WRITES, name="outsider", town=OUTSIDE)
EPCI = caller("epci", *WRITES, epci=ITS_EPCI)
DIRECTORATE = caller("acv_directorate", READS, "applications:examine")
CNAM = caller("cnam_national", READS, "applications:examine")
PANEL = caller("panel_body", READS, name=BODY_OF_PANEL)
OTHER_BODY = caller("panel_body", READS, name="another-body")
PREFECTURE = caller("department_prefecture", READS, department="51")
REGION = caller("region_prefecture", READS, region="44")
CENTRE = caller("cnam_centre", READS, region="44")
FAR_PREFECTURE = caller("department_prefecture", READS, name="far", department="34")
EVALUATOR = caller("evaluator", READS)
MOTIVE = {"motive": "Vu avec la ville"}
ASKED: dict[str, Any] = {
    "asked": [{"part": "evidence", "code": "deliberation", "comment": "Illisible"}],
    "due_on": "2100-01-31",
}
GRID = (
    Criterion("need", {"fr": "Besoin", "en": "Need"}, weight="0.60", scale_max=5),
    Criterion("premises", {"fr": "Locaux", "en": "Premises"}, weight="0.40", scale_max=5),
)
EVIDENCE = (
    Evidence("deliberation", {"fr": "Délibération", "en": "Deliberation"}, True, None),
    Evidence("letters", {"fr": "Soutiens", "en": "Letters"}, False, "need"),
)
WHOLE: dict[str, Any] = EXAMPLE | {
    "evidence": [{"code": "deliberation", "title": None, "url": None, "reference": "D 2026-14"}],
    "answers": [
        {"criterion": "need", "text": "Trois cents emplois"},
        {"criterion": "premises", "text": "Quatre salles"},
    ],
}
NOBODY_S = "0198c0de-0000-7000-8000-00000000beef"
NOWHERE = f"/v1/applications/{NOBODY_S}"
NOUNS = {
    "submission": (ITS_TOWN, None),
    "resubmission": (ITS_TOWN, None),
    "consolidation": (DIRECTORATE, ASKED),
    "examination": (CNAM, MOTIVE),
    "withdrawal": (ITS_TOWN, MOTIVE),
}
"""Who usually does an act, and what is sent."""


async def run(url: str, sql: str, *arguments: Any) -> None:
    """Do to a test database what no operation of this aggregate does."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *arguments)
    finally:
        await connection.close()


async def a_call(url: str, *, call_id: UUID | None = None, **changes: Any) -> str:
    """Keep a published call that is open for bids; return its id."""
    now = datetime.now(UTC)
    usual: dict[str, Any] = {
        "wave": 3,
        "name": "Appel à manifestation d'intérêt",
        "mode": "live",
        "opens_at": now - timedelta(days=1),
        "priority_ends_at": None,
        "closes_at": now + timedelta(days=30),
        "scores_due_at": now + timedelta(days=60),
        "opinions_due_at": now + timedelta(days=60),
        "decisions_expected_on": None,
        "outside_quota": None,
        "quorum": 1,
        "criteria": GRID,
        "evidence": EVIDENCE,
        "panel": (),
    }
    details = Details(**(usual | changes))
    made = call_id or uuid7()
    await run(url, _KEPT, made, *_columns(details))
    await run(url, _BODY, made, UUID(BODY_OF_PANEL))
    await freeze(url, made, details)
    return str(made)


def _columns(details: Details) -> list[Any]:
    grids = [
        json.dumps([asdict(one) for one in rows]) for rows in (details.criteria, details.evidence)
    ]
    plain = ("wave", "name", "mode", "opens_at", "priority_ends_at", "closes_at")
    more = ("scores_due_at", "opinions_due_at", "outside_quota", "quorum")
    return [getattr(details, name) for name in (*plain, *more)] + grids


async def freeze(url: str, call_id: UUID, details: Details, *, number: int = 1) -> str:
    """Freeze a rule set of a call; return its hash."""
    document = frozen(details, call_id=str(call_id), number=number)
    await run(url, _FROZEN, call_id, number, digest(document), document)
    return digest(document)


_KEPT = """
INSERT INTO towns.call (id, wave, name, mode, opens_at, priority_ends_at, closes_at, scores_due_at,
  opinions_due_at, outside_quota, quorum, criteria, evidence, status, faults, author, published_by,
  published_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'published', '{}', 'cnam', 'cnam',
  now(), 1)
"""
_BODY = "INSERT INTO towns.call_body VALUES ($1, 'bdt', 0, 'Banque des Territoires', $2)"
_FROZEN = """
INSERT INTO towns.call_ruleset (call_id, number, sha256, document, made_by)
VALUES ($1, $2, $3, $4, 'cnam')
"""


def a_bid(call_id: str, *carriers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the body of a whole bid, of our town unless said."""
    lead = {"insee_code": HERE, "role": "lead"}
    return {
        "call_id": call_id,
        "carriers": list(carriers) or [lead],
        "content": WHOLE | changes,
    }


async def drafted(desk: Towns, call_id: str, **changes: Any) -> str:
    """Begin a bid of our town; return its path."""
    return await desk.made("/v1/applications", ITS_TOWN, a_bid(call_id, **changes))


async def act(
    desk: Towns, path: str, noun: str, who: Any = None, body: dict[str, Any] | None = None
) -> httpx.Response:
    """Do an act as the one who usually does, with what is usually sent."""
    usual, said = NOUNS[noun]
    sent = body or said
    request = {} if sent is None else {"json": sent}
    return await desk.ask("POST", f"{path}/{noun}", who or usual, **request)


async def brought(desk: Towns, path: str, *nouns: str) -> httpx.Response:
    """Do acts one after the other, all of which succeed; return the last answer."""
    answers = [await act(desk, path, noun) for noun in nouns]
    for answer in answers:
        assert answer.status_code == 201, answer.text
    return answers[-1]


async def submitted(desk: Towns, call_id: str, **changes: Any) -> str:
    """Submit a bid of our town; return its path."""
    path = await drafted(desk, call_id, **changes)
    await brought(desk, path, "submission")
    return path


async def decided(url: str, path: str, status: str, *, told_in_days: int = 0) -> None:
    """Decide a bid as the panel does, told from a day on."""
    await run(
        url,
        "UPDATE towns.application SET status = $2, decided_at = now(),"
        " decision_told_at = now() + make_interval(days => $3) WHERE id = $1",
        *(UUID(path.rsplit("/", 1)[1]), status, told_in_days),
    )
