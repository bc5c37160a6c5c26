"""What callers send about attachments, and what they receive."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chassis.contract import AllowedAction, Input, Output, Page, Version
from chassis.identifiers import Form, Uuid7
from chassis.problems import Text
from chassis.validation import Misfit
from gateway.partners.access_requests.contract import Opinion
from gateway.partners.contract import ClientId, Motive, ScopeName, Slug
from gateway.partners.vocabularies import ATTACHMENT_STATUS

Status = Annotated[
    str,
    Field(description="Where the attachment stands", json_schema_extra=ATTACHMENT_STATUS.schema),
]
Identity = Annotated[
    str,
    Form("[0-9a-f]{64}", Text("attendu : 64 chiffres hexadécimaux", "expected: 64 hex digits")),
    Field(
        description="The person, as the refusal of its token names it: a digest of the issuer and "
        "of the subject, nothing that says who it is"
    ),
]
Issuer = Annotated[str, Field(description="Short name of the issuer that vouches for the person")]

_EXAMPLE: JsonDict = {
    "issuer": "proconnect",
    "identity": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "client_id": "sandbox-k3v9x0qa1b2c3d4e",
    "scopes": ["partners:read"],
    "days": 180,
    "motive": "Suivre les systèmes de notre ville",
}


class AttachmentIn(Input):
    """A person that shall act for a system of the partner."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    issuer: Annotated[Slug, Field(description="Short name of the issuer", examples=["proconnect"])]
    identity: Identity
    client_id: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")]
    scopes: Annotated[
        list[ScopeName],
        Field(min_length=1, max_length=50, description="Among those of the system"),
    ]
    days: Annotated[int, Field(ge=1, le=365, description="Days from now until it ends")] = 180
    motive: Motive

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.scopes)) < len(self.scopes):
            raise Misfit("scopes", Text("un droit figure deux fois", "a scope is there twice"))
        return self


class AttachmentRevocationIn(Input):
    """Why a person no longer acts for the system, in a word: prose could hold personal data."""

    reason: Literal["left", "mistake", "leak", "abuse", "other"]


class AttachmentLinks(Output):
    """Where to go from an attachment."""

    self: str
    request: str = Field(description="The same, for those who judge it")
    client: str = Field(description="Path of the system")


class Attachment(Output):
    """A person whom another issuer vouches for, acting for a system of a partner."""

    id: Uuid7
    status: Status
    organisation_id: Uuid7
    organisation_name: str
    client_id: ClientId
    issuer: Issuer
    identity: Identity
    scopes: list[ScopeName]
    motive: str
    opinions: list[Opinion] = Field(description="Oldest first")
    expires_at: datetime = Field(description="Not decided by then, the request ends")
    valid_until: datetime = Field(description="Once granted, the attachment ends then")
    revoked_at: datetime | None
    allowed_actions: list[AllowedAction]
    version: Version
    created_at: datetime
    updated_at: datetime
    links: AttachmentLinks


class AttachmentPage(Page[Attachment]):
    """A page of attachments."""


class AttachmentState(Output):
    """Where an attachment stands after a change."""

    id: Uuid7
    status: Status
    version: Version
