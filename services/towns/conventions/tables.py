"""The conventions of towns at rest: each version whole.

A trigger of the migration refuses to change a signed text, whoever asks; what only a list tells
may be corrected.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Table, Town

IN_PREPARATION = "status IN ('draft', 'observed', 'deliberated')"


class Convention(Table):
    """The framework contract of a town; `signed_on` is the day of its first signature.

    `confidence` and `source` belong to conventions that official lists tell of.
    """

    __tablename__ = "convention"
    __table_args__ = (
        CheckConstraint("phase IN ('acv1', 'acv2')", "phase_known"),
        CheckConstraint("(confidence IS NULL) = (source IS NULL)", "source_whole"),
        Index(
            "uq_convention_signed",
            *("acv_id", "phase"),
            unique=True,
            postgresql_where=text("signed_on IS NOT NULL"),
        ),
        Index(None, "acv_id", "id"),
        Index(None, "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    acv_id: Mapped[str] = mapped_column(ForeignKey(Town.acv_id))
    phase: Mapped[str]
    title: Mapped[str]
    signed_on: Mapped[date | None]
    confidence: Mapped[str | None]
    source: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConventionVersion(Table):
    """A version of a convention: 1 is the initial text, the others are amendments.

    `content` is null only where the text is not known. `prolonged` tells that this version or
    one before it moved the end; `organisations` are the registered ones among the parties.
    """

    __tablename__ = "convention_version"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'observed', 'deliberated', 'signed', 'abandoned')", "status_known"
        ),
        CheckConstraint("purpose IN ('initial', 'project', 'extension', 'other')", "purpose_known"),
        CheckConstraint("(number = 1) = (purpose = 'initial')", "first_is_initial"),
        CheckConstraint("content IS NOT NULL OR status = 'signed'", "content_known"),
        CheckConstraint(
            "status NOT IN ('observed', 'deliberated')"
            " OR (observed_on IS NOT NULL AND observation IS NOT NULL AND validated IS NOT NULL)",
            "observation_whole",
        ),
        CheckConstraint(
            "(status = 'signed') = (signed_on IS NOT NULL AND effective_on IS NOT NULL)",
            "signature_whole",
        ),
        CheckConstraint("effective_on >= signed_on", "effect_after_signature"),
        CheckConstraint(
            "content IS NULL OR (content->>'ends_on') IS NOT DISTINCT FROM"
            " to_char(ends_on, 'YYYY-MM-DD')",
            "end_of_content",
        ),
        Index(
            "uq_convention_version_number",
            *("convention_id", "number"),
            unique=True,
            postgresql_where=text("status <> 'abandoned'"),
        ),
        Index(
            "uq_convention_version_open",
            "convention_id",
            unique=True,
            postgresql_where=text(IN_PREPARATION),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    convention_id: Mapped[UUID] = mapped_column(ForeignKey(Convention.id), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    purpose: Mapped[str]
    status: Mapped[str]
    content: Mapped[dict[str, Any] | None]
    organisations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ends_on: Mapped[date | None]
    observed_on: Mapped[date | None]
    observation: Mapped[str | None]
    validated: Mapped[bool | None]
    signed_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    prolonged: Mapped[bool]
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConventionWaiver(Table):
    """Who let a version be signed although a guard was not met, and why."""

    __tablename__ = "convention_waiver"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey(ConventionVersion.id), index=True)
    guard: Mapped[str]
    reason: Mapped[str]
    author: Mapped[str]
    waived_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConventionCnamAction(Table):
    """Which action sheet of which version writes the action of a site; the last written counts."""

    __tablename__ = "convention_cnam_action"
    __table_args__ = (UniqueConstraint("version_id", "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    convention_id: Mapped[UUID] = mapped_column(ForeignKey(Convention.id), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey(ConventionVersion.id))
    site_id: Mapped[UUID] = mapped_column(ForeignKey("towns.site.id"), index=True)
    action_number: Mapped[str]
    effective_on: Mapped[date]
    motive: Mapped[str | None]
    author: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())


version = ConventionVersion.__table__
convention = Convention.__table__
