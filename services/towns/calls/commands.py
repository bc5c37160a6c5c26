"""What the parties do to calls: each act holds the call, decides, keeps, tells."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identifiers import uuid7
from chassis.identity import Limits, Reach, refuse_outside
from chassis.preconditions import Condition
from chassis.workflow import moved
from services.towns.calls import events, rules
from services.towns.calls.errors import CallNotFound
from services.towns.calls.held import Held, held, last_ruleset
from services.towns.calls.places import OF_A_DRAFT, place_of
from services.towns.calls.rules import STEPS, Deadlines, Details
from services.towns.calls.ruleset import digest, frozen
from services.towns.calls.tables import Call, CallBody, CallRuleset
from services.towns.calls.wholeness import check_publication, extended, faults


class Written(NamedTuple):
    """A call as an act left it."""

    id: UUID
    status: str
    ruleset_sha256: str | None
    version: int


async def create(
    session: WriteSession, asked: Details, *, author: str, limits: Limits | None
) -> Written:
    """Keep a new draft."""
    refuse_outside(limits, OF_A_DRAFT)
    call = Call(id=uuid7(), status="draft", author=author, version=0)
    write(call, asked)
    session.add(call)
    await session.flush()
    found = Held(call, [], await now(session))
    await _seat(session, found, asked)
    return await _saved(session, found, events.CallDrafted)


async def change(
    session: WriteSession,
    call_id: UUID,
    *,
    changed: Callable[[Details], Details],
    seen: Condition,
    reach: Reach,
) -> Written:
    """Change a draft as `changed` says, if the caller saw it as it is."""
    found = await _reached(session, call_id, reach)
    seen.met(found.call.version)
    found.call.status = moved(STEPS, found.standing, act="change_call")
    asked = changed(found.details())
    write(found.call, asked)
    await _seat(session, found, asked)
    return await _saved(session, found, events.CallChanged)


async def publish(session: WriteSession, call_id: UUID, *, by: str, reach: Reach) -> Written:
    """Publish a draft whose rules are whole; they are frozen."""
    found = await _reached(session, call_id, reach)
    call = found.call
    call.status = moved(STEPS, found.standing, act="publish_call")
    check_publication(tuple(call.faults), closes_at=call.closes_at, now=found.now)
    call.published_by, call.published_at = by, found.now
    await _freeze(session, found, motive=None, by=by)
    return await _saved(session, found, events.CallPublished)


async def extend(
    session: WriteSession, call_id: UUID, *, asked: Deadlines, motive: str, by: str, reach: Reach
) -> Written:
    """Move deadlines of a published call later: another rule set, with the motive."""
    found = await _reached(session, call_id, reach)
    found.call.status = moved(STEPS, found.standing, act="extend_call")
    for name, value in extended(found.details(), asked).items():
        setattr(found.call, name, value)
    await _freeze(session, found, motive=motive, by=by)
    return await _saved(session, found, events.CallExtended)


async def close(
    session: WriteSession, call_id: UUID, *, motive: str, by: str, reach: Reach
) -> Written:
    """Take no bid any more, before the day of the closing."""
    found = await _reached(session, call_id, reach)
    call = found.call
    call.status = moved(STEPS, found.standing, act="close_call")
    call.closed_by, call.closed_at, call.closure_motive = by, found.now, motive
    return await _saved(session, found, events.CallClosed)


async def conclude(
    session: WriteSession, call_id: UUID, *, motive: str, by: str, reach: Reach
) -> Written:
    """Say that all is decided."""
    found = await _reached(session, call_id, reach)
    call = found.call
    call.status = moved(STEPS, found.standing, act="conclude_call")
    call.decided_by, call.decided_at, call.conclusion_motive = by, found.now, motive
    return await _saved(session, found, events.CallDecided)


async def cancel(
    session: WriteSession, call_id: UUID, *, motive: str, by: str, reach: Reach
) -> Written:
    """Give a call up; what was published stays public."""
    found = await _reached(session, call_id, reach)
    call = found.call
    call.status = moved(STEPS, found.standing, act="cancel_call")
    call.cancelled_by, call.cancelled_at, call.cancellation_motive = by, found.now, motive
    return await _saved(session, found, events.CallCancelled)


async def attach(
    session: WriteSession, call_id: UUID, *, body: str, organisation_id: UUID | None, reach: Reach
) -> Written:
    """Let an organisation of the registry sit for a body of the panel, or nobody any more."""
    found = await _reached(session, call_id, reach)
    moved(STEPS, found.standing, act="attach_call_body")
    asked = None if organisation_id is None else str(organisation_id)
    rules.check_seat(found.details().panel, body, organisation_id=asked)
    (seat,) = [one for one in found.panel if one.body == body]
    seat.organisation_id = organisation_id
    told = {"body": body, "organisation_id": organisation_id}
    return await _saved(session, found, events.CallBodyAttached, **told)


def write(call: Call, asked: Details) -> None:
    """Put what is asked for into a call, beside what keeps it from being published."""
    rules.check_names(asked)
    for part in fields(Details):
        if part.name != "panel":
            setattr(call, part.name, getattr(asked, part.name))
    call.criteria = [asdict(one) for one in asked.criteria]
    call.evidence = [asdict(one) for one in asked.evidence]
    call.faults = list(faults(asked))


async def _seat(session: WriteSession, found: Held, asked: Details) -> None:
    """Keep the bodies of the panel; those that stay keep their organisations."""
    held_seats = {row.body: row for row in found.panel}
    for position, one in enumerate(asked.panel):
        row = held_seats.pop(one.body, None)
        if row is None:
            row = CallBody(call_id=found.call.id, body=one.body)
            session.add(row)
        row.position, row.label = position, one.label
    for gone in held_seats.values():
        await session.delete(gone)


async def _freeze(session: WriteSession, found: Held, *, motive: str | None, by: str) -> None:
    last = await last_ruleset(session, found.call.id)
    number = 1 if last is None else last.number + 1
    document = frozen(found.details(), call_id=str(found.call.id), number=number)
    session.add(
        CallRuleset(
            call_id=found.call.id,
            number=number,
            sha256=digest(document),
            document=document,
            motive=motive,
            made_by=by,
        )
    )
    await session.flush()


async def _saved(
    session: WriteSession, found: Held, told: Callable[..., Event], **more: Any
) -> Written:
    call = found.call
    call.version += 1
    call.updated_at = func.now()
    last = await last_ruleset(session, call.id)
    written = Written(call.id, call.status, None if last is None else last.sha256, call.version)
    await record(session, told(**written._asdict(), **more), place=place_of(call))
    return written


async def _reached(session: WriteSession, call_id: UUID, reach: Reach) -> Held:
    found = await held(session, call_id, lock="alone")
    reach.check(place_of(found.call), missing=CallNotFound)
    return found
