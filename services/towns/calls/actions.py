"""What the caller may do with a call, in SQL; rules decide, a test holds both together."""

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, literal_column, or_

from chassis.actions import Action, Unless, not_from, offered
from chassis.statements import code
from services.towns.calls.places import OF_CALLS
from services.towns.calls.policy import PUBLISH, WRITE
from services.towns.calls.rules import STEPS
from services.towns.calls.tables import Call

_call = Call.__table__.c

PATH: ColumnElement[str] = literal_column("'/v1/calls/'", Text).concat(cast(_call.id, Text))
"""Of a call."""

_NOW = func.current_timestamp()
STANDING: ColumnElement[str] = case(
    (and_(_call.status == code("published"), _call.closes_at <= _NOW), code("closed")),
    else_=_call.status,
)
"""The status at the instant of the question: `rules.standing`, in SQL."""

_INCOMPLETE: Unless = (
    or_(func.cardinality(_call.faults) > literal_column("0"), _call.closes_at <= _NOW),
    "call-incomplete",
)

ACTIONS = offered(
    [
        Action(act, row, place, (not_from(STANDING, STEPS[act]), *unless))
        for act, row, place, unless in (
            ("change_call", WRITE, "", ()),
            ("publish_call", PUBLISH, "publication", (_INCOMPLETE,)),
            ("extend_call", PUBLISH, "extension", ()),
            ("close_call", PUBLISH, "closure", ()),
            ("conclude_call", PUBLISH, "conclusion", ()),
            ("cancel_call", PUBLISH, "cancellation", ()),
            ("attach_call_body", WRITE, "attachment", ()),
        )
    ],
    path=PATH,
    perimeter=OF_CALLS,
)
