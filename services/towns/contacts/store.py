"""The SQL of the contacts of towns."""

from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, cast, delete, func, literal_column, select

from chassis.database import WriteSession
from chassis.identity import Limits
from chassis.listing import Listing, Order
from chassis.perimeters import Single, bounds, inside
from chassis.statements import any_of, bound, instant, json_of, shares
from services.towns.contacts.tables import Contact
from services.towns.errors import ContactNotFound
from services.towns.tables import TownCard, card
from services.towns.territories import OF_TOWNS

_contact = Contact.__table__.c
_WITH_TOWN = Contact.__table__.join(TownCard.__table__, _contact.acv_id == card.acv_id)
_PATH = literal_column("'/v1/contacts/'").concat(cast(_contact.id, Text))
_ITEM = cast(
    json_of(
        id=_contact.id,
        acv_id=_contact.acv_id,
        role=_contact.role,
        name=_contact.name,
        email=_contact.email,
        phone=_contact.phone,
        valid_from=_contact.valid_from,
        valid_until=_contact.valid_until,
        version=_contact.version,
        updated_at=instant(_contact.updated_at),
        links=json_of(self=_PATH, town=literal_column("'/v1/towns/'").concat(_contact.acv_id)),
    ),
    Text,
)

CONTACTS = Listing(
    name="contacts",
    source=_WITH_TOWN,
    item=_ITEM,
    orders={
        "acv_id": Order((_contact.acv_id, _contact.id)),
        "updated_at": Order((_contact.updated_at, _contact.id)),
    },
    filters={
        "acv_id": any_of(_contact.acv_id, "acv_id"),
        "role": any_of(_contact.role, "role"),
        "region": any_of(card.region_code, "region"),
        "department": shares(card.department_codes, "department"),
        "epci": shares(card.epci_sirens, "epci"),
        "updated_since": _contact.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        "id": _contact.id,
        "acv_id": _contact.acv_id,
        "town_name": card.name,
        "role": _contact.role,
        "name": _contact.name,
        "email": _contact.email,
        "phone": _contact.phone,
        "valid_from": _contact.valid_from,
        "valid_until": _contact.valid_until,
        "version": _contact.version,
        "updated_at": instant(_contact.updated_at),
    },
    perimeter=OF_TOWNS,
)
CONTACT = Single(
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _contact.version, _PATH)
    .select_from(_WITH_TOWN)
    .where(_contact.id == bound("id", Uuid)),
    perimeter=OF_TOWNS,
)


async def locked(session: WriteSession, contact_id: UUID, *, limits: Limits | None) -> Contact:
    """Return a contact that nobody else changes meanwhile.

    Raises:
        ContactNotFound: none has this id, or none within the limits.
    """
    asked = select(Contact).join(TownCard, _contact.acv_id == card.acv_id)
    asked = asked.where(_contact.id == contact_id).with_for_update(of=Contact)
    if limits is not None:
        asked = asked.where(inside(OF_TOWNS, limits))
    found = await session.scalar(asked, bounds(limits))
    if found is None:
        raise ContactNotFound
    return found


async def removed(session: WriteSession, contact_id: UUID) -> None:
    """Delete a contact: nothing of the person stays."""
    await session.execute(delete(Contact).where(_contact.id == contact_id))
