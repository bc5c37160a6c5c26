"""The SQL of the reads of the work of panels."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.identity import KIND, OWN
from chassis.perimeters import Single
from chassis.statements import bound, code, instant, json_of
from services.towns.applications.actions import PATH
from services.towns.applications.places import NOW, OF_APPLICATIONS, row
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.panel.actions import MINE, PARTY, call, in_conflict, said
from services.towns.panel.tables import PanelOpinion, PanelScore, PanelSheet

_UTF8: ColumnElement[str] = literal_column("'UTF8'")
NONE: ColumnElement[Any] = literal_column("'[]'::json", JSON)
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")
SOURCE = Application.__table__.join(Call.__table__, call.id == row.call_id)
_SEEN = {name: OF_APPLICATIONS[name] for name in (KIND, OWN)}

sheet, point, opinion = PanelSheet.__table__, PanelScore.__table__, PanelOpinion.__table__


def _last(table: FromClause) -> ColumnElement[bool]:
    later = table.alias("later")
    newer = select(later.c.revision).where(
        later.c.application_id == table.c.application_id,
        later.c.body == table.c.body,
        later.c.revision > table.c.revision,
    )
    return ~newer.correlate(table).exists()


def counted(table: FromClause) -> ColumnElement[bool]:
    """Whether a row is the last of its body, which declared no conflict of interest."""
    return and_(_last(table), ~in_conflict(table.c.body))


def _shown(table: FromClause, due_at: ColumnElement[Any]) -> ColumnElement[bool]:
    """What bodies said is shown to a body that has said its own, and to all of them later."""
    others = table.alias("others")
    return or_(
        PARTY,
        func.coalesce(due_at <= NOW, literal_column("true")),
        table.c.body == MINE,
        said(others, MINE),
    )


def _of_bid(table: FromClause, item: ColumnElement[Any], *order: ColumnElement[Any]) -> Select[Any]:
    listed = func.coalesce(func.json_agg(aggregate_order_by(item, *order)), NONE, type_=JSON)
    return select(listed).where(table.c.application_id == row.id)


def worth(numerator: ColumnElement[Any], denominator: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a fraction of 1, exactly and rounded."""
    rate = func.round(cast(numerator, Numeric) / denominator, literal_column("6"))
    exact = cast(numerator, Text).concat(code("/")).concat(cast(denominator, Text))
    return json_of(exact=exact, rate=cast(rate, Text))


_SCORES = (
    select(
        func.json_agg(
            aggregate_order_by(
                json_of(**{n: point.c[n] for n in ("criterion", "points", "comment", "evidence")}),
                point.c.criterion,
            )
        )
    )
    .where(
        point.c.application_id == sheet.c.application_id,
        point.c.body == sheet.c.body,
        point.c.revision == sheet.c.revision,
    )
    .correlate(sheet)
    .scalar_subquery()
)
_SHEET = json_of(
    body=sheet.c.body,
    revision=sheet.c.revision,
    counted=counted(sheet),
    submitted_number=sheet.c.submitted_number,
    ruleset_sha256=sheet.c.ruleset_sha256,
    total=worth(sheet.c.numerator, sheet.c.denominator),
    scores=_SCORES,
    organisation=sheet.c.organisation,
    scored_at=instant(sheet.c.scored_at),
)
SEES_SHEETS = _shown(sheet, call.scores_due_at)
_SHEETS = _of_bid(sheet, _SHEET, sheet.c.body, sheet.c.revision).where(SEES_SHEETS)
_OPINION = json_of(
    body=opinion.c.body,
    revision=opinion.c.revision,
    counted=counted(opinion),
    **{n: opinion.c[n] for n in ("submitted_number", "opinion", "motive", "organisation")},
    given_at=instant(opinion.c.given_at),
)
_OPINIONS = _of_bid(opinion, _OPINION, opinion.c.body, opinion.c.revision).where(
    _shown(opinion, call.opinions_due_at)
)


def of_row(chosen: Select[Any]) -> ColumnElement[Any]:
    """Return the one value of a SELECT about the bid of the row, joined to its call."""
    return chosen.correlate(Application.__table__, Call.__table__).scalar_subquery()


def whole(item: ColumnElement[Any], place: str) -> Single:
    """Return a read about a bid, for the parties and the bodies of the panel."""
    path = PATH.concat(code(place))
    chosen = select(func.convert_to(cast(item, Text), _UTF8), _UNTAGGED, path)
    return Single(chosen.select_from(SOURCE).where(row.id == bound("id", Uuid)), perimeter=_SEEN)


SCORES = whole(json_of(items=of_row(_SHEETS)), "/scores")
OPINIONS = whole(json_of(items=of_row(_OPINIONS)), "/opinions")
