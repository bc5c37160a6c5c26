"""The waves of the past that public sources tell of; their rules are not known."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import record
from chassis.identifiers import uuid7
from services.towns.calls.events import CallListed
from services.towns.calls.places import place_of
from services.towns.calls.tables import Call, CallMilestone

_AUTHOR = "system"


async def load_waves(session: AsyncSession) -> None:
    """Keep a decided call for each wave whose selection was announced, with its last source."""
    known = await session.scalars(_SELECTIONS)
    told = {milestone.wave: milestone for milestone in known}
    held = {call.wave: call for call in await session.scalars(_KNOWN)}
    for wave, milestone in told.items():
        call = held.get(wave) or _begun(session, wave)
        source = (milestone.confidence, milestone.source_url)
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


def _begun(session: AsyncSession, wave: int) -> Call:
    nothing = {"criteria": [], "evidence": [], "faults": [], "version": 0}
    call = Call(
        id=uuid7(),
        wave=wave,
        name=f"Vague {wave}",
        mode="live",
        status="decided",
        author=_AUTHOR,
        **nothing,
    )
    session.add(call)
    return call


async def _tell(session: AsyncSession, call: Call) -> None:
    await session.flush()
    fact = CallListed(id=call.id, status=call.status, ruleset_sha256=None, version=call.version)
    await record(session, fact, place=place_of(call))
