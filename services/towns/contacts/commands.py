"""What partners do to the contacts of towns."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from chassis.identity import Limits, refuse_outside
from chassis.preconditions import Condition
from services.towns.contacts import store
from services.towns.contacts.rules import Details, check, check_change
from services.towns.contacts.tables import Contact
from services.towns.events import ContactChanged, ContactCreated, ContactDeleted
from services.towns.territories import place_of_town


class Written(NamedTuple):
    """A contact as a change left it, without what is personal."""

    id: UUID
    acv_id: str
    version: int


async def create(session: WriteSession, asked: Details, *, limits: Limits | None) -> Written:
    """Keep a new contact of a town."""
    check(asked)
    place = await place_of_town(session, asked.acv_id)
    refuse_outside(limits, place)
    written = Written(uuid7(), asked.acv_id, 1)
    session.add(Contact(id=written.id, version=written.version, **asdict(asked)))
    await record(session, ContactCreated(**written._asdict()), place=place)
    return written


async def change(
    session: WriteSession,
    contact_id: UUID,
    *,
    changed: Callable[[Details], Details],
    seen: Condition,
    limits: Limits | None,
) -> Written:
    """Change a contact as `changed` says, if the caller saw it as it is."""
    contact = await store.locked(session, contact_id, limits=limits)
    seen.met(contact.version)
    held = Details(**{part.name: getattr(contact, part.name) for part in fields(Details)})
    asked = changed(held)
    check_change(held, asked)
    for name, value in asdict(asked).items():
        setattr(contact, name, value)
    contact.version += 1
    contact.updated_at = func.now()
    written = Written(contact_id, asked.acv_id, contact.version)
    place = await place_of_town(session, asked.acv_id)
    await record(session, ContactChanged(**written._asdict()), place=place)
    return written


async def delete(
    session: WriteSession,
    contact_id: UUID,
    *,
    reason: str,
    seen: Condition,
    limits: Limits | None,
) -> None:
    """Delete a contact, and tell why in a word of a closed list: prose could hold personal data."""
    contact = await store.locked(session, contact_id, limits=limits)
    seen.met(contact.version)
    gone = ContactDeleted(id=contact_id, acv_id=contact.acv_id, version=contact.version)
    place = await place_of_town(session, contact.acv_id)
    await store.removed(session, contact_id)
    await record(session, gone, reason=reason, place=place)
