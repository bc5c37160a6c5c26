"""Every table of the schema `gateway`: partners, what they asked for, how they prove who they are.

Secrets are kept as digests, keys as public keys: nothing here lets anybody call.
"""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.events import event_table
from chassis.idempotency import idempotency_table
from chassis.tables import TYPES, schema_metadata

Texts = Annotated[list[str], mapped_column(ARRAY(Text), server_default=text("'{}'"))]
Now = Annotated[datetime, mapped_column(server_default=text("now()"))]
Version = Annotated[int, mapped_column(server_default=text("1"))]
Digest = Annotated[bytes, mapped_column(LargeBinary)]
"""SHA-256 of what is too secret, or too long, to be kept."""


class Table(DeclarativeBase):
    """The base of the tables of the registry."""

    metadata = schema_metadata("gateway")
    type_annotation_map = TYPES


class Organisation(Table):
    """A partner. One SIRET may hold several: two services of one town, say."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("siret IS NULL OR siret ~ '^[0-9]{14}$'", "siret_form"),
        CheckConstraint("status IN ('active', 'suspended')", "known_status"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    siret: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(server_default="active")
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class Client(Table):
    """One system of a partner, in one environment.

    Tokens issued before `refused_before` are refused, whatever they say.
    """

    __tablename__ = "client"
    __table_args__ = (
        CheckConstraint("environment IN ('production', 'sandbox')", "known_environment"),
        CheckConstraint("status IN ('active', 'suspended')", "known_status"),
        CheckConstraint(
            "authentication IN ('private_key_jwt', 'client_secret_basic')", "known_authentication"
        ),
        CheckConstraint(
            "restoration_asked_by IS NULL OR status = 'suspended'", "restored_while_suspended"
        ),
        Index(
            "ix_client_refused_before",
            "refused_before",
            postgresql_where=text("refused_before IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    name: Mapped[str]
    environment: Mapped[str]
    authentication: Mapped[str]
    scopes: Mapped[Texts]
    status: Mapped[str] = mapped_column(server_default="active")
    refused_before: Mapped[datetime | None]
    restoration_asked_by: Mapped[UUID | None] = mapped_column(ForeignKey(Organisation.id))
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class ClientPerimeter(Table):
    """What a client may see or change while the dates hold; `everywhere` has the value `*`."""

    __tablename__ = "client_perimeter"
    __table_args__ = (
        CheckConstraint("(dimension = 'everywhere') = (value = '*')", "everywhere_is_written"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", "dates_in_order"),
    )

    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date | None]


class ClientSecret(Table):
    """A secret of a client, as a salted digest; its prefix is shown and names it.

    `cost` is the binary logarithm of scrypt's N: 14 for those of before it was written down.
    """

    __tablename__ = "client_secret"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", "expires_after_creation"),
        CheckConstraint("cost BETWEEN 1 AND 14", "bearable_cost"),
    )

    prefix: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    cost: Mapped[int] = mapped_column(SmallInteger, server_default=text("14"))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ClientKey(Table):
    """A public key of a client, named by its RFC 7638 thumbprint."""

    __tablename__ = "client_key"
    __table_args__ = (CheckConstraint("algorithm IN ('ES256', 'EdDSA')", "known_algorithm"),)

    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id), primary_key=True)
    kid: Mapped[str] = mapped_column(primary_key=True)
    algorithm: Mapped[str]
    jwk: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RefusedProof(Table):
    """When the feed last told of a client's proof that was refused in one way: not too often."""

    __tablename__ = "refused_proof"

    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id), primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[Now]


class UsedAssertion(Table):
    """A client assertion that has bought its token; kept until it would have expired."""

    __tablename__ = "used_assertion"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    jti_digest: Mapped[Digest] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RevokedToken(Table):
    """An access token given back or withdrawn before its end."""

    __tablename__ = "revoked_token"

    jti_digest: Mapped[Digest] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AccessRequest(Table):
    """What somebody asks for: a partner, a system, rights; nothing of it counts before approval.

    `source` tells requests of one sender, `asker` those for one partner, known or not yet; until
    `expires_at` it waits for opinions, then, if granted, for whoever asked.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'granted', 'refused', 'expired', 'collected')", "known_status"
        ),
        CheckConstraint("(organisation_id IS NULL) <> (kind IS NULL)", "new_or_known_organisation"),
        CheckConstraint(
            "(status IN ('granted', 'collected')) = (client_id IS NOT NULL)", "granted_has_a_client"
        ),
        Index(None, "source", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(server_default="pending", index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[str | None]
    organisation_name: Mapped[str | None]
    siret: Mapped[str | None]
    client_name: Mapped[str]
    environment: Mapped[str]
    authentication: Mapped[str]
    jwk: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    scopes: Mapped[Texts]
    perimeter: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    areas_warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    motive: Mapped[str]
    claim_digest: Mapped[Digest]
    source: Mapped[Digest | None]
    asker: Mapped[str | None] = mapped_column(index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey(Client.id))
    expires_at: Mapped[datetime]
    version: Mapped[Version]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class AccessOpinion(Table):
    """What one organisation says of a request: two that differ must approve."""

    __tablename__ = "access_opinion"
    __table_args__ = (CheckConstraint("verdict IN ('approved', 'refused')", "known_verdict"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey(AccessRequest.id), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey(Client.id))
    actor: Mapped[str]
    verdict: Mapped[str]
    motive: Mapped[str]
    given_at: Mapped[Now]


class Call(Table):
    """One call made with a token: for usage, for refusals, for what was done with a leaked secret.

    No path, no query, no address: the operation and the request id are enough to find the log line.
    """

    __tablename__ = "call"
    __table_args__ = (Index(None, "client_id", "at"), Index(None, "credential", "at"))

    request_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    client_id: Mapped[str]
    credential: Mapped[str]
    operation: Mapped[str]
    method: Mapped[str]
    status: Mapped[int]
    code: Mapped[str | None]
    duration_us: Mapped[int]


EVENT = event_table(Table.metadata)
IDEMPOTENCY_KEY = idempotency_table(Table.metadata)
