"""What callers send to ask for access and to judge it, and what they receive."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chassis.contract import AllowedAction, Input, Output, Page, Version
from chassis.identifiers import Siret, Uuid7
from chassis.problems import Text
from chassis.validation import Misfit
from gateway.partners.contract import (
    Area,
    AreaIn,
    Authentication,
    ClientId,
    Dimension,
    Environment,
    Kind,
    KindIn,
    Motive,
    Name,
    PublicKeyIn,
    ScopeName,
)
from gateway.partners.vocabularies import ACCESS_STATUS, AREA_DOUBT, VERDICT

Status = Annotated[
    str, Field(description="Where the request stands", json_schema_extra=ACCESS_STATUS.schema)
]
Verdict = Annotated[str, Field(json_schema_extra=VERDICT.schema)]
Claim = Annotated[str, Field(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$")]


_CLAIMED: JsonDict = {"claim": "claim-as-it-was-shown-once-to-who-asked-for"}
_EXAMPLE: JsonDict = {
    "organisation": {"kind": "commune", "name": "Ville de Châlons-en-Champagne"},
    "client_name": "Outil de suivi",
    "environment": "sandbox",
    "authentication": "client_secret_basic",
    "scopes": ["partners:read", "partners:write"],
    "perimeter": [{"dimension": "town", "value": "51108", "valid_from": "2026-01-01"}],
    "motive": "Suivre les actions de notre ville",
}


class NewOrganisationIn(Input):
    """A partner that the registry does not know yet."""

    kind: KindIn
    name: Annotated[Name, Field(examples=["Ville de Châlons-en-Champagne"])]
    siret: Siret | None = None


class AccessRequestIn(Input):
    """A system that asks to call the product, for a new partner or for a known one."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    organisation: NewOrganisationIn | None = None
    organisation_id: UUID | None = None
    client_name: Annotated[Name, Field(examples=["Outil de suivi"])]
    environment: Literal["production", "sandbox"]
    authentication: Literal["private_key_jwt", "client_secret_basic"]
    jwk: PublicKeyIn | None = None
    scopes: Annotated[list[ScopeName], Field(min_length=1, max_length=50)]
    perimeter: Annotated[list[AreaIn], Field(min_length=1, max_length=300)]
    motive: Annotated[Motive, Field(examples=["Suivre les actions de notre ville"])]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.organisation is None) == (self.organisation_id is None):
            raise Misfit("organisation", _ONE_OF_TWO)
        if (self.jwk is None) == (self.authentication == "private_key_jwt"):
            raise Misfit("jwk", _WITH_KEY)
        if len(set(self.scopes)) < len(self.scopes):
            raise Misfit("scopes", Text("un droit figure deux fois", "a scope is there twice"))
        return self


_ONE_OF_TWO = Text(
    "attendu : organisation (nouvelle) ou organisation_id (connue), pas les deux",
    "expected: organisation (new) or organisation_id (known), not both",
)
_WITH_KEY = Text(
    "la clé publique va avec private_key_jwt, et seulement avec",
    "the public key goes with private_key_jwt, and with it only",
)


class OpinionIn(Input):
    """What the caller's organisation says of a request."""

    verdict: Literal["approved", "refused"]
    motive: Motive


class ClaimIn(Input):
    """The proof that the caller is the one who asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CLAIMED]})
    claim: Annotated[Claim, Field(description="As it was shown when access was asked for")]


class ReceiptLinks(Output):
    """Where to go on."""

    self: str
    credentials: str = Field(description="Path to collect the credentials, with the claim")


class AccessReceipt(Output):
    """What whoever asks must keep."""

    id: Uuid7
    status: Status
    claim: Claim | None = Field(
        description="Proof for collecting the credentials: shown once, null in a replayed answer"
    )
    kid: str | None = Field(description="RFC 7638 thumbprint of the public key")
    expires_at: datetime = Field(
        description="Not decided by then, the request ends; if granted, 30 days more to collect"
    )
    links: ReceiptLinks


class Opinion(Output):
    """What an organisation said."""

    organisation_id: Uuid7
    organisation_name: str
    verdict: Verdict
    motive: str
    given_at: datetime


class AreaWarning(Output):
    """An area of a request that nothing official says to be the asker's."""

    dimension: Dimension
    value: str
    reason: Annotated[str, Field(description="Why", json_schema_extra=AREA_DOUBT.schema)]


class RequestLinks(Output):
    """Where to go from a request."""

    self: str
    opinions: str
    client: str | None = Field(description="Path of the system that it made")


class AccessRequest(Output):
    """A request for access, as those who judge it see it."""

    id: Uuid7
    status: Status
    organisation_id: Uuid7 | None = Field(description="The partner; null if it would be new")
    organisation_name: str
    kind: Kind
    siret: str | None
    client_name: str
    environment: Environment
    authentication: Authentication
    kid: str | None = Field(description="RFC 7638 thumbprint of the public key")
    scopes: list[ScopeName]
    perimeter: list[Area]
    areas_warnings: list[AreaWarning] = Field(
        description="Areas that were not known to be the asker's when it asked: those who approve"
        " decide. None for national partners"
    )
    motive: str
    opinions: list[Opinion] = Field(description="Oldest first")
    client_id: ClientId | None
    expires_at: datetime = Field(
        description="Not decided by then, or once granted not collected by then, the request ends"
    )
    allowed_actions: list[AllowedAction]
    version: Version
    created_at: datetime
    updated_at: datetime
    links: RequestLinks


class AccessRequestPage(Page[AccessRequest]):
    """A page of requests for access."""


class Judged(Output):
    """Where a request stands after an opinion."""

    id: Uuid7
    status: Status
    client_id: ClientId | None = Field(description="The system that it made, once granted")
    version: Version


class Credentials(Output):
    """With what the system asks for its tokens."""

    client_id: ClientId
    authentication: Authentication
    secret: str | None = Field(
        description="Shown once; null for a system that signs, and if the answer is replayed"
    )
    prefix: str | None = Field(description="Names the secret; it is no secret")
    expires_at: datetime | None = Field(description="When the secret ends")
