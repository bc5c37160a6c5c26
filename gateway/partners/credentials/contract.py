"""What callers send to change the credentials of a system, and what they receive."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chassis.contract import Input, Instant, Output, Version
from chassis.problems import Text
from chassis.validation import Misfit
from gateway.partners.contract import ClientId, PublicKeyIn

Prefix = Annotated[str, Field(pattern=r"^[a-z0-9]{8}$", examples=["k3v9x0qa"])]
Kid = Annotated[str, Field(min_length=43, max_length=43, pattern=r"^[A-Za-z0-9_-]+$")]
RevocationReason = Literal["rotation", "leak", "lost", "retired", "other"]


class SecretIn(Input):
    """For how long a new secret shall work."""

    days: Annotated[int, Field(ge=1, le=365, description="Days that it works")] = 180


class IssuedSecret(Output):
    """A new secret: the one before still works."""

    client_id: ClientId
    secret: str | None = Field(description="Shown once; null in a replayed answer")
    prefix: Prefix
    expires_at: datetime
    version: Version = Field(description="Of the system")


class KeyIn(Input):
    """A public key to add."""

    jwk: PublicKeyIn


class AddedKey(Output):
    """A new public key: those before still work."""

    client_id: ClientId
    kid: Kid = Field(description="RFC 7638 thumbprint: the `kid` of assertions")
    algorithm: str
    version: Version = Field(description="Of the system")


class RevocationIn(Input):
    """The credential to revoke: the prefix of a secret, or the `kid` of a key."""

    prefix: Prefix | None = None
    kid: Kid | None = None
    reason: RevocationReason

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.prefix is None) == (self.kid is None):
            raise Misfit("prefix", Text("attendu : prefix ou kid", "expected: prefix or kid"))
        return self


class Revocation(Output):
    """What works no more."""

    client_id: ClientId
    credential: str = Field(description="The prefix of the secret, or the `kid` of the key")
    revoked_at: datetime = Field(description="Earlier, if it was revoked before")
    refused_before: datetime | None = Field(
        description="Tokens of the system issued before are refused"
    )
    version: Version = Field(description="Of the system")


class LeakIn(Input):
    """A secret found where it must not be: its prefix, or the whole of it."""

    credential: Annotated[
        str,
        Field(
            pattern=r"^(acdt_(live|test)_[a-z0-9]{8}_[A-Za-z0-9]{43}|[a-z0-9]{8})$",
            examples=["k3v9x0qa"],
        ),
    ]
    seen_at: Instant
    where: Literal["repository", "log", "message", "web-page", "other"]


class LeakLinks(Output):
    """Where to go on."""

    client: str
    calls: str = Field(description="Path of the calls made with the secret since it was seen")


class Leak(Revocation):
    """What was revoked, and where to see what it was used for."""

    links: LeakLinks
