"""The signed conventions that the list of the programme tells of; their texts are not known."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import record
from chassis.identifiers import uuid7, uuid7_of
from services.towns.conventions.events import ConventionListed
from services.towns.conventions.tables import Convention, ConventionVersion
from services.towns.tables import Town

PHASE_2_FROM = date(2023, 1, 1)
"""A convention signed from this day on is one of phase 2: our reading of a list without phases."""


class Known(NamedTuple):
    """A signature that the list tells of."""

    acv_id: str
    phase: str
    signed_on: date
    confidence: str


def known(acv_id: str, *, listed: date | None, listed_2018: date | None) -> Iterator[Known]:
    """Yield what the dates of a town tell: that of the latest list, and that of October 2018.

    Where both are of phase 1 and differ the later source is kept, with less confidence.
    """
    second = listed is not None and listed >= PHASE_2_FROM
    first = listed_2018 if second else listed
    if first is not None:
        doubtful = listed_2018 is not None and listed_2018 != first
        yield Known(acv_id, "acv1", first, "medium" if doubtful else "high")
    if listed is not None and second:
        yield Known(acv_id, "acv2", listed, "medium")


def known_id(fact: Known) -> UUID:
    """Return the id of the convention that the list tells of."""
    return uuid7_of(fact.signed_on, f"conventions/{fact.acv_id}/{fact.phase}")


async def load_known(session: AsyncSession, *, vintage: str) -> None:
    """Keep the known signatures; what the parties stated themselves stays as they stated it."""
    source = f"ANCT, Programme Action cœur de ville, {vintage}"
    rows = await session.execute(
        select(Town.acv_id, Town.name, Town.convention_signed_on, Town.convention_signed_on_2018)
    )
    held = {(one.acv_id, one.phase): one for one in await session.scalars(_SIGNED)}
    for acv_id, name, listed, listed_2018 in rows:
        for fact in known(acv_id, listed=listed, listed_2018=listed_2018):
            found = held.get((acv_id, fact.phase))
            if found is None:
                await _keep(session, fact, name=name, source=source)
            elif found.source is not None and found.signed_on != fact.signed_on:
                await _correct(session, found, fact=fact, source=source)


_SIGNED = select(Convention).where(Convention.signed_on.is_not(None))


async def _keep(session: AsyncSession, fact: Known, *, name: str, source: str) -> None:
    convention = Convention(
        **{**fact._asdict(), "id": known_id(fact), "source": source, "version": 1},
        title=f"Convention Action cœur de ville : {name}",
    )
    session.add(convention)
    await session.flush()
    session.add(
        ConventionVersion(
            id=uuid7(),
            convention_id=convention.id,
            number=1,
            purpose="initial",
            status="signed",
            organisations=[],
            signed_on=fact.signed_on,
            effective_on=fact.signed_on,
            prolonged=False,
            version=1,
        )
    )
    await _tell(session, convention)


async def _correct(
    session: AsyncSession, convention: Convention, *, fact: Known, source: str
) -> None:
    convention.signed_on, convention.confidence = fact.signed_on, fact.confidence
    convention.source, convention.updated_at = source, func.now()
    convention.version += 1
    of_first = (ConventionVersion.convention_id == convention.id) & (ConventionVersion.number == 1)
    days = {"signed_on": fact.signed_on, "effective_on": fact.signed_on}
    await session.execute(update(ConventionVersion).where(of_first).values(**days))
    await _tell(session, convention)


async def _tell(session: AsyncSession, convention: Convention) -> None:
    await session.flush()
    fact = ConventionListed(
        id=convention.id, acv_id=convention.acv_id, number=1, version=convention.version
    )
    await record(session, fact)
