"""The calls for bids at rest, and the rule sets that were frozen.

A trigger of the migration refuses to change a frozen rule set, whoever asks.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Table

_ACTS = "num_nonnulls({0}_by, {0}_at, {1}_motive) IN (0, 3)"


class Call(Table):
    """A wave of bids; that it closed on its day is told by `closes_at`, not by `status`.

    `criteria` and `evidence` are as the contract shows them. `faults` are the codes of what keeps
    a draft from being published. `confidence` and `source_url` belong to waves of the past that
    public sources tell of: their rules are not known.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("mode IN ('live', 'test')", "mode_known"),
        CheckConstraint(
            "status IN ('draft', 'published', 'closed', 'decided', 'cancelled')", "status_known"
        ),
        CheckConstraint("wave > 0", "wave_positive"),
        CheckConstraint("outside_quota >= 0", "quota_not_negative"),
        CheckConstraint("quorum > 0", "quorum_positive"),
        CheckConstraint("(confidence IS NULL) = (source_url IS NULL)", "source_whole"),
        CheckConstraint(
            "status NOT IN ('published', 'closed', 'decided') OR source_url IS NOT NULL"
            " OR (published_at IS NOT NULL AND cardinality(faults) = 0"
            " AND closes_at > opens_at AND quorum IS NOT NULL)",
            "published_whole",
        ),
        CheckConstraint("num_nonnulls(published_by, published_at) IN (0, 2)", "publication_whole"),
        CheckConstraint(_ACTS.format("closed", "closure"), "closure_whole"),
        CheckConstraint(_ACTS.format("decided", "conclusion"), "conclusion_whole"),
        CheckConstraint(
            f"{_ACTS.format('cancelled', 'cancellation')}"
            " AND (status = 'cancelled') = (cancelled_at IS NOT NULL)",
            "cancellation_whole",
        ),
        Index(None, "updated_at", "id"),
        Index(None, "closes_at", "id"),
        Index(None, "wave", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wave: Mapped[int | None] = mapped_column(SmallInteger)
    name: Mapped[str]
    mode: Mapped[str]
    status: Mapped[str]
    opens_at: Mapped[datetime | None]
    priority_ends_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    scores_due_at: Mapped[datetime | None]
    opinions_due_at: Mapped[datetime | None]
    decisions_expected_on: Mapped[date | None]
    outside_quota: Mapped[int | None]
    quorum: Mapped[int | None] = mapped_column(SmallInteger)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    faults: Mapped[list[str]] = mapped_column(ARRAY(Text))
    author: Mapped[str]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closure_motive: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    conclusion_motive: Mapped[str | None]
    cancelled_by: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_motive: Mapped[str | None]
    confidence: Mapped[str | None]
    source_url: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CallBody(Table):
    """A body of the panel of a call; `organisation_id` is that of the registry, once attached."""

    __tablename__ = "call_body"

    call_id: Mapped[UUID] = mapped_column(ForeignKey(Call.id), primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)


class CallRuleset(Table):
    """The rules of a call as they were frozen: `sha256` is of the bytes of `document`, UTF-8.

    Number 1 is that of the publication, each extension makes the next.
    """

    __tablename__ = "call_ruleset"
    __table_args__ = (CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", "sha256_hexadecimal"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey(Call.id), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    document: Mapped[str]
    motive: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CallMilestone(Table):
    """What a public source tells of a wave of the past: `dated` is a day, or a month `2021-05`."""

    __tablename__ = "call_milestone"

    wave: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    dated: Mapped[str] = mapped_column(primary_key=True)
    confidence: Mapped[str]
    source_url: Mapped[str]
    note: Mapped[str | None]
