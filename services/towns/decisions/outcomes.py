"""What a decision does to its bid: others than the parties are shown it once the embargo ends."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.workflow import moved
from services.towns.applications.rules import STEPS
from services.towns.applications.tables import Application, ApplicationStep

ACTS = {
    "selected": "select_application",
    "accompanied": "accompany_application",
    "refused": "refuse_application",
}
"""The act on the bid that each outcome is."""
REVOCATION = "revoke_application_decision"
WITHDRAWN = "withdrawn"
"""A lead who may not know yet that its bid is decided may withdraw it: the decision stays."""


def after(status: str, outcome: str) -> str:
    """Return the status of a bid after a decision.

    Raises:
        IllegalTransition: the bid cannot be decided on.
    """
    return moved(STEPS, status, act=ACTS[outcome])


class Outcome(NamedTuple):
    """What was decided on a bid, why, by whom, and from when on others than the parties know."""

    outcome: str
    motive: str
    by: str
    decided_at: datetime
    told_at: datetime


async def put(session: WriteSession, application: Application, decided: Outcome) -> None:
    """Put an outcome on a bid; its version does not move before it is told."""
    application.status = after(application.status, decided.outcome)
    application.decided_at = decided.decided_at
    application.decision_told_at = told_at = decided.told_at
    if told_at <= decided.decided_at:
        _count(application)
    act, motive, by = ACTS[decided.outcome], decided.motive, decided.by
    await _step(session, application, act=act, motive=motive, by=by, told_at=told_at)


async def take_back(
    session: WriteSession, application: Application, *, motive: str, by: str, now: datetime
) -> None:
    """Take the outcome of a bid back: it is examined again, unless its lead withdrew it since."""
    if application.status == WITHDRAWN:
        return
    application.status = moved(STEPS, application.status, act=REVOCATION)
    told_at = max(application.decision_told_at or now, now)
    application.decided_at = application.decision_told_at = None
    if told_at <= now:
        _count(application)
    await _step(session, application, act=REVOCATION, motive=motive, by=by, told_at=told_at)


def _count(application: Application) -> None:
    application.version += 1
    application.updated_at = func.now()


async def _step(
    session: WriteSession,
    application: Application,
    *,
    act: str,
    motive: str,
    by: str,
    told_at: datetime,
) -> None:
    session.add(
        ApplicationStep(
            application_id=application.id,
            number=await _next(session, application.id),
            act=act,
            status=application.status,
            submitted_number=application.submitted_number,
            motive=motive,
            asked=[],
            organisation=by,
            told_at=told_at,
        )
    )


async def _next(session: WriteSession, application_id: UUID) -> int:
    last = select(func.coalesce(func.max(ApplicationStep.number), 0))
    asked = last.where(ApplicationStep.application_id == application_id)
    return int(await session.scalar(asked) or 0) + 1
