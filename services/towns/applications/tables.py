"""The bids at rest, what was submitted of them, and their history.

Triggers of the migration refuse to change a submitted version or a step, whoever asks.
"""

from datetime import datetime
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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.calls.tables import Call
from services.towns.tables import Folded, Table


class Application(Table):
    """A bid in a call; `draft` is as its carriers write it, `submitted` as it was last submitted.

    `carriers` are as the contract shows them; the arrays say where they lie: `town_codes` holds
    INSEE codes and `acv_id` of communes, `lead_codes` those of the lead, or its SIREN. `outside`
    tells that none is of the programme. `title` is that of `submitted`, once there is one.
    `submitted_at` is of the first submission. A decision is told to others than the parties from
    `decision_told_at` on; until then they are shown an examined bid.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'submitted', 'consolidation', 'examined',"
            " 'selected', 'accompanied', 'refused', 'withdrawn')",
            "status_known",
        ),
        CheckConstraint(
            "(submitted_at IS NOT NULL OR status IN ('draft', 'withdrawn'))"
            " AND (submitted_at IS NULL OR status <> 'draft')"
            " AND (submitted_at IS NULL) = (submitted IS NULL)"
            " AND (submitted_at IS NULL) = (submitted_number = 0)",
            "submission_whole",
        ),
        CheckConstraint(
            "num_nonnulls(decided_at, decision_told_at) IN (0, 2)"
            " AND (status NOT IN ('selected', 'accompanied', 'refused') OR decided_at IS NOT NULL)",
            "decision_whole",
        ),
        CheckConstraint("cardinality(lead_codes) > 0", "lead_known"),
        CheckConstraint("carried_from <> id", "carried_from_another"),
        Index(
            "uq_application_lead",
            *("call_id", "lead_code"),
            unique=True,
            postgresql_where=text("submitted_at IS NOT NULL AND status <> 'withdrawn'"),
        ),
        Index(None, "call_id", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "town_codes", postgresql_using="gin"),
        Index(None, "epci_sirens", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_id: Mapped[UUID] = mapped_column(ForeignKey(Call.id))
    carriers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    lead_code: Mapped[str]
    lead_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    town_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    epci_sirens: Mapped[list[str]] = mapped_column(ARRAY(Text))
    department_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    region_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    outside: Mapped[bool]
    title: Mapped[str]
    folded_title: Mapped[Folded]
    draft: Mapped[dict[str, Any]]
    missing: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    submitted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    submitted_number: Mapped[int] = mapped_column(SmallInteger)
    submitted_at: Mapped[datetime | None]
    asked: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    carried_from: Mapped[UUID | None] = mapped_column(
        ForeignKey("towns.application.id"), index=True
    )
    author: Mapped[str]
    status: Mapped[str]
    decided_at: Mapped[datetime | None]
    decision_told_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApplicationVersion(Table):
    """A bid as it was submitted, under the rules of that moment (`call_ruleset.sha256`)."""

    __tablename__ = "application_version"

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    content: Mapped[dict[str, Any]]
    ruleset_sha256: Mapped[str]
    submitted_by: Mapped[str]
    submitted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ApplicationStep(Table):
    """An act that moved a bid; from `told_at` on, if any, it is told to others than the parties.

    `submitted_number` is of the version that the act was about, 0: none was submitted.
    """

    __tablename__ = "application_step"

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    act: Mapped[str]
    status: Mapped[str]
    submitted_number: Mapped[int] = mapped_column(SmallInteger)
    motive: Mapped[str | None]
    asked: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    organisation: Mapped[str]
    told_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
