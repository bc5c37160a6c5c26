"""The SQL of the reads of decisions, of the exchanges of the parties, of support plans."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.identity import KIND
from chassis.listing import Listing, Order
from chassis.perimeters import Dimensions, Single
from chassis.statements import any_of, bound, code, instant, json_of, shares
from services.towns.applications.actions import PATH
from services.towns.applications.places import NOW, row
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.decisions.actions import DECISION_PATH, OF_BID, OF_DECISION, OF_PLAN, SHOWN
from services.towns.decisions.places import (
    KINDS,
    OF_DECISIONS,
    OF_PLANS,
    PUBLISHED_AT,
    SOURCE,
    decision,
)
from services.towns.decisions.tables import Decision, DecisionText, ExchangeMessage, SupportPlan
from services.towns.panel.actions import PARTY, call

_UTF8: ColumnElement[str] = literal_column("'UTF8'")
_NONE: ColumnElement[Any] = literal_column("'[]'::json", JSON)
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")
_text, _message, _plan = (kind.__table__ for kind in (DecisionText, ExchangeMessage, SupportPlan))


def _list(item: ColumnElement[Any], *order: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.json_agg(aggregate_order_by(item, *order)), _NONE, type_=JSON)


_TEXT = json_of(
    **{name: _text.c[name] for name in ("number", "motive", "reason", "organisation")},
    made_at=instant(_text.c.made_at),
)
_TEXTS = select(_list(_TEXT, _text.c.number)).where(_text.c.decision_id == decision.id)
_MOTIVE = (
    select(_text.c.motive)
    .where(_text.c.decision_id == decision.id)
    .order_by(_text.c.number.desc())
    .limit(literal_column("1"))
)


def _act(
    by: ColumnElement[Any], kind: ColumnElement[Any], at: ColumnElement[Any]
) -> ColumnElement[Any]:
    return case((by.is_not(None), json_of(organisation=by, kind=kind, at=instant(at))))


_ABANDONMENT = json_of(
    organisation=decision.abandoned_by,
    at=instant(decision.abandoned_at),
    motive=decision.abandonment_motive,
)
_NOTIFICATION = json_of(organisation=decision.notified_by, at=instant(decision.notified_at))
_REVOCATION = json_of(
    motive=decision.revocation_motive,
    organisation=decision.revocation_by,
    kind=decision.revocation_kind,
    confirmed=_act(decision.revoked_by, decision.revoked_kind, decision.revoked_at),
)
_REVOKED = or_(decision.revoked_at.is_not(None), PARTY & decision.revocation_by.is_not(None))
_WRITTEN_AT: ColumnElement[Any] = case(
    (PUBLISHED_AT <= NOW, func.greatest(decision.updated_at, PUBLISHED_AT)),
    else_=decision.updated_at,
)
"""When a decision last changed for all: a publication is a change, without an act."""
_PLAIN: dict[str, ColumnElement[Any]] = {
    "outcome": decision.outcome,
    "status": SHOWN,
    "motive": _MOTIVE.correlate(Decision.__table__).scalar_subquery(),
}
_DATED: dict[str, ColumnElement[Any]] = {
    "embargo_until": instant(decision.embargo_until),
    "published_at": instant(PUBLISHED_AT),
    "late_motive": decision.late_motive,
    "ruleset_sha256": decision.ruleset_sha256,
    "submitted_number": decision.submitted_number,
    "opinions_count": decision.opinions_count,
    "quorum": decision.quorum,
}
_PLACED = ("town_codes", "epci_sirens", "department_codes", "region_codes")
_NAMED: dict[str, ColumnElement[Any]] = {
    "id": decision.id,
    "application_id": decision.application_id,
    "call_id": row.call_id,
    "number": decision.number,
    "title": row.title,
}
_ITEM = cast(
    json_of(
        **_NAMED,
        **{name: row[name] for name in _PLACED},
        **_PLAIN,
        texts=_TEXTS.correlate(Decision.__table__).scalar_subquery(),
        **_DATED,
        proposal=_act(decision.proposed_by, decision.proposed_kind, decision.proposed_at),
        confirmation=_act(decision.confirmed_by, decision.confirmed_kind, decision.decided_at),
        abandonment=case((decision.abandoned_at.is_not(None), _ABANDONMENT)),
        notification=case((decision.notified_at.is_not(None), _NOTIFICATION)),
        revocation=case((_REVOKED, _REVOCATION)),
        version=decision.version,
        updated_at=instant(_WRITTEN_AT),
        allowed_actions=OF_DECISION,
        links=json_of(
            self=DECISION_PATH,
            application=PATH,
            call=literal_column("'/v1/calls/'", Text).concat(cast(row.call_id, Text)),
            support_plan=PATH.concat(code("/support-plan")),
        ),
    ),
    Text,
)
DECISIONS = Listing(
    name="decisions",
    source=SOURCE,
    item=_ITEM,
    orders={"updated_at": Order((_WRITTEN_AT, decision.id))},
    filters={
        "application_id": any_of(decision.application_id, "application_id", kind=Uuid),
        "call_id": any_of(row.call_id, "call_id", kind=Uuid),
        "outcome": any_of(decision.outcome, "outcome"),
        "status": any_of(SHOWN, "status"),
        "acv_id": shares(row.town_codes, "acv_id"),
        "insee_code": shares(row.town_codes, "insee_code"),
        "region": shares(row.region_codes, "region"),
        "department": shares(row.department_codes, "department"),
        "epci": shares(row.epci_sirens, "epci"),
        "published_at_gte": bound("published_at_gte", DateTime(timezone=True)) <= PUBLISHED_AT,
        "published_at_lte": bound("published_at_lte", DateTime(timezone=True)) >= PUBLISHED_AT,
        "updated_since": bound("updated_since", DateTime(timezone=True)) <= _WRITTEN_AT,
    },
    cells={
        **_NAMED,
        **{name: func.array_to_string(row[name], code("|")) for name in _PLACED},
        **_PLAIN,
        **_DATED,
        "decided_at": instant(decision.decided_at),
        "revoked_at": instant(decision.revoked_at),
        "version": decision.version,
        "updated_at": instant(_WRITTEN_AT),
    },
    perimeter=OF_DECISIONS,
)
DECISION = Single(
    select(func.convert_to(_ITEM, _UTF8), _UNTAGGED, DECISION_PATH)
    .select_from(SOURCE)
    .where(decision.id == bound("id", Uuid)),
    perimeter=OF_DECISIONS,
)
"""Its tag is of what is shown: a party is shown more than others."""

_BIDS = Application.__table__.join(Call.__table__, call.id == row.call_id)


def _of_bid(item: ColumnElement[Any], place: str, *, perimeter: Dimensions) -> Single:
    chosen = select(func.convert_to(cast(item, Text), _UTF8), _UNTAGGED, PATH.concat(code(place)))
    return Single(chosen.select_from(_BIDS).where(row.id == bound("id", Uuid)), perimeter=perimeter)


_ONE = json_of(
    **{name: _message.c[name] for name in ("id", "reply_to", "text", "organisation", "kind")},
    sent_at=instant(_message.c.sent_at),
)
_SENT = select(_list(_ONE, _message.c.sent_at, _message.c.id)).where(
    _message.c.application_id == row.id
)
MESSAGES = _of_bid(
    json_of(items=_SENT.correlate(Application.__table__).scalar_subquery(), allowed_actions=OF_BID),
    "/messages",
    perimeter={KIND: case((row.submitted_at.is_not(None), KINDS))},
)

_carried = Application.__table__.alias("carried")
_CARRIED = select(_list(func.to_json(_carried.c.id), _carried.c.id)).where(
    _carried.c.carried_from == row.id, _carried.c.submitted_at.is_not(None)
)
PLAN = Single(
    select(
        func.convert_to(
            cast(
                json_of(
                    application_id=row.id,
                    **{n: _plan.c[n] for n in ("owner", "target_wave", "target_call_id", "items")},
                    carried_to=_CARRIED.correlate(Application.__table__).scalar_subquery(),
                    written_by=_plan.c.written_by,
                    version=_plan.c.version,
                    created_at=instant(_plan.c.created_at),
                    updated_at=instant(_plan.c.updated_at),
                    allowed_actions=OF_PLAN,
                ),
                Text,
            ),
            _UTF8,
        ),
        _plan.c.version,
        PATH.concat(code("/support-plan")),
    )
    .select_from(Application.__table__.join(_plan, _plan.c.application_id == row.id))
    .where(row.id == bound("id", Uuid)),
    perimeter=OF_PLANS,
)
