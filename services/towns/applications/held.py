"""What an act on a bid holds while it lasts, and how its outcome is kept and told."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identity import Place, Reach, refuse_outside
from services.towns.applications.errors import ApplicationNotFound
from services.towns.applications.places import OF_APPLICATIONS, OF_LEAD, place_of
from services.towns.applications.rules import Grid
from services.towns.applications.tables import Application, ApplicationStep
from services.towns.calls.terms import Terms


class Written(NamedTuple):
    """A bid as an act left it."""

    id: UUID
    call_id: UUID
    status: str
    submitted_number: int
    missing: list[dict[str, Any]]
    version: int


def grid_of(terms: Terms) -> Grid:
    """Return what the rules of a call ask of a bid."""
    return Grid(
        criteria=tuple(criterion.code for criterion in terms.criteria),
        evidence=tuple(item.code for item in terms.evidence),
        required=terms.required_evidence,
    )


async def held(session: WriteSession, application_id: UUID, *, reach: Reach) -> Application:
    """Return a bid within the caller's reach: one act on it at a time.

    Raises:
        ApplicationNotFound: none that the caller may know of has this id.
        OutsidePerimeter: the caller may know of it only: partners of a joint bid read.
    """
    asked = select(Application).where(Application.id == application_id)
    bid = await session.scalar(asked.with_for_update(key_share=True))
    if bid is None:
        raise ApplicationNotFound
    known = Reach(reach.known, changed=None)
    known.check(
        await place_of(session, application_id, OF_APPLICATIONS), missing=ApplicationNotFound
    )
    refuse_outside(reach.changed, await place_of(session, application_id, OF_LEAD))
    return bid


async def stepped(
    session: WriteSession,
    bid: Application,
    act: str,
    *,
    by: str,
    motive: str | None = None,
    asked: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Add an act to the history of a bid that is locked."""
    done = select(func.count()).where(ApplicationStep.application_id == bid.id)
    session.add(
        ApplicationStep(
            application_id=bid.id,
            number=(await session.execute(done)).scalar_one() + 1,
            act=act,
            status=bid.status,
            submitted_number=bid.submitted_number,
            motive=motive,
            asked=list(asked),
            organisation=by,
        )
    )


async def told(
    session: WriteSession,
    bid: Application,
    fact: type[Event],
    *,
    place: Place | None = None,
    **more: Any,
) -> Written:
    """Tell of a bid those who may know of it now, or who lie at `place`; return what it is."""
    await session.flush()
    written = Written(*[getattr(bid, name) for name in Written._fields])
    facts = {name: value for name, value in written._asdict().items() if name != "missing"}
    where = place or await place_of(session, bid.id, OF_APPLICATIONS)
    await record(session, fact(**facts, **more), place=where)
    return written


async def kept(
    session: WriteSession,
    bid: Application,
    fact: type[Event],
    *,
    place: Place | None = None,
    **more: Any,
) -> Written:
    """Count a change of a bid, and tell it."""
    bid.version += 1
    bid.updated_at = func.now()
    return await told(session, bid, fact, place=place, **more)
