"""The SQL of the actions of the Cnam that a convention has on a day."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from chassis.statements import json_of
from services.towns.conventions.tables import ConventionCnamAction, convention, version

_action = ConventionCnamAction.__table__
_NONE: ColumnElement[Any] = literal_column("'[]'::json")


def cnam_actions(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the actions in effect on a day, of the row of a convention: the last of each site."""
    last = (
        select(_action.c.site_id, version.c.number, _action.c.action_number, _action.c.effective_on)
        .ext(distinct_on(_action.c.site_id))
        .join(version, _action.c.version_id == version.c.id)
        .where(_action.c.convention_id == convention.c.id, _action.c.effective_on <= day)
        .order_by(_action.c.site_id, _action.c.written_at.desc(), _action.c.id.desc())
        .correlate(convention)
        .subquery("last")
    )
    shown = json_of(**{column.name: column for column in last.c})
    listed = func.json_agg(aggregate_order_by(shown, last.c.action_number, last.c.site_id))
    return select(func.coalesce(listed, _NONE, type_=JSON)).select_from(last).scalar_subquery()
