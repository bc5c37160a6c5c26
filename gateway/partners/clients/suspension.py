"""Suspending a system, which one organisation does, and restoring it, which takes two."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import record
from chassis.identity import Principal
from gateway.partners.clients.rules import check_restoration, check_suspension
from gateway.partners.events import ClientRestored, ClientSuspended, RestorationAsked, owned
from gateway.partners.tables import Client


class State(NamedTuple):
    """Whether a system may call."""

    id: str
    status: str
    refused_before: datetime | None
    restoration_asked_by: UUID | None
    version: int


async def suspend(session: WriteSession, client: Client, *, reason: str) -> State:
    """Suspend a system that is locked: all its tokens of before are refused."""
    check_suspension(client.status)
    client.status = "suspended"
    client.refused_before = await now(session)
    fact = ClientSuspended(client_id=client.id)
    await record(session, fact, reason=reason, place=owned(client.organisation_id))
    return _changed(client)


async def restore(session: WriteSession, client: Client, *, caller: Principal) -> State:
    """Note that an organisation wants a system back; if it is the second one, so it is."""
    organisation = UUID(caller.organisation)
    again = check_restoration(client.status, asked_by=client.restoration_asked_by, by=organisation)
    if again:
        client.status, client.restoration_asked_by = "active", None
    else:
        client.restoration_asked_by = organisation
    told = ClientRestored if again else RestorationAsked
    fact = told(client_id=client.id, organisation_id=organisation)
    await record(session, fact, place=owned(client.organisation_id))
    return _changed(client)


def _changed(client: Client) -> State:
    client.version += 1
    client.updated_at = func.now()
    return State(
        client.id,
        client.status,
        client.refused_before,
        client.restoration_asked_by,
        client.version,
    )
