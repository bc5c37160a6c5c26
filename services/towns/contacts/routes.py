"""Reads and changes of the contacts of towns."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.admission import Bounds
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Seen, WriteRoute, Writes, told
from services.towns.contacts import commands, store
from services.towns.contacts.contract import (
    Contact,
    ContactIn,
    ContactPage,
    DeletionReason,
    WrittenContact,
)
from services.towns.contacts.queries import ContactQuery
from services.towns.errors import (
    ContactCannotMove,
    ContactNotFound,
    NoWayToReach,
    PeriodReversed,
    UnknownTown,
)

router = Router(route_class=WriteRoute)

ContactId = Annotated[
    UUID, Path(description="Id of the contact", examples=["0198c0de-0000-7000-8000-00000000beef"])
]


@router.read("/v1/contacts", answer=ContactPage, of=store.CONTACTS)
async def list_contacts(reads: Reading, query: Annotated[ContactQuery, Query()]) -> Answer:
    """List the contacts of the towns in the caller's perimeter."""
    return await reads.page(store.CONTACTS, query)


@router.read(
    "/v1/contacts/{contact_id}", answer=Contact, of=store.CONTACT, refusals=[ContactNotFound]
)
async def show_contact(reads: Reading, contact_id: ContactId) -> Answer:
    """Show one contact."""
    return await reads.one(store.CONTACT, {"id": contact_id}, missing=ContactNotFound)


@router.post(
    "/v1/contacts",
    status_code=201,
    operation_id="create_contact",
    responses=documented(OutsidePerimeter, UnknownTown, NoWayToReach, PeriodReversed),
)
async def create_contact(
    writes: Writes, limits: Bounds, *, body: ContactIn, response: Response
) -> WrittenContact:
    """Add a contact to a town in the caller's perimeter."""
    written = await commands.create(writes, body.details(), limits=limits)
    response.headers["Location"] = f"/v1/contacts/{written.id}"
    return told(WrittenContact, written, response=response)


@router.patch(
    "/v1/contacts/{contact_id}",
    operation_id="change_contact",
    responses=documented(ContactNotFound, ContactCannotMove, NoWayToReach, PeriodReversed),
)
async def change_contact(
    writes: Writes,
    contact_id: ContactId,
    *,
    seen: Seen,
    limits: Bounds,
    body: Patch[ContactIn],
    response: Response,
) -> WrittenContact:
    """Change some keys of a contact; its town stays."""
    written = await commands.change(
        writes,
        contact_id,
        changed=lambda held: body.onto(ContactIn.of(held)).details(),
        seen=seen,
        limits=limits,
    )
    return told(WrittenContact, written, response=response)


@router.delete(
    "/v1/contacts/{contact_id}",
    status_code=204,
    operation_id="delete_contact",
    responses=documented(ContactNotFound),
)
async def delete_contact(
    writes: Writes,
    contact_id: ContactId,
    *,
    seen: Seen,
    limits: Bounds,
    reason: Annotated[DeletionReason, Query()],
) -> None:
    """Delete a contact for good; the change feed tells that, and why."""
    await commands.delete(writes, contact_id, reason=reason, seen=seen, limits=limits)
