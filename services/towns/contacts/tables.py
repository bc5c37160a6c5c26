"""The contacts of towns at rest."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Table, Town


class Contact(Table):
    """An agent of a town, in a role, for a time: personal data."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", "period_ordered"),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", "reachable"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{6,14}$'", "phone_e164"),
        Index(None, "acv_id", "id"),
        Index(None, "updated_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    acv_id: Mapped[str] = mapped_column(ForeignKey(Town.acv_id))
    role: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
