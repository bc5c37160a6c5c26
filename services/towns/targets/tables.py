"""The targets of the programme at rest: official facts, loaded with their sources."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.tables import Table


class SiteTarget(Table):
    """How many sites a source says there will be; `stated_on` is a day on which it was said.

    `due` is a year: by its end.
    """

    __tablename__ = "site_target"
    __table_args__ = (CheckConstraint("sites_count > 0", "count_positive"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    stated_on: Mapped[date] = mapped_column(primary_key=True)
    sites_count: Mapped[int]
    due: Mapped[str | None]
    confidence: Mapped[str]
    source_url: Mapped[str]
    note: Mapped[str | None]
