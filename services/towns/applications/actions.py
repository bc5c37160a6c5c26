"""What the caller may do with a bid, in SQL, from the same rows and steps as the acts."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, literal_column, select

from chassis.actions import Action, Unless, not_from, offered
from chassis.statements import code
from services.towns.applications.places import NOW, OF_LEAD, STANDING, row
from services.towns.applications.policy import EXAMINE, WRITE
from services.towns.applications.rules import CHANGEABLE, STEPS
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call

PATH: ColumnElement[str] = literal_column("'/v1/applications/'", Text).concat(cast(row.id, Text))

_call = Call.__table__.c
_other = Application.__table__.alias("other")
_COUNT: ColumnElement[int] = func.count()


def _bidding(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many submitted bids of the call, others than this one, are as asked."""
    chosen = select(_COUNT).select_from(_other)
    chosen = chosen.where(
        _other.c.call_id == row.call_id,
        _other.c.id != row.id,
        _other.c.submitted_at.is_not(None),
        _other.c.status != code("withdrawn"),
        *conditions,
    )
    return chosen.correlate(Application.__table__).scalar_subquery()


_SETTLED: Unless = (
    STANDING.not_in([code(status) for status in sorted(CHANGEABLE)]),
    "bid-settled",
)
_INCOMPLETE: Unless = (
    func.json_array_length(row.missing) > literal_column("0"),
    "bid-incomplete",
)
_ALREADY: Unless = (
    _bidding(_other.c.lead_code == row.lead_code) > literal_column("0"),
    "already-bidding",
)
_OVER = case(
    (_call.status == code("published"), _call.closes_at <= NOW), else_=literal_column("true")
)
_RESERVED = and_(row.outside, _call.priority_ends_at > NOW)
_QUOTA = func.coalesce(_call.outside_quota, literal_column("0"))
_WINDOW: tuple[Unless, ...] = (
    (and_(_call.status == code("published"), _call.opens_at > NOW), "call-not-open"),
    (_OVER, "call-closed"),
    (and_(_RESERVED, literal_column("0") == _QUOTA), "reserved-to-programme"),
    (and_(_RESERVED, _bidding(_other.c.outside) >= _QUOTA), "outside-quota-reached"),
)
"""`calls.rules.admissible`, in SQL."""
_ENDED: Unless = (
    _call.status.in_([code("decided"), code("cancelled")]),
    "call-closed",
)


def _step(act: str) -> Unless:
    return not_from(STANDING, STEPS[act])


ACTIONS = offered(
    (
        Action("change_application", WRITE, "", (_SETTLED,)),
        Action(
            "submit_application",
            WRITE,
            "submission",
            (_step("submit_application"), _INCOMPLETE, _ALREADY, *_WINDOW),
        ),
        Action(
            "resubmit_application",
            WRITE,
            "resubmission",
            (_step("resubmit_application"), _INCOMPLETE, _ENDED),
        ),
        Action("withdraw_application", WRITE, "withdrawal", (_step("withdraw_application"),)),
        Action(
            "consolidate_application", EXAMINE, "consolidation", (_step("consolidate_application"),)
        ),
        Action("examine_application", EXAMINE, "examination", (_step("examine_application"),)),
    ),
    path=PATH,
    perimeter=OF_LEAD,
)
"""Of a bid joined to its call."""
