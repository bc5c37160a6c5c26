"""What bodies of panels said of bids, at rest: nothing of it is ever changed.

Triggers of the migration refuse it, whoever asks. `submitted_number` is the version of the bid
that the body had before it, `organisation` the one that spoke for the body.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.towns.applications.tables import Application
from services.towns.tables import Table


class PanelConflict(Table):
    """A body that has an interest in a bid, as it said itself."""

    __tablename__ = "panel_conflict"

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    organisation: Mapped[str]
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PanelSheet(Table):
    """The scores of a body, all criteria at once; the last revision is the one that counts.

    Its worth is `numerator` out of `denominator`, which all sheets of one grid share.
    """

    __tablename__ = "panel_sheet"
    __table_args__ = (
        CheckConstraint("denominator > 0 AND numerator BETWEEN 0 AND denominator", "worth_of_one"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    submitted_number: Mapped[int] = mapped_column(SmallInteger)
    ruleset_sha256: Mapped[str]
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger)
    organisation: Mapped[str]
    scored_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PanelScore(Table):
    """The points of a sheet on one criterion, and what they rest on."""

    __tablename__ = "panel_score"
    __table_args__ = (
        CheckConstraint("points >= 0", "points_not_negative"),
        ForeignKeyConstraint(
            ["application_id", "body", "revision"],
            [PanelSheet.application_id, PanelSheet.body, PanelSheet.revision],
        ),
    )

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    comment: Mapped[str]
    evidence: Mapped[str | None]


class PanelOpinion(Table):
    """What a body thinks of a bid, and why; the last revision is the one that counts."""

    __tablename__ = "panel_opinion"
    __table_args__ = (
        CheckConstraint(
            "opinion IN ('favourable', 'with-reservations', 'unfavourable')", "opinion_known"
        ),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey(Application.id), primary_key=True)
    body: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    submitted_number: Mapped[int] = mapped_column(SmallInteger)
    opinion: Mapped[str]
    motive: Mapped[str]
    organisation: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(server_default=func.now())
