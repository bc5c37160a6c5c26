"""How a test asks for access, judges a request, and collects its credentials."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text

from chassis.database import Database
from gateway.partners.access_requests.contract import AccessReceipt
from tests.partners.callers import Caller, public_jwk

MOTIVE = "Suivre les actions de notre ville"


def a_request(**changes: Any) -> dict[str, Any]:
    """What a new town asks for, with a mere secret."""
    asked = {
        "organisation": {"kind": "commune", "name": "Ville de Vitré", "siret": "73282932000074"},
        "client_name": "Outil de suivi",
        "environment": "sandbox",
        "authentication": "client_secret_basic",
        "scopes": ["partners:read", "partners:write"],
        "perimeter": [an_area("town", "35360")],
        "motive": MOTIVE,
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}


def a_signing_request(**changes: Any) -> dict[str, Any]:
    """The same with a public key."""
    return a_request(authentication="private_key_jwt", jwk=public_jwk()) | changes


async def asked(registry: httpx.AsyncClient, body: dict[str, Any]) -> AccessReceipt:
    answer = await registry.post("/v1/access-requests", json=body)
    assert answer.status_code == 201, answer.text
    return AccessReceipt.model_validate_json(answer.content)


async def judged(
    registry: httpx.AsyncClient, receipt: AccessReceipt, *, by: Caller, verdict: str = "approved"
) -> httpx.Response:
    return await registry.post(
        f"/v1/access-requests/{receipt.id}/opinions",
        json={"verdict": verdict, "motive": "Demande conforme"},
        headers=by.bearer(),
    )


async def collected(
    registry: httpx.AsyncClient, receipt: AccessReceipt, **headers: str
) -> httpx.Response:
    return await registry.post(
        f"/v1/access-requests/{receipt.id}/credentials",
        json={"claim": receipt.claim},
        headers=headers,
    )


async def scalar(database: Database, question: str) -> Any:
    async with database.writing() as session:
        return await session.scalar(text(question))


def an_area(dimension: str, value: str, **changes: str) -> dict[str, str]:
    return {"dimension": dimension, "value": value, "valid_from": "2026-01-02"} | changes


async def acts(database: Database) -> list[tuple[str, str, str | None]]:
    """What callers did: the name of each fact, who did it, and why."""
    told = "SELECT name, actor, reason FROM gateway.event WHERE client <> 'system'"
    async with database.writing() as session:
        found = await session.execute(text(f"{told} ORDER BY sequence"))
        return [(name, actor, reason) for name, actor, reason in found]


async def heard(
    registry: httpx.AsyncClient, headers: dict[str, str], *, least: int
) -> list[dict[str, Any]]:
    """What the feed tells a caller, once it tells `least` facts: a running change holds it back."""
    async with asyncio.timeout(20):
        while True:
            answer = await registry.get("/v1/events/gateway?limit=200", headers=headers)
            told: list[dict[str, Any]] = answer.json()["items"]
            if len(told) >= least:
                return told
            await asyncio.sleep(0.05)
