"""Calls for bids in tests: who acts, and how far a call is brought."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from services.towns.calls.contract import CallForBidsIn
from tests.callers import caller
from tests.towns.asking import Towns

ALL = ("calls:read", "calls:write", "calls:publish")
DIRECTORATE = caller("acv_directorate", *ALL)
CNAM = caller("cnam_national", *ALL)
READER = caller("ministry", "calls:read")
WRITER = caller("ministry", "calls:read", "calls:write", name="writer")
TOWN = caller("commune", "calls:read", town="acv-051")
EVERYWHERE = caller("evaluator", *ALL)
BODY: dict[str, Any] = CallForBidsIn.model_json_schema()["examples"][0]
MOTIVE = {"motive": "Décidé par les deux parties"}
LATER = {"closes_at": "2100-04-20T16:00:00Z", **MOTIVE}
SEEN = {"If-Match": "*"}
ORGANISATION = "0198c0de-0000-7000-8000-00000000b0d7"
NOWHERE = "/v1/calls/0198c0de-0000-7000-8000-00000000beef"


async def drafted(desk: Towns, **changes: Any) -> str:
    """Begin a call; return its path."""
    return await desk.made("/v1/calls", DIRECTORATE, BODY | changes)


async def act(
    desk: Towns, path: str, noun: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    """Do an act as a party, with what it usually says."""
    said = {
        "publication": None,
        "extension": LATER,
        "attachment": {"body": "cnam", "organisation_id": ORGANISATION},
    }.get(noun, MOTIVE)
    return await desk.ask("POST", f"{path}/{noun}", CNAM, json=said if body is None else body)


async def brought(desk: Towns, path: str, *nouns: str) -> httpx.Response:
    """Do acts one after the other, all of which succeed; return the last answer."""
    answers = [await act(desk, path, noun) for noun in nouns]
    for answer in answers:
        assert answer.status_code == 201, answer.text
    return answers[-1]


async def published(desk: Towns, **changes: Any) -> str:
    """Publish a call that nothing is missing from; return its path."""
    path = await drafted(desk, **changes)
    await brought(desk, path, "publication")
    return path


async def past_its_day(url: str, path: str) -> None:
    """Let a published call reach its closing, as time would."""
    now = datetime.now(UTC)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "UPDATE towns.call SET opens_at = $1, priority_ends_at = $2, closes_at = $3"
            " WHERE id = $4",
            now - timedelta(days=30),
            now - timedelta(days=20),
            now - timedelta(seconds=1),
            path.rsplit("/", 1)[1],
        )
    finally:
        await connection.close()


async def shown(desk: Towns, path: str, who: Any = CNAM) -> dict[str, Any]:
    """Return what a caller is shown at a path."""
    answer = await desk.ask("GET", path, who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
