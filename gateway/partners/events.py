"""What the registry tells: every act on partners, requests and credentials, without a secret.

AccessRequested        somebody asks for a system
AccessJudged           an organisation gave its opinion
AccessDecided          the second approval, or the first refusal
CredentialsCollected   whoever asked was given the credentials
PartnerRegistered      a partner is new
ClientRegistered       a system is new, with its rights
SecretIssued           a system has one more secret
KeyAdded               a system has one more public key
CredentialRevoked      a secret or a key works no more
LeakReported           somebody found a secret where it must not be
ProofRefused           somebody failed to prove that it is a system
TokenRevoked           a system gave a token back
ClientSuspended        a system may not call any more
RestorationAsked       the first of two organisations wants a system back
ClientRestored         the second one too: it may call again
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import OWN, Place
from gateway.partners.policy import APPROVE, READ

ANYWHERE: Place = {}
"""Where requests for access lie: all who may approve are told."""


def owned(organisation_id: UUID) -> Place:
    """Return where a partner and its systems lie: they are told, and who sees all of them."""
    return {OWN: frozenset({str(organisation_id)})}


class _OfRequest(Event):
    """Something happened to a request for access."""

    audience = APPROVE
    request_id: UUID

    @property
    def subject(self) -> str:
        """The request."""
        return f"access-requests/{self.request_id}"


class AccessRequested(_OfRequest):
    """Somebody asks for a system; of an organisation that is known, or of a new one."""

    name: ClassVar[str] = "fr.acdt.gateway.access-request.created.v1"
    organisation_id: UUID | None
    kind: str
    environment: str


class AccessJudged(_OfRequest):
    """An organisation gave its opinion; its words stay in the registry."""

    name: ClassVar[str] = "fr.acdt.gateway.access-request.judged.v1"
    organisation_id: UUID
    verdict: str


class AccessDecided(_OfRequest):
    """The second approval, or the first refusal; `client_id` is the system that it made."""

    name: ClassVar[str] = "fr.acdt.gateway.access-request.decided.v1"
    status: str
    client_id: str | None


class CredentialsCollected(_OfRequest):
    """Whoever asked was given the credentials."""

    name: ClassVar[str] = "fr.acdt.gateway.access-request.collected.v1"
    client_id: str


class PartnerRegistered(Event):
    """A partner is new."""

    name: ClassVar[str] = "fr.acdt.gateway.partner.registered.v1"
    audience = READ
    organisation_id: UUID
    kind: str

    @property
    def subject(self) -> str:
        """The partner."""
        return f"partners/{self.organisation_id}"


class ClientRegistered(Event):
    """A system is new, with its rights."""

    name: ClassVar[str] = "fr.acdt.gateway.client.registered.v1"
    audience = READ
    organisation_id: UUID
    client_id: str
    environment: str
    authentication: str
    scopes: list[str]

    @property
    def subject(self) -> str:
        """The system."""
        return f"clients/{self.client_id}"


class _OfClient(Event):
    """Something happened to a system."""

    audience = READ
    client_id: str

    @property
    def subject(self) -> str:
        """The system."""
        return f"clients/{self.client_id}"


class SecretIssued(_OfClient):
    """A system has one more secret, shown to its owner once."""

    name: ClassVar[str] = "fr.acdt.gateway.secret.issued.v1"
    prefix: str
    expires_at: datetime


class KeyAdded(_OfClient):
    """A system has one more public key."""

    name: ClassVar[str] = "fr.acdt.gateway.key.added.v1"
    kid: str


class CredentialRevoked(_OfClient):
    """A secret, named by its prefix, or a key, by its `kid`, works no more."""

    name: ClassVar[str] = "fr.acdt.gateway.credential.revoked.v1"
    credential: str


class LeakReported(_OfClient):
    """Somebody found a secret where it must not be; it is revoked in the same instant."""

    name: ClassVar[str] = "fr.acdt.gateway.secret.leaked.v1"
    prefix: str
    seen_at: datetime


class ProofRefused(_OfClient):
    """Somebody failed to prove that it is a system, in one way; told once in ten minutes."""

    name: ClassVar[str] = "fr.acdt.gateway.client.proof-refused.v1"
    why: str


class TokenRevoked(_OfClient):
    """A system gave a token back; `token` is the SHA-256 of its `jti`."""

    name: ClassVar[str] = "fr.acdt.gateway.token.revoked.v1"
    token: str


class ClientSuspended(_OfClient):
    """A system may not call any more; its tokens are refused."""

    name: ClassVar[str] = "fr.acdt.gateway.client.suspended.v1"
    client_id: str


class RestorationAsked(_OfClient):
    """The first of two organisations wants a suspended system back."""

    name: ClassVar[str] = "fr.acdt.gateway.client.restoration-asked.v1"
    organisation_id: UUID


class ClientRestored(_OfClient):
    """The second organisation agreed: the system may call again."""

    name: ClassVar[str] = "fr.acdt.gateway.client.restored.v1"
    organisation_id: UUID
