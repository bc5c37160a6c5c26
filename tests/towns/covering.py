"""Sites, calls and bids as their own aggregates would leave them, for tests of coverage."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from chassis.identifiers import uuid7
from tests.callers import caller

SITE = """
INSERT INTO towns.site (id, name, sort_name, words, insee_code, schemes, rooms, equipment, contacts,
  status, confidence, source_url, version)
VALUES ($1, 'Site', 'site', '{}', $2, '{}', '[]', '{}', '[]', $3, 'high', 'https://a.example', 1)
"""
EVENT = """
INSERT INTO towns.site_event (id, site_id, number, kind, status, effect_on, latest_on, precision,
  confidence)
VALUES ($1, $2, $3, 'told', $4, $5, $6, $7, 'high')
"""
PREMISES = """
INSERT INTO towns.site_premises (id, site_id, number, insee_code, lon, lat, valid_from, precision,
  confidence)
VALUES ($1, $2, $3, $4, $5, $6, $7::date, CASE WHEN $7::date IS NULL THEN NULL ELSE 'day' END,
  'high')
"""
CALL = """
INSERT INTO towns.call (id, wave, name, mode, status, criteria, evidence, faults, author,
  confidence, source_url, version)
VALUES ($1, 1, 'Vague', 'live', $2, '[]', '[]', '{}', 'ministry', $3, $4, 1)
"""
BODY = """
INSERT INTO towns.call_body (call_id, body, position, label, organisation_id)
VALUES ($1, 'adcf', 1, 'Intercommunalités', $2)
"""
BID = """
INSERT INTO towns.application (id, call_id, carriers, lead_code, lead_codes, town_codes,
  epci_sirens, department_codes, region_codes, outside, title, folded_title, draft, missing,
  submitted, submitted_number, submitted_at, asked, author, status, version)
VALUES ($1, $2, '[]', '51108', '{51108,acv-051}', '{51108,acv-051}', '{}', '{51}', '{44}', false,
  'Un site à Châlons', 'un site a chalons', '{}', '[]', $3,
  CASE WHEN $3::json IS NULL THEN 0 ELSE 1 END, CASE WHEN $3::json IS NULL THEN NULL ELSE now() END,
  '[]', 'commune', $4, 1)
"""

DIRECTORATE = caller(
    "acv_directorate", "applications:assess", "applications:read", "calls:read", name="acv"
)
ADCF = UUID("0198c0de-0000-7000-8000-0000000adcf0")
PANEL_BODY = caller("panel_body", "applications:assess", "applications:read", name=str(ADCF))


class Holder:
    """The database, for what other aggregates keep."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def site(
        self, insee_code: str, *told: tuple[str | None, str | None], status: str = "open"
    ) -> UUID:
        """Keep a site with its history: each status with its day, month or nothing."""
        site_id = uuid7()
        await self._connection.execute(SITE, site_id, insee_code, status)
        for number, (reached, since) in enumerate(told or [(status, "2021-09-01")], start=1):
            await self._connection.execute(EVENT, uuid7(), site_id, number, reached, *_known(since))
        return site_id

    async def premises(
        self, site_id: UUID, number: int, *, insee_code: str, point: Any, since: date | None
    ) -> None:
        """Put a site somewhere from a day on."""
        lon, lat = point or (None, None)
        await self._connection.execute(
            PREMISES, uuid7(), site_id, number, insee_code, lon, lat, since
        )

    async def call(self, status: str = "published") -> UUID:
        """Keep a call: one that is no draft is told by a public source."""
        call_id = uuid7()
        source = (None, None) if status == "draft" else ("high", "https://a.example")
        await self._connection.execute(CALL, call_id, status, *source)
        return call_id

    async def panel(self, call_id: UUID, organisation: UUID) -> None:
        """Attach an organisation to the panel of a call."""
        await self._connection.execute(BODY, call_id, organisation)

    async def bid(self, call_id: UUID, *, place: str | None, status: str = "submitted") -> UUID:
        """Keep a bid of Châlons for a site at a place; without one it was never submitted."""
        bid_id = uuid7()
        said = None if place is None else json.dumps({"places": [{"insee_code": place}]})
        status = "draft" if place is None else status
        await self._connection.execute(BID, bid_id, call_id, said, status)
        return bid_id

    async def count(self, table: str) -> int:
        """Return how many rows a table of the service holds."""
        found: int = await self._connection.fetchval(f"SELECT count(*) FROM towns.{table}")
        return found


def _known(since: str | None) -> tuple[date | None, date | None, str | None]:
    """Return the first day, the last day and the precision of what is known."""
    if since is None:
        return None, None, None
    if len(since) == len("2021-09"):
        return date.fromisoformat(f"{since}-01"), date.fromisoformat(f"{since}-30"), "month"
    return date.fromisoformat(since), date.fromisoformat(since), "day"


NO_SITES = """
SET session_replication_role = replica;
DELETE FROM towns.site_event; DELETE FROM towns.site_premises; DELETE FROM towns.site;
SET session_replication_role = origin
"""
"""The known sites go, though their history refuses it: tests count their own."""


@asynccontextmanager
async def holding(url: str) -> AsyncIterator[Holder]:
    """Yield what keeps things in a database of a test, where there is no site yet."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(NO_SITES)
        yield Holder(connection)
    finally:
        await connection.close()
