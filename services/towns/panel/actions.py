"""What the caller may do in a panel, in SQL, from the same rows and statuses as the acts."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Text,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from chassis.actions import CALLER_ID, Action, Unless, offered
from chassis.statements import CALLER, bound, code
from services.towns.applications.actions import PATH
from services.towns.applications.places import NOW, OF_APPLICATIONS, STANDING, row
from services.towns.applications.policy import PARTIES
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call, CallBody
from services.towns.panel.policy import ASSESS
from services.towns.panel.rules import ASSESSED
from services.towns.panel.tables import PanelConflict

PARTY = bound(f"{CALLER}_kind", Text).in_([code(kind) for kind in PARTIES])
"""Whether the caller is of the ministry, the programme or the Cnam."""

call = Call.__table__.c
body = CallBody.__table__.c
_conflict = PanelConflict.__table__.c

MINE: ColumnElement[Any] = (
    select(body.body)
    .where(body.call_id == row.call_id, cast(body.organisation_id, Text) == CALLER_ID)
    .order_by(body.position)
    .limit(literal_column("1"))
    .correlate(Application.__table__)
    .scalar_subquery()
)
"""The body of the panel for which the caller speaks, null if it speaks for none."""


def in_conflict(of: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a body declared a conflict of interest about the bid."""
    declared = select(_conflict.body).where(
        _conflict.application_id == row.id, _conflict.body == of
    )
    return declared.correlate_except(PanelConflict.__table__).exists()


def said(table: FromClause, of: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a body has something in a table about the bid that counts."""
    found = select(table.c.body).where(table.c.application_id == row.id, table.c.body == of)
    return and_(found.correlate_except(table).exists(), ~in_conflict(of))


_OVER = [code("decided"), code("cancelled")]
_OPEN: Unless = (and_(call.status == code("published"), call.closes_at > NOW), "scoring-not-begun")
_ASSESSED: Unless = (
    STANDING.not_in([code(status) for status in sorted(ASSESSED)]),
    "bid-not-assessed",
)
_STANDS = in_conflict(MINE)


def _closed(due_at: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(call.status.in_(_OVER), func.coalesce(due_at <= NOW, literal_column("true")))


ACTIONS = offered(
    (
        Action(
            "declare_conflict",
            ASSESS,
            "conflicts",
            (_ASSESSED, (_STANDS, "conflict-already-declared")),
        ),
        *(
            Action(
                act,
                ASSESS,
                place,
                (_ASSESSED, (_STANDS, "conflict-stands"), _OPEN, (_closed(due_at), closed)),
            )
            for act, place, due_at, closed in (
                ("score_application", "scores", call.scores_due_at, "scoring-closed"),
                ("give_panel_opinion", "opinions", call.opinions_due_at, "opinions-closed"),
            )
        ),
    ),
    path=PATH,
    perimeter=OF_APPLICATIONS,
)
"""Of a bid joined to its call."""
