"""The succession of territories at rest: what official history says, and what partners recorded."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Table


class CommuneSuccession(Table):
    """A commune of the past, and the commune that all of it became a part of."""

    __tablename__ = "commune_succession"

    predecessor_code: Mapped[str] = mapped_column(primary_key=True)
    predecessor_name: Mapped[str]
    successor_code: Mapped[str] = mapped_column(index=True)
    effective_on: Mapped[date]
    reason: Mapped[str]


class RecordedSuccession(Table):
    """A part of a territory, in millionths, that goes on in another: as a partner recorded it."""

    __tablename__ = "recorded_succession"
    __table_args__ = (
        CheckConstraint("kind IN ('commune', 'epci')", "kind_known"),
        CheckConstraint("share_millionths BETWEEN 1 AND 1000000", "share_a_part"),
        UniqueConstraint(
            "kind",
            "predecessor_code",
            "successor_code",
            "effective_on",
            name="uq_recorded_succession_once",
        ),
        Index(None, "kind", "successor_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    act_id: Mapped[UUID]
    kind: Mapped[str]
    predecessor_code: Mapped[str]
    successor_code: Mapped[str]
    share_millionths: Mapped[int] = mapped_column(Integer)
    effective_on: Mapped[date]
    reason: Mapped[str]
    source_url: Mapped[str]
    organisation_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
