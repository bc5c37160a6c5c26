"""From a code to what became of it."""

from datetime import UTC, date, datetime
from typing import Any

from chassis.database import ReadPool
from services.towns.succession import store
from services.towns.succession.contract import Fate, Heir, TerritoryKind
from services.towns.succession.errors import CodeSucceeded

_COLLECTIONS = {"commune": "communes", "epci": "epcis"}


def today() -> date:
    """Return the day, UTC."""
    return datetime.now(UTC).date()


async def successors(pool: ReadPool, kind: str, *, code: str, as_of: date) -> list[Heir]:
    """Return in which territories a code goes on, on a day; none if nothing is known of its end."""
    made = store.ONWARD
    values = {"kind": kind, "code": code, "as_of": as_of}
    found = await pool.fetch(made.sql, *made.arguments(values))
    collection = _COLLECTIONS[kind]
    return [
        Heir(code=row["code"], href=f"/v1/{collection}/{row['code']}", share=row["share"])
        for row in found
    ]


async def refuse_succeeded(pool: ReadPool, kind: str, *, code: str, collection: str = "") -> None:
    """Refuse a code that ended, naming its successors: for reads that found nothing.

    Raises:
        CodeSucceeded: it did; `collection` is where the caller looks for them.
    """
    found = await successors(pool, kind, code=code, as_of=today())
    if found:
        told: list[dict[str, Any]] = [heir.model_dump() for heir in found]
        if collection:
            told = [heir | {"href": f"/v1/{collection}/{heir['code']}"} for heir in told]
        raise CodeSucceeded(code, successors=told)


async def fate(pool: ReadPool, kind: TerritoryKind, *, code: str, as_of: date) -> Fate:
    """Return what became of a code up to a day."""
    alive, before = store.LIVING[kind], store.PREDECESSORS
    values = {"kind": kind, "code": code, "as_of": as_of}
    living = await pool.fetch(alive.sql, *alive.arguments({"codes": [code]}))
    found = await pool.fetch(before.sql, *before.arguments(values))
    return Fate(
        kind=kind,
        code=code,
        living=bool(living),
        as_of=as_of,
        successors=await successors(pool, kind, code=code, as_of=as_of),
        predecessors=[row["predecessor_code"] for row in found],
    )
