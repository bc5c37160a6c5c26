"""The SQL of how far a panel is with a bid: who spoke, what counts, how far they are apart."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.statements import code, instant, json_of
from services.towns.applications.actions import PATH
from services.towns.applications.places import STANDING, row
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call, CallBody
from services.towns.panel.actions import ACTIONS, body, call, said
from services.towns.panel.store import NONE, SEES_SHEETS, counted, of_row, whole, worth
from services.towns.panel.tables import PanelConflict, PanelOpinion, PanelScore, PanelSheet

sheet, point, opinion = PanelSheet.__table__, PanelScore.__table__, PanelOpinion.__table__
_conflict = PanelConflict.__table__.c
_BODIES = CallBody.__table__.outerjoin(
    PanelConflict.__table__,
    and_(_conflict.application_id == row.id, _conflict.body == body.body),
)
_CONFLICT = json_of(
    reason=_conflict.reason,
    organisation=_conflict.organisation,
    declared_at=instant(_conflict.declared_at),
)
_BODY = json_of(
    body=body.body,
    label=body.label,
    organisation_id=body.organisation_id,
    conflict=case((_conflict.body.is_not(None), _CONFLICT)),
    scored=said(sheet, body.body),
    opined=said(opinion, body.body),
)
_OPINED = select(func.count()).where(body.call_id == row.call_id, said(opinion, body.body))

_MEASURED = (
    select(
        func.count().label("sheets"),
        func.min(sheet.c.numerator).label("lowest"),
        func.max(sheet.c.numerator).label("highest"),
        func.max(sheet.c.denominator).label("out_of"),
    )
    .where(sheet.c.application_id == row.id, counted(sheet), SEES_SHEETS)
    .correlate(Application.__table__, Call.__table__)
    .subquery("measured")
)
_of = _MEASURED.c
_OVERALL = select(
    json_of(
        sheets_count=_of.sheets,
        lowest=worth(_of.lowest, _of.out_of),
        highest=worth(_of.highest, _of.out_of),
        difference=worth(_of.highest - _of.lowest, _of.out_of),
    )
).where(_of.sheets > literal_column("0"))

_POINTS = (
    select(
        point.c.criterion,
        func.count().label("sheets"),
        func.min(point.c.points).label("lowest"),
        func.max(point.c.points).label("highest"),
    )
    .select_from(
        sheet.join(
            point,
            and_(
                point.c.application_id == sheet.c.application_id,
                point.c.body == sheet.c.body,
                point.c.revision == sheet.c.revision,
            ),
        )
    )
    .where(sheet.c.application_id == row.id, counted(sheet), SEES_SHEETS)
    .group_by(point.c.criterion)
    .correlate(Application.__table__, Call.__table__)
    .subquery("criteria")
)
_on = _POINTS.c
_CRITERION = json_of(
    criterion=_on.criterion,
    sheets_count=_on.sheets,
    lowest=_on.lowest,
    highest=_on.highest,
    difference=_on.highest - _on.lowest,
)


def _list(item: ColumnElement[Any], order: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.json_agg(aggregate_order_by(item, order)), NONE, type_=NONE.type)


PANEL = whole(
    json_of(
        application_id=row.id,
        call_id=row.call_id,
        status=STANDING,
        quorum=call.quorum,
        opinions_count=of_row(_OPINED),
        scores_due_at=instant(call.scores_due_at),
        opinions_due_at=instant(call.opinions_due_at),
        bodies=of_row(
            select(_list(_BODY, body.position))
            .select_from(_BODIES)
            .where(body.call_id == row.call_id)
        ),
        spread=of_row(_OVERALL),
        criteria=of_row(select(_list(_CRITERION, _on.criterion))),
        allowed_actions=ACTIONS,
        links=json_of(
            self=PATH.concat(code("/panel")),
            application=PATH,
            scores=PATH.concat(code("/scores")),
            opinions=PATH.concat(code("/opinions")),
        ),
    ),
    "/panel",
)
