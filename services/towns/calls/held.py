"""What an act on a call holds while it lasts: its row, and the bodies of its panel."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from chassis.clock import now
from chassis.database import WriteSession
from services.towns.calls.errors import CallNotFound
from services.towns.calls.rules import Body, Criterion, Details, Evidence, standing
from services.towns.calls.tables import Call, CallBody, CallRuleset

Lock = Literal["none", "shared", "alone"]
"""How much an act keeps from others: nothing, changes of the call, or any other act with it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A call with the bodies of its panel, in their order; `now` is the instant of the act."""

    call: Call
    panel: list[CallBody]
    now: datetime

    @property
    def standing(self) -> str:
        """Where the call stands at this instant."""
        return standing(self.call.status, closes_at=self.call.closes_at, now=self.now)

    def details(self) -> Details:
        """Return the rules of the call as they are kept."""
        kept: dict[str, Any] = {
            part.name: getattr(self.call, part.name, None) for part in fields(Details)
        }
        grids = {
            "criteria": tuple(Criterion(**one) for one in self.call.criteria),
            "evidence": tuple(Evidence(**one) for one in self.call.evidence),
            "panel": tuple(_body_of(row) for row in self.panel),
        }
        return Details(**(kept | grids))


def _body_of(row: CallBody) -> Body:
    attached = row.organisation_id
    return Body(row.body, row.label, None if attached is None else str(attached))


async def held(session: WriteSession, call_id: UUID, *, lock: Lock) -> Held:
    """Return a call as it is, locked until the transaction ends.

    Raises:
        CallNotFound: none has this id.
    """
    asked = select(Call).where(Call.id == call_id).execution_options(populate_existing=True)
    if lock == "shared":
        asked = asked.with_for_update(read=True)
    elif lock == "alone":
        # what only refers to the call, by a foreign key, is left free
        asked = asked.with_for_update(key_share=True)
    call = await session.scalar(asked)
    if call is None:
        raise CallNotFound
    kept = select(CallBody).where(CallBody.call_id == call_id).order_by(CallBody.position)
    bodies = await session.scalars(kept.execution_options(populate_existing=True))
    return Held(call, list(bodies), await now(session))


async def last_ruleset(session: WriteSession, call_id: UUID) -> CallRuleset | None:
    """Return the rule set in force: the last one that was frozen."""
    kept = select(CallRuleset).where(CallRuleset.call_id == call_id)
    return await session.scalar(kept.order_by(CallRuleset.number.desc()).limit(1))
