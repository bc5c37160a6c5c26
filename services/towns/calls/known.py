"""The waves of the past that public sources tell of; their rules are not known."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import record
from chassis.identifiers import uuid7_of
from services.towns.calls.events import CallListed
from services.towns.calls.tables import Call, CallMilestone

_AUTHOR = "system"


async def load_waves(session: AsyncSession) -> None:
    """Keep a decided call for each wave whose selection was announced, with its last source."""
    selections = list(await session.scalars(_SELECTIONS))
    first = {told.wave: told for told in reversed(selections)}
    last = {told.wave: told for told in selections}
    held = {call.wave: call for call in await session.scalars(_KNOWN)}
    for wave, told in last.items():
        call = held.get(wave) or _begun(session, first[wave])
        source = (told.confidence, told.source_url)
        if (call.confidence, call.source_url) != source:
            call.confidence, call.source_url = source
            call.version += 1
            call.updated_at = func.now()
            await _tell(session, call)


_SELECTIONS = (
    select(CallMilestone)
    .where(CallMilestone.kind == "selection-announced")
    .order_by(CallMilestone.dated)
)
_KNOWN = select(Call).where(Call.source_url.is_not(None))


def known_id(selection: CallMilestone) -> UUID:
    """Return the id of the call whose first selection was announced then: a day, or a month."""
    day = date.fromisoformat(f"{selection.dated}-01"[:10])
    return uuid7_of(day, f"calls/{selection.wave}")


def _begun(session: AsyncSession, selection: CallMilestone) -> Call:
    call = Call(
        id=known_id(selection),
        wave=selection.wave,
        name=f"Vague {selection.wave}",
        mode="live",
        status="decided",
        author=_AUTHOR,
        criteria=[],
        evidence=[],
        faults=[],
        version=0,
    )
    session.add(call)
    return call


async def _tell(session: AsyncSession, call: Call) -> None:
    await session.flush()
    fact = CallListed(id=call.id, status=call.status, ruleset_sha256=None, version=call.version)
    await record(session, fact)
