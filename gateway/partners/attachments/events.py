"""What the registry tells of attachments of persons.

AttachmentAsked        a partner wants a person of another issuer to act for a system
AttachmentJudged       an organisation gave its opinion of that
AttachmentDecided      the second approval, or the first refusal
AttachmentRevoked      the person acts for the system no more
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from gateway.partners.policy import APPROVE, READ


class _OfAttachment(Event):
    """Something happened to an attachment."""

    attachment_id: UUID

    @property
    def subject(self) -> str:
        """The attachment."""
        return f"attachments/{self.attachment_id}"


class AttachmentAsked(_OfAttachment):
    """A partner wants a person whom another issuer vouches for to act for one of its systems."""

    name: ClassVar[str] = "fr.acdt.gateway.attachment.created.v1"
    audience = APPROVE
    organisation_id: UUID
    client_id: str
    issuer: str
    scopes: list[str]


class AttachmentJudged(_OfAttachment):
    """An organisation gave its opinion; its words stay in the registry."""

    name: ClassVar[str] = "fr.acdt.gateway.attachment.judged.v1"
    audience = APPROVE
    organisation_id: UUID
    verdict: str


class AttachmentDecided(_OfAttachment):
    """The second approval, or the first refusal."""

    name: ClassVar[str] = "fr.acdt.gateway.attachment.decided.v1"
    audience = READ
    client_id: str
    status: str


class AttachmentRevoked(_OfAttachment):
    """The person acts for the system no more; the tokens that it was given are refused."""

    name: ClassVar[str] = "fr.acdt.gateway.attachment.revoked.v1"
    audience = READ
    client_id: str
