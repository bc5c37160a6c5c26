"""What callers send and receive about the contacts of towns."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import Day, Input, Output, Page, Version
from chassis.identifiers import Form, Uuid7
from chassis.problems import Text
from services.towns.catalogue.contract import AcvId, SelfLink
from services.towns.contacts.rules import Details
from services.towns.vocabularies import CONTACT_DELETION, CONTACT_ROLE

Role = Annotated[
    Literal[
        "project-director",
        "elected-representative",
        "skills-and-employment-officer",
        "data-contact",
        "communication-officer",
        "secretariat",
    ],
    Field(description="Why one calls this agent", json_schema_extra=CONTACT_ROLE.schema),
]
DeletionReason = Annotated[
    Literal["left-office", "entered-in-error", "erasure-requested"],
    Field(
        description="Why the contact is deleted; the change feed tells it",
        json_schema_extra=CONTACT_DELETION.schema,
    ),
]
PersonName = Annotated[
    str,
    Form(
        r"\S(?:.*\S)?",
        Text("attendu : un nom, sans espace autour", "expected: a name without spaces around"),
    ),
    Field(max_length=200, description="First and last name of the agent"),
]
Email = Annotated[
    str,
    Form(
        r"[^@\s]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        Text(
            "attendu : adresse électronique, par exemple acv@ville.example",
            "expected: address of mail, such as acv@ville.example",
        ),
    ),
    Field(max_length=254, description="Professional address", examples=["acv@ville.example"]),
]
Phone = Annotated[
    str,
    Form(
        r"\+[1-9][0-9]{6,14}",
        Text(
            "attendu : numéro international E.164, par exemple +33199001234",
            "expected: international number, E.164, such as +33199001234",
        ),
    ),
    Field(description="Professional number, E.164", examples=["+33199001234"]),
]

_EXAMPLE: dict[str, Any] = {
    "acv_id": "acv-051",
    "role": "project-director",
    "name": "Camille Exemple",
    "email": "acv@ville.example",
    "phone": "+33199001234",
    "valid_from": "2026-01-31",
}


class ContactIn(Input):
    """The contact of a town as a partner states it; a mail address or a number is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    acv_id: AcvId
    role: Role
    name: PersonName
    email: Email | None = None
    phone: Phone | None = None
    valid_from: Annotated[Day, Field(description="First day in the role")]
    valid_until: Annotated[Day | None, Field(description="Last day; null: no end known")] = None

    @classmethod
    def of(cls, details: Details) -> Self:
        """Return what would have to be sent for a contact to be as it is."""
        return cls.model_validate({name: getattr(details, name) for name in cls.model_fields})

    def details(self) -> Details:
        """Return what is asked for."""
        return Details(**{name: getattr(self, name) for name in type(self).model_fields})


class ContactLinks(Output):
    """Where to go from a contact."""

    self: SelfLink
    town: str = Field(description="Path of the town")


class Contact(Output):
    """An agent of a town, in a role, for a time: personal data, for professional use."""

    id: Uuid7
    acv_id: AcvId
    role: Role
    name: PersonName
    email: Email | None
    phone: Phone | None
    valid_from: date = Field(description="First day in the role")
    valid_until: date | None = Field(description="Last day; null: no end known")
    version: Version
    updated_at: datetime = Field(description="When it last changed, UTC")
    links: ContactLinks


class ContactPage(Page[Contact]):
    """A page of contacts."""


class WrittenContact(Output):
    """What a change made; what is personal is only in `/v1/contacts/{contact_id}`."""

    id: UUID
    acv_id: AcvId
    version: Version
