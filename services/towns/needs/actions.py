"""What the caller may do with a need, in SQL, from the same rows and steps as the acts."""

from sqlalchemy import ColumnElement, and_, case, func

from chassis.actions import Action, not_from, offered
from chassis.statements import code
from services.towns.needs.policy import QUALIFY, WRITE
from services.towns.needs.rules import PERISHABLE, STEPS
from services.towns.needs.tables import Need
from services.towns.territories import OF_TERRITORIES

_need = Need.__table__.c
_PERISHABLE = [code(status) for status in sorted(PERISHABLE)]

STANDING: ColumnElement[str] = case(
    (
        and_(_need.status.in_(_PERISHABLE), _need.expires_on < func.current_date()),
        code("expired"),
    ),
    else_=_need.status,
)
"""The status on the day of the question: `rules.standing`, in SQL."""

_ACTIONS = [
    Action(name, row, place, (not_from(STANDING, STEPS[name]),))
    for name, row, place in (
        ("change_need", WRITE, ""),
        ("withdraw_need", WRITE, "withdrawal"),
        ("qualify_need", QUALIFY, "qualification"),
        ("cover_need", QUALIFY, "coverage"),
    )
]


def allowed_actions(path: ColumnElement[str]) -> ColumnElement[object]:
    """Return `allowed_actions` of the need at `path`, for the caller."""
    return offered(_ACTIONS, path=path, perimeter=OF_TERRITORIES)
