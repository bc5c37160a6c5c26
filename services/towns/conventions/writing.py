"""The act that writes the action of a Cnam site into a convention."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from chassis.identity import Reach
from services.towns.conventions.checks import check_days
from services.towns.conventions.errors import CnamActionNotReady, CnamActionWritten
from services.towns.conventions.events import ConventionActionWritten
from services.towns.conventions.held import Held, held
from services.towns.conventions.tables import ConventionCnamAction, ConventionVersion
from services.towns.conventions.writing_rules import Bid, Sheet, check_writing
from services.towns.sites.linking import linked, write


class Written(NamedTuple):
    """An action as it was written."""

    convention_id: UUID
    site_id: UUID
    number: int
    action_number: str
    effective_on: date


class Asked(NamedTuple):
    """Which sheet of which version is to be that of which site; without number: the last signed."""

    site_id: UUID
    action_number: str
    number: int | None
    effective_on: date | None
    motive: str | None


async def write_action(
    session: WriteSession, convention_id: UUID, *, asked: Asked, reach: Reach, by: str
) -> Written:
    """Write the action of a site into a signed version; refused with all that is missing."""
    found = await held(session, convention_id, reach=reach)
    version = _version(found, asked.number)
    site = await linked(session, asked.site_id)
    check_writing(
        None if site is None else Bid(site.site.status, site.selected, site.towns),
        Sheet(
            found.convention.acv_id,
            asked.action_number,
            None if version is None else version.signed_on,
            None if version is None else version.content,
        ),
    )
    if version is None or site is None or version.effective_on is None:
        raise CnamActionNotReady
    effect = asked.effective_on or version.effective_on
    check_days({"/effective_on": [(version.effective_on, effect)]})
    await _check_new(session, version, site_id=asked.site_id)
    written = Written(convention_id, asked.site_id, version.number, asked.action_number, effect)
    said = written._asdict()
    del said["number"]
    session.add(
        ConventionCnamAction(
            **said, id=uuid7(), version_id=version.id, motive=asked.motive, author=by
        )
    )
    await _tell(session, found, written=written)
    await write(session, site.site)
    return written


def _version(found: Held, number: int | None) -> ConventionVersion | None:
    if number is None:
        return found.base
    return next((one for one in found.versions if one.number == number), None)


async def _check_new(session: WriteSession, version: ConventionVersion, *, site_id: UUID) -> None:
    same = select(ConventionCnamAction.id).where(ConventionCnamAction.version_id == version.id)
    if await session.scalar(same.where(ConventionCnamAction.site_id == site_id)) is not None:
        raise CnamActionWritten


async def _tell(session: WriteSession, found: Held, *, written: Written) -> None:
    convention = found.convention
    convention.version += 1
    convention.updated_at = func.now()
    await session.flush()
    fact = ConventionActionWritten(
        id=convention.id,
        acv_id=convention.acv_id,
        number=written.number,
        version=convention.version,
        site_id=written.site_id,
        action_number=written.action_number,
    )
    await record(session, fact)
