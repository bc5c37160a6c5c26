"""The SQL of what happened to a bid: what was submitted of it, and its steps."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.perimeters import Single
from chassis.statements import bound, code, instant, json_of
from services.towns.applications.actions import PATH
from services.towns.applications.places import OF_APPLICATIONS, row, told
from services.towns.applications.tables import Application, ApplicationStep, ApplicationVersion

_bid = Application.__table__
_version, _step = ApplicationVersion.__table__, ApplicationStep.__table__
_VERSIONS = PATH.concat(code("/versions"))
_NUMBERED = _VERSIONS.concat(code("/")).concat(cast(_version.c.number, Text))
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")


def _bytes(item: ColumnElement[Any]) -> ColumnElement[bytes]:
    return func.convert_to(cast(item, Text), literal_column("'UTF8'"))


def _all(
    table: FromClause, item: ColumnElement[Any], *, when: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return all rows of a table about a bid, by their numbers, as a page."""
    listed = func.json_agg(aggregate_order_by(item, table.c.number))
    chosen = select(func.coalesce(listed, literal_column("'[]'::json"), type_=JSON))
    chosen = chosen.select_from(table).where(table.c.application_id == row.id, when)
    return json_of(items=chosen.correlate(_bid).scalar_subquery())


_SUBMISSION = {
    "number": _version.c.number,
    "ruleset_sha256": _version.c.ruleset_sha256,
    "submitted_by": _version.c.submitted_by,
    "submitted_at": instant(_version.c.submitted_at),
}
_EVERY: ColumnElement[bool] = literal_column("true")
VERSIONS = Single(
    select(
        _bytes(_all(_version, json_of(**_SUBMISSION, href=_NUMBERED), when=_EVERY)),
        *(_UNTAGGED, _VERSIONS),
    ).where(row.id == bound("id", Uuid)),
    perimeter=OF_APPLICATIONS,
)

_WHOLE = json_of(
    application_id=_version.c.application_id, **_SUBMISSION, content=_version.c.content
)
VERSION = Single(
    select(
        case((_version.c.number.is_not(None), _bytes(_WHOLE))),
        *(_UNTAGGED, _NUMBERED),
    )
    .select_from(
        _bid.outerjoin(
            _version,
            and_(
                _version.c.application_id == row.id,
                _version.c.number == bound("number", Integer),
            ),
        )
    )
    .where(row.id == bound("id", Uuid)),
    perimeter=OF_APPLICATIONS,
)
"""Its body is null where the caller may know of the bid, and the bid has no such version."""

_names = ("number", "act", "status", "submitted_number", "motive", "asked", "organisation")
STEPS_TAKEN = Single(
    select(
        _bytes(
            _all(
                _step,
                json_of(**{name: _step.c[name] for name in _names}, at=instant(_step.c.at)),
                when=told(_step.c.told_at),
            )
        ),
        *(_UNTAGGED, PATH.concat(code("/steps"))),
    ).where(row.id == bound("id", Uuid)),
    perimeter=OF_APPLICATIONS,
)
"""What is decided under embargo is a step for the parties only."""
