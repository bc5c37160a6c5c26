"""What the parties write to each other about a bid."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from chassis.identity import Principal, Reach
from services.towns.applications.held import held as held_bid
from services.towns.decisions.errors import UnknownMessage
from services.towns.decisions.events import MessageSent
from services.towns.decisions.held import TO_PARTIES
from services.towns.decisions.tables import ExchangeMessage


class Sent(NamedTuple):
    """A message that was sent."""

    id: UUID
    application_id: UUID
    reply_to: UUID | None


async def send(
    session: WriteSession,
    application_id: UUID,
    *,
    text: str,
    reply_to: UUID | None,
    caller: Principal,
    reach: Reach,
) -> Sent:
    """Keep a message about a bid, for ever as it is."""
    await held_bid(session, application_id, reach=reach)
    if reply_to is not None:
        asked = select(ExchangeMessage.id).where(
            ExchangeMessage.application_id == application_id, ExchangeMessage.id == reply_to
        )
        if await session.scalar(asked) is None:
            raise UnknownMessage
    sent = Sent(uuid7(), application_id, reply_to)
    session.add(
        ExchangeMessage(
            **sent._asdict(), text=text, organisation=caller.organisation, kind=caller.kind
        )
    )
    await record(session, MessageSent(**sent._asdict()), place=TO_PARTIES)
    return sent
