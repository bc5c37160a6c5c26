"""What the parties wrote to each other, decided and planned, at rest.

Triggers of the migration refuse to change a message or a text of a decision, whoever asks.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.tables import Table

_PARTY = "kind IN ('acv_directorate', 'ministry', 'cnam_national')"


class ExchangeMessage(Table):
    """What one party writes to the other about a bid; `reply_to` is a message about the same."""

    __tablename__ = "exchange_message"
    __table_args__ = (
        CheckConstraint(_PARTY, "of_a_party"),
        UniqueConstraint("application_id", "id"),
        ForeignKeyConstraint(
            ["application_id", "reply_to"],
            ["towns.exchange_message.application_id", "towns.exchange_message.id"],
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id))
    reply_to: Mapped[UUID | None]
    text: Mapped[str]
    organisation: Mapped[str]
    kind: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Decision(Table):
    """What the parties decide on a bid: one proposes, the other confirms; so is it revoked.

    `ruleset_sha256` and `submitted_number` are those under, and on, which it was proposed, the
    quorum and the opinions that counted are those of the confirmation. The
    version counts what readers see: a revocation that is only proposed changes nothing for them.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("outcome IN ('selected', 'accompanied', 'refused')", "outcome_known"),
        CheckConstraint(
            "status IN ('proposed', 'abandoned', 'decided', 'revocation-proposed', 'revoked')",
            "status_known",
        ),
        CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_kind, decided_at, opinions_count, quorum)"
            " IN (0, 5) AND (decided_at IS NOT NULL) = (status NOT IN ('proposed', 'abandoned'))",
            "confirmation_whole",
        ),
        CheckConstraint(
            "confirmed_by <> proposed_by"
            " AND (confirmed_kind = 'cnam_national') <> (proposed_kind = 'cnam_national')",
            "two_parties",
        ),
        CheckConstraint(
            "num_nonnulls(notified_by, notified_at) IN (0, 2)"
            " AND (notified_at IS NULL OR decided_at IS NOT NULL)",
            "notification_whole",
        ),
        CheckConstraint(
            "num_nonnulls(abandoned_by, abandoned_at, abandonment_motive) IN (0, 3)"
            " AND (status = 'abandoned') = (abandoned_at IS NOT NULL)",
            "abandonment_whole",
        ),
        CheckConstraint(
            "num_nonnulls(revocation_by, revocation_kind, revocation_motive) IN (0, 3)"
            " AND (revocation_by IS NOT NULL) = (status IN ('revocation-proposed', 'revoked'))"
            " AND num_nonnulls(revoked_by, revoked_kind, revoked_at) IN (0, 3)"
            " AND (status = 'revoked') = (revoked_at IS NOT NULL)",
            "revocation_whole",
        ),
        CheckConstraint(
            "revoked_by <> revocation_by"
            " AND (revoked_kind = 'cnam_national') <> (revocation_kind = 'cnam_national')",
            "two_parties_revoke",
        ),
        UniqueConstraint("application_id", "number"),
        Index(
            "uq_decision_standing",
            "application_id",
            unique=True,
            postgresql_where=text("status IN ('proposed', 'decided', 'revocation-proposed')"),
        ),
        Index(None, "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id))
    number: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str]
    status: Mapped[str]
    embargo_until: Mapped[datetime | None]
    late_motive: Mapped[str | None]
    ruleset_sha256: Mapped[str]
    submitted_number: Mapped[int] = mapped_column(SmallInteger)
    opinions_count: Mapped[int | None] = mapped_column(SmallInteger)
    quorum: Mapped[int | None] = mapped_column(SmallInteger)
    proposed_by: Mapped[str]
    proposed_kind: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_by: Mapped[str | None]
    confirmed_kind: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    notified_by: Mapped[str | None]
    notified_at: Mapped[datetime | None]
    abandoned_by: Mapped[str | None]
    abandoned_at: Mapped[datetime | None]
    abandonment_motive: Mapped[str | None]
    revocation_by: Mapped[str | None]
    revocation_kind: Mapped[str | None]
    revocation_motive: Mapped[str | None]
    revoked_by: Mapped[str | None]
    revoked_kind: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DecisionText(Table):
    """The motives of a decision: number 1 is of the proposal, each correction makes the next."""

    __tablename__ = "decision_text"
    __table_args__ = (CheckConstraint("(number = 1) = (reason IS NULL)", "correction_reasoned"),)

    decision_id: Mapped[UUID] = mapped_column(ForeignKey(Decision.id), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    motive: Mapped[str]
    reason: Mapped[str | None]
    organisation: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SupportPlan(Table):
    """How a bid is brought to a later call: what is missing, who answers for it, and the aim."""

    __tablename__ = "support_plan"
    __table_args__ = (
        CheckConstraint("num_nonnulls(target_wave, target_call_id) > 0", "target_known"),
        CheckConstraint("target_wave > 0", "wave_positive"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    owner: Mapped[str]
    target_wave: Mapped[int | None] = mapped_column(SmallInteger)
    target_call_id: Mapped[UUID | None] = mapped_column(ForeignKey(Call.id))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    written_by: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
