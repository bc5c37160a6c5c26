"""Conventions for tests: who acts, what a text says, and how far a convention is brought."""

from copy import deepcopy
from typing import Any

import httpx

from services.towns.conventions.text import EXAMPLE
from tests.callers import caller
from tests.towns.asking import Towns

HERE, THERE = "acv-051", "acv-002"
BOTH = ("conventions:read", "conventions:write")
APPROVES = ("conventions:read", "conventions:approve")
ITS_TOWN = caller("commune", *BOTH, town=HERE)
ITS_EPCI = caller("epci", *BOTH, epci="200066876")
OTHER_TOWN = caller("commune", *BOTH, name="other", town=THERE)
REGION = caller("region_prefecture", *APPROVES, region="44")
OTHER_REGION = caller("region_prefecture", *APPROVES, name="elsewhere", region="76")
DEPARTMENT = caller("department_prefecture", *APPROVES, department="51")
DIRECTORATE = caller("acv_directorate", *APPROVES)
CENTRE = caller("cnam_centre", "conventions:read", region="44")
COUNCIL = caller("region", "conventions:read", region="44")
EVALUATOR = caller("evaluator", "conventions:read")
ACT = {"organisation": "Commune de Châlons-en-Champagne", "reference": "D 12"}
ACTS = {"acts": [{**ACT, "decided_on": "2023-11-20"}]}
OBSERVED = {"observed_on": "2023-10-10", "observation": "Rien à redire", "validated": True}
SIGNED = {"signed_on": "2023-12-15"}
NOWHERE = "/v1/conventions/0198c0de-0000-7000-8000-00000000beef"


def a_text(**changes: Any) -> dict[str, Any]:
    """Return the text of a convention that nothing forbids to sign."""
    text = deepcopy(EXAMPLE)
    text["parties"][0] |= dict.fromkeys(("organisation_id", "act_reference", "act_decided_on"))
    return text | changes


def a_sheet(number: str, **changes: Any) -> dict[str, Any]:
    """Return an action sheet."""
    sheet: dict[str, Any] = deepcopy(EXAMPLE["action_sheets"][0])
    return sheet | {"number": number} | changes


async def drafted(desk: Towns, phase: str = "acv2", **changes: Any) -> str:
    """Begin a convention; return its path."""
    body = {"acv_id": HERE, "phase": phase, "content": a_text(**changes)}
    return await desk.made("/v1/conventions", ITS_TOWN, body)


async def act(
    desk: Towns, path: str, noun: str, body: dict[str, Any] | None = None
) -> httpx.Response:
    """Do an act as the one who usually does, with what it usually says."""
    who, said = {
        "observation": (REGION, OBSERVED),
        "deliberation": (ITS_TOWN, ACTS),
        "signature": (DEPARTMENT, SIGNED),
        "abandonment": (ITS_TOWN, {"reason": "given-up"}),
        "amendments": (ITS_TOWN, {"purpose": "other"}),
        "waivers": (DIRECTORATE, {"guard": "new-convention-late", "reason": "Accord écrit"}),
    }[noun]
    return await desk.ask("POST", f"{path}/{noun}", who, json=said if body is None else body)


async def brought(desk: Towns, path: str, *nouns: str, **bodies: dict[str, Any]) -> httpx.Response:
    """Do acts one after the other, all of which succeed; return the last answer."""
    answers = [await act(desk, path, noun, bodies.get(noun)) for noun in nouns]
    for answer in answers:
        assert answer.status_code == 201, answer.text
    return answers[-1]


TO_SIGNATURE = ("observation", "deliberation", "signature")


async def signed(desk: Towns, phase: str = "acv2", **changes: Any) -> str:
    """Bring a convention to its signature on 15 December 2023; return its path."""
    path = await drafted(desk, phase, **changes)
    await brought(desk, path, *TO_SIGNATURE)
    return path


async def amended(
    desk: Towns, path: str, *, signed_on: str, purpose: str = "other", **changes: Any
) -> None:
    """Bring an amendment with changes of the text to its signature."""
    await brought(desk, path, "amendments", amendments={"purpose": purpose})
    kept = await desk.ask(
        "PATCH", f"{path}/draft", ITS_TOWN, headers={"If-Match": '"1"'}, json=changes
    )
    assert kept.status_code == 200, kept.text
    await brought(desk, path, *TO_SIGNATURE, signature={"signed_on": signed_on})
