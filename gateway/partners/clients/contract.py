"""What callers receive about systems, and what suspends one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chassis.contract import AllowedAction, Input, Output, Page, Version
from chassis.identifiers import Uuid7
from gateway.partners.contract import (
    Area,
    Authentication,
    ClientId,
    Environment,
    ScopeName,
    Standing,
)


class Secret(Output):
    """A secret, named by its prefix; nobody can show the rest."""

    prefix: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class PublicKey(Output):
    """A public key, named by its RFC 7638 thumbprint."""

    kid: str
    algorithm: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class ClientLinks(Output):
    """Where to go from a system."""

    self: str
    partner: str


class PartnerClient(Output):
    """A system of a partner, in one environment."""

    id: ClientId
    organisation_id: Uuid7
    name: str
    environment: Environment
    authentication: Authentication
    scopes: list[ScopeName]
    perimeter: list[Area] = Field(description="Past and future periods too")
    secrets: list[Secret] = Field(description="Oldest first, revoked ones too")
    keys: list[PublicKey] = Field(description="Oldest first, revoked ones too")
    status: Standing
    refused_before: datetime | None = Field(
        description="Tokens issued before are refused, whatever they say"
    )
    restoration_asked_by: Uuid7 | None = Field(
        description="The organisation that wants a suspended system back; a second one must agree"
    )
    allowed_actions: list[AllowedAction]
    version: Version
    created_at: datetime
    updated_at: datetime
    links: ClientLinks


class ClientPage(Page[PartnerClient]):
    """A page of systems."""


class SuspensionIn(Input):
    """Why a system is suspended, in a word: prose could hold personal data."""

    reason: Literal["abuse", "leak", "asked-by-partner", "end-of-agreement", "other"]


class ClientState(Output):
    """Whether a system may call."""

    id: ClientId
    status: Standing
    refused_before: datetime | None
    restoration_asked_by: Annotated[
        Uuid7 | None, Field(description="A second organisation must agree")
    ]
    version: Version
