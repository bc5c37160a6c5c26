"""How the parties accompany a bid to a later call."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identity import Reach
from chassis.preconditions import Condition
from services.towns.applications.errors import UnknownCall
from services.towns.applications.held import held as held_bid
from services.towns.applications.tables import Application
from services.towns.calls.errors import CallNotFound
from services.towns.calls.terms import read_terms
from services.towns.decisions.errors import SupportPlanExists, SupportPlanNotFound
from services.towns.decisions.events import SupportPlanChanged, SupportPlanWritten
from services.towns.decisions.places import place_of_plan
from services.towns.decisions.rules import check_plan
from services.towns.decisions.tables import SupportPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """What a support plan says."""

    owner: str
    target_wave: int | None
    target_call_id: UUID | None
    items: list[dict[str, Any]]


class WrittenPlan(NamedTuple):
    """A plan as a change left it."""

    application_id: UUID
    version: int


async def planned(session: WriteSession, application_id: UUID) -> bool:
    """Tell whether a bid has a support plan."""
    return await session.get(SupportPlan, application_id) is not None


async def write(
    session: WriteSession, application_id: UUID, *, asked: Plan, by: str, reach: Reach
) -> WrittenPlan:
    """Write the support plan of a bid."""
    application = await held_bid(session, application_id, reach=reach)
    if await planned(session, application_id):
        raise SupportPlanExists
    await _check(session, application, asked)
    plan = SupportPlan(application_id=application_id, version=1, written_by=by, **asdict(asked))
    session.add(plan)
    return await _told(session, plan, SupportPlanWritten)


async def change(
    session: WriteSession,
    application_id: UUID,
    *,
    changed: Callable[[Plan], Plan],
    seen: Condition,
    reach: Reach,
) -> WrittenPlan:
    """Change the support plan of a bid as `changed` says, if the caller saw it as it is."""
    application = await held_bid(session, application_id, reach=reach)
    plan = await session.get(SupportPlan, application_id)
    if plan is None:
        raise SupportPlanNotFound
    seen.met(plan.version)
    held = Plan(plan.owner, plan.target_wave, plan.target_call_id, plan.items)
    asked = changed(held)
    await _check(session, application, asked)
    for name, value in asdict(asked).items():
        setattr(plan, name, value)
    plan.updated_at = func.now()
    plan.version += 1
    return await _told(session, plan, SupportPlanChanged)


async def _check(session: WriteSession, application: Application, asked: Plan) -> None:
    check_plan(
        application.status, target_wave=asked.target_wave, target_call_id=asked.target_call_id
    )
    if asked.target_call_id is not None:
        try:
            await read_terms(session, asked.target_call_id)
        except CallNotFound:
            raise UnknownCall from None


async def _told(session: WriteSession, plan: SupportPlan, fact: type[Event]) -> WrittenPlan:
    await session.flush()
    written = WrittenPlan(plan.application_id, plan.version)
    place = await place_of_plan(session, plan.application_id)
    await record(session, fact(**written._asdict()), place=place)
    return written
