"""The needs of towns and EPCIs at rest."""

from datetime import date, datetime
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
)
from sqlalchemy.orm import Mapped, mapped_column

from chassis.imports.tables import import_tables
from services.towns.tables import Epci, Table, Town

IMPORTS = import_tables(Table.metadata)
"""The jobs of the service: `import_job`, `import_chunk`, `import_rejection`."""


class Need(Table):
    """What a town or an EPCI needs; that it expired is told by its day, not by `status`."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("num_nonnulls(acv_id, epci_siren) = 1", "one_territory"),
        CheckConstraint("cardinality(rome_codes) + cardinality(skills) > 0", "something_needed"),
        CheckConstraint("volume_count > 0", "volume_positive"),
        CheckConstraint("horizon_until >= horizon_from", "horizon_ordered"),
        CheckConstraint("level BETWEEN 1 AND 8", "level_french"),
        CheckConstraint(
            "source_kind IN ('employer-survey', 'jobs-data', 'mayor', 'prefect')", "source_known"
        ),
        CheckConstraint("strength IN ('stated', 'documented', 'measured')", "strength_known"),
        CheckConstraint(
            "num_nonnulls(evidence_url, evidence_reference) > 0 OR (strength = 'stated'"
            " AND num_nonnulls(evidence_title, evidence_on) = 0)",
            "evidence_named",
        ),
        CheckConstraint(
            "status IN ('declared', 'qualified', 'covered', 'withdrawn')", "status_known"
        ),
        CheckConstraint(
            "num_nonnulls(qualified_by, qualified_at, qualification_motive) IN (0, 3)"
            " AND (status <> 'declared' OR qualified_at IS NULL)"
            " AND (status NOT IN ('qualified', 'covered') OR qualified_at IS NOT NULL)",
            "qualification_whole",
        ),
        CheckConstraint(
            "(status = 'covered') = (covered_at IS NOT NULL)"
            " AND num_nonnulls(covered_by, covered_at) IN (0, 2)"
            " AND (covered_at IS NULL) = (num_nonnulls(coverage_url, coverage_reference) = 0)",
            "coverage_whole",
        ),
        CheckConstraint(
            "(status = 'withdrawn') = (withdrawn_at IS NOT NULL)"
            " AND num_nonnulls(withdrawn_by, withdrawn_at, withdrawal_motive) IN (0, 3)",
            "withdrawal_whole",
        ),
        CheckConstraint("num_nonnulls(external_namespace, external_id) <> 1", "external_id_whole"),
        UniqueConstraint("author", "external_namespace", "external_id"),
        Index(None, "updated_at", "id"),
        Index(None, "expires_on", "id"),
        Index(None, "volume_count", "id"),
        Index(None, "acv_id"),
        Index(None, "epci_siren"),
        Index(None, "rome_codes", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    acv_id: Mapped[str | None] = mapped_column(ForeignKey(Town.acv_id))
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey(Epci.siren))
    rome_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    volume_count: Mapped[int]
    horizon_from: Mapped[date]
    horizon_until: Mapped[date | None]
    level: Mapped[int | None] = mapped_column(SmallInteger)
    naf_division: Mapped[str | None]
    source_kind: Mapped[str]
    evidence_url: Mapped[str | None]
    evidence_reference: Mapped[str | None]
    evidence_title: Mapped[str | None]
    evidence_on: Mapped[date | None]
    strength: Mapped[str]
    expires_on: Mapped[date]
    author: Mapped[str]
    external_namespace: Mapped[str | None]
    external_id: Mapped[str | None]
    status: Mapped[str]
    qualified_by: Mapped[str | None]
    qualified_at: Mapped[datetime | None]
    qualification_motive: Mapped[str | None]
    covered_by: Mapped[str | None]
    covered_at: Mapped[datetime | None]
    coverage_url: Mapped[str | None]
    coverage_reference: Mapped[str | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_motive: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
