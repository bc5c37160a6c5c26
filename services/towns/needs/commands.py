"""What partners do to needs."""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.clock import today
from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.external_ids import OwnId
from chassis.identifiers import uuid7
from chassis.identity import Limits, Place, Reach, refuse_outside
from chassis.preconditions import Condition
from chassis.workflow import moved
from services.towns.needs import store
from services.towns.needs.errors import NeedNotFound
from services.towns.needs.events import (
    NeedChanged,
    NeedCovered,
    NeedDeclared,
    NeedQualified,
    NeedWithdrawn,
)
from services.towns.needs.rules import (
    STEPS,
    Details,
    aged,
    check,
    check_change,
    check_coverage,
    standing,
)
from services.towns.needs.tables import Need
from services.towns.territories import place_of_epci, place_of_town


class Written(NamedTuple):
    """A need as a change left it."""

    id: UUID
    acv_id: str | None
    epci_siren: str | None
    status: str
    version: int

    @property
    def aged(self) -> str:
        """What its tag adds to its version."""
        return aged(self.status)


async def declare(
    session: WriteSession, asked: Details, *, author: str, limits: Limits | None
) -> Written:
    """Keep a new need of a territory."""
    need = await _new(session, asked, author=author, limits=limits)
    session.add(need)
    return await _told_new(session, need)


async def replace(
    session: WriteSession,
    asked: Details,
    *,
    own: OwnId,
    seen: Condition,
    limits: Limits | None,
) -> tuple[Written, bool]:
    """Have the need that its author calls so say what is asked; tell whether it is new."""
    while (need := await store.locked_by(session, own)) is None:
        fresh = await _new(session, asked, author=own.organisation, limits=limits)
        seen.met_by_nothing()
        if await store.claimed(session, own, fresh):
            return await _told_new(session, fresh), True
    refuse_outside(limits, await _place(session, details_of(need)))
    status = _standing(need, await today(session))
    seen.met(need.version, aged(status))
    if details_of(need) == asked:
        return written_of(need)._replace(status=status), False
    return await rewrite(session, need, asked), False


async def change(
    session: WriteSession,
    need_id: UUID,
    *,
    changed: Callable[[Details], Details],
    seen: Condition,
    reach: Reach,
) -> Written:
    """Change a need as `changed` says, if the caller saw it as it is."""
    need = await _reached(session, need_id, reach)
    seen.met(need.version, aged(_standing(need, await today(session))))
    return await rewrite(session, need, changed(details_of(need)))


async def rewrite(session: WriteSession, need: Need, asked: Details) -> Written:
    """Make a locked need say what is asked; its qualification goes, for it was of another need."""
    day = await today(session)
    status = _moved(need, day, act="change_need")
    check_change(details_of(need), asked, today=day)
    for name, value in asdict(asked).items():
        setattr(need, name, value)
    need.qualified_by = need.qualified_at = need.qualification_motive = None
    return await _saved(session, need, NeedChanged, status=status)


async def qualify(
    session: WriteSession, need_id: UUID, *, motive: str, by: str, reach: Reach
) -> Written:
    """Say that a need stands, and why."""
    need = await _reached(session, need_id, reach)
    status = _moved(need, await today(session), act="qualify_need")
    need.qualified_by, need.qualification_motive = by, motive
    need.qualified_at = func.now()
    return await _saved(session, need, NeedQualified, status=status)


async def cover(
    session: WriteSession,
    need_id: UUID,
    *,
    url: str | None,
    reference: str | None,
    by: str,
    reach: Reach,
) -> Written:
    """Say what answers a need."""
    need = await _reached(session, need_id, reach)
    status = _moved(need, await today(session), act="cover_need")
    check_coverage(url, reference)
    need.covered_by, need.coverage_url, need.coverage_reference = by, url, reference
    need.covered_at = func.now()
    return await _saved(session, need, NeedCovered, status=status)


async def withdraw(
    session: WriteSession, need_id: UUID, *, motive: str, by: str, reach: Reach
) -> Written:
    """Take a need back."""
    need = await _reached(session, need_id, reach)
    status = _moved(need, await today(session), act="withdraw_need")
    need.withdrawn_by, need.withdrawal_motive = by, motive
    need.withdrawn_at = func.now()
    return await _saved(session, need, NeedWithdrawn, status=status)


def details_of(need: Need) -> Details:
    """Return what a need says."""
    held = {part.name: getattr(need, part.name) for part in fields(Details)}
    once = {name: tuple(held[name]) for name in ("rome_codes", "skills")}
    return Details(**(held | once))


def written_of(need: Need) -> Written:
    """Return a need as it is."""
    return Written(*[getattr(need, name) for name in Written._fields])


async def _new(
    session: WriteSession, asked: Details, *, author: str, limits: Limits | None
) -> Need:
    check(asked, today=await today(session))
    refuse_outside(limits, await _place(session, asked))
    return Need(**asdict(asked), id=uuid7(), author=author, status="declared", version=1)


async def _told_new(session: WriteSession, need: Need) -> Written:
    written = written_of(need)
    await record(session, NeedDeclared(**written._asdict()))
    return written


async def _saved(
    session: WriteSession, need: Need, told: Callable[..., Event], *, status: str
) -> Written:
    need.status = status
    need.version += 1
    need.updated_at = func.now()
    written = written_of(need)
    await record(session, told(**written._asdict()))
    return written


async def _reached(session: WriteSession, need_id: UUID, reach: Reach) -> Need:
    need = await store.locked(session, need_id)
    reach.check(await _place(session, details_of(need)), missing=NeedNotFound)
    return need


async def _place(session: WriteSession, details: Details) -> Place:
    if details.acv_id is not None:
        return await place_of_town(session, details.acv_id)
    return await place_of_epci(session, str(details.epci_siren))


def _moved(need: Need, day: date, *, act: str) -> str:
    return moved(STEPS, _standing(need, day), act=act)


def _standing(need: Need, day: date) -> str:
    return standing(need.status, expires_on=need.expires_on, today=day)
