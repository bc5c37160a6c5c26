"""What the towns service tells others.

TownUpdated        what a programme town says of itself changed, or the town is new
ReferenceLoaded    a table of official facts was replaced by another version
ContactCreated     a town has one more contact; nothing of the person is told
ContactChanged     a contact says something else
ContactDeleted     a contact is gone: whoever keeps a copy deletes it too
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.contacts.policy import READ


class TownUpdated(Event):
    """The card of a town changed: whoever keeps a copy reads it again."""

    name: ClassVar[str] = "fr.acdt.towns.town.updated.v1"

    acv_id: str
    version: int

    @property
    def subject(self) -> str:
        """The town."""
        return f"towns/{self.acv_id}"


class ReferenceLoaded(Event):
    """A table of official facts has another version: kept lists of it are out of date."""

    name: ClassVar[str] = "fr.acdt.towns.reference.loaded.v1"

    table: str
    sha256: str
    vintage: str
    rows: int

    @property
    def subject(self) -> str:
        """The table."""
        return f"reference/{self.table}"


class _OfContact(Event):
    """Something happened to a contact; nothing of the person is told."""

    audience: ClassVar[Scoped | None] = READ

    id: UUID
    acv_id: str
    version: int

    @property
    def subject(self) -> str:
        """The contact."""
        return f"contacts/{self.id}"


class ContactCreated(_OfContact):
    """A town has one more contact."""

    name: ClassVar[str] = "fr.acdt.towns.contact.created.v1"


class ContactChanged(_OfContact):
    """A contact says something else."""

    name: ClassVar[str] = "fr.acdt.towns.contact.changed.v1"


class ContactDeleted(_OfContact):
    """A contact is gone."""

    name: ClassVar[str] = "fr.acdt.towns.contact.deleted.v1"
