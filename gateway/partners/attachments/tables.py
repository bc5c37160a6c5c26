"""Attachments of persons of other issuers at rest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from gateway.partners.tables import Client, Now, Organisation, Table, Texts, Version


class Attachment(Table):
    """A person whom another issuer vouches for, acting for one system of a partner.

    Of the person only a digest: neither its subject at that issuer, nor a name, nor an address.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'granted', 'refused', 'revoked')", "known_status"),
        CheckConstraint("identity ~ '^[0-9a-f]{64}$'", "identity_is_a_digest"),
        CheckConstraint(
            "(status = 'revoked') = (revoked_at IS NOT NULL)", "revoked_has_an_instant"
        ),
        Index(
            "ix_attachment_granted",
            *("issuer", "identity"),
            unique=True,
            postgresql_where=text("status = 'granted'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(server_default="pending", index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id))
    issuer: Mapped[str]
    identity: Mapped[str] = mapped_column(index=True)
    scopes: Mapped[Texts]
    motive: Mapped[str]
    expires_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class AttachmentOpinion(Table):
    """What one organisation says of an attachment: two that differ must approve."""

    __tablename__ = "attachment_opinion"
    __table_args__ = (CheckConstraint("verdict IN ('approved', 'refused')", "known_verdict"),)

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey(Attachment.id), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id))
    actor: Mapped[str]
    verdict: Mapped[str]
    motive: Mapped[str]
    given_at: Mapped[Now]
