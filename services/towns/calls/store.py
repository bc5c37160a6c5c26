"""The SQL of the reads of calls."""

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, code, instant, json_of
from services.towns.calls.actions import ACTIONS, PATH, STANDING
from services.towns.calls.places import OF_CALLS
from services.towns.calls.tables import Call, CallBody, CallMilestone, CallRuleset

_calls = Call.__table__
_call, _body = _calls.c, CallBody.__table__.c
_ruleset, _milestone = CallRuleset.__table__.c, CallMilestone.__table__.c
_NONE: ColumnElement[Any] = literal_column("'[]'::json")
_UTF8: ColumnElement[str] = literal_column("'UTF8'")
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")
_INSTANT = DateTime(timezone=True)


def _listed(
    shown: ColumnElement[Any], *order: ColumnElement[Any], of: ColumnElement[bool]
) -> ColumnElement[Any]:
    """Return the JSON list of the rows that belong to a call, none: `[]`."""
    rows = func.json_agg(aggregate_order_by(shown, *order))
    return (
        select(func.coalesce(rows, _NONE, type_=JSON)).where(of).correlate(_calls).scalar_subquery()
    )


def _in_force(shown: ColumnElement[Any]) -> ColumnElement[Any]:
    last = select(shown).where(_OF_CALL).order_by(_ruleset.number.desc())
    return last.limit(literal_column("1")).correlate(_calls).scalar_subquery()


def _act(name: str, motive: str) -> ColumnElement[Any]:
    shown = json_of(
        organisation=_call[f"{name}_by"], at=instant(_call[f"{name}_at"]), motive=_call[motive]
    )
    return case((_call[f"{name}_at"].is_not(None), shown))


_OF_CALL = _ruleset.call_id == _call.id
_FROZEN = {
    "number": _ruleset.number,
    "sha256": _ruleset.sha256,
    "made_at": instant(_ruleset.made_at),
}
_RULESET = json_of(
    **_FROZEN, document=_ruleset.document, motive=_ruleset.motive, organisation=_ruleset.made_by
)
_PANEL = _listed(
    json_of(body=_body.body, label=_body.label, organisation_id=_body.organisation_id),
    _body.position,
    of=_body.call_id == _call.id,
)
_MILESTONES = _listed(
    json_of(
        **{name: _milestone[name] for name in ("kind", "dated", "confidence", "source_url", "note")}
    ),
    _milestone.dated,
    _milestone.kind,
    of=(_milestone.wave == _call.wave) & _call.source_url.is_not(None),
)
_STATED = {
    "id": _call.id,
    "wave": _call.wave,
    "name": _call.name,
    "mode": _call.mode,
    "status": STANDING,
    **{
        name: instant(_call[name])
        for name in (
            *("opens_at", "priority_ends_at", "closes_at", "scores_due_at", "opinions_due_at"),
        )
    },
    "decisions_expected_on": _call.decisions_expected_on,
    "outside_quota": _call.outside_quota,
    "quorum": _call.quorum,
}
_ITEM = cast(
    json_of(
        **_STATED,
        criteria=_call.criteria,
        evidence=_call.evidence,
        panel=_PANEL,
        ruleset=_in_force(json_of(**_FROZEN)),
        faults=_call.faults,
        author=_call.author,
        publication=case(
            (
                _call.published_at.is_not(None),
                json_of(organisation=_call.published_by, at=instant(_call.published_at)),
            )
        ),
        closure=_act("closed", "closure_motive"),
        conclusion=_act("decided", "conclusion_motive"),
        cancellation=_act("cancelled", "cancellation_motive"),
        milestones=_MILESTONES,
        confidence=_call.confidence,
        source_url=_call.source_url,
        version=_call.version,
        created_at=instant(_call.created_at),
        updated_at=instant(_call.updated_at),
        allowed_actions=ACTIONS,
        links=json_of(
            self=PATH,
            ruleset=PATH.concat(code("/ruleset")),
            rulesets=PATH.concat(code("/rulesets")),
        ),
    ),
    Text,
)
_NEVER: ColumnElement[Any] = literal_column("'infinity'::timestamptz", _INSTANT)
_NO_WAVE: ColumnElement[Any] = literal_column("32767", Integer)

CALLS = Listing(
    name="calls",
    source=_calls,
    item=_ITEM,
    orders={
        "updated_at": Order((_call.updated_at, _call.id)),
        "closes_at": Order((func.coalesce(_call.closes_at, _NEVER), _call.id)),
        "wave": Order((func.coalesce(_call.wave, _NO_WAVE), _call.id)),
    },
    filters={
        "status": any_of(STANDING, "status"),
        "wave": any_of(_call.wave, "wave", kind=Integer),
        "mode": any_of(_call.mode, "mode"),
        "opens_at_gte": _call.opens_at >= bound("opens_at_gte", _INSTANT),
        "opens_at_lte": _call.opens_at <= bound("opens_at_lte", _INSTANT),
        "closes_at_gte": _call.closes_at >= bound("closes_at_gte", _INSTANT),
        "closes_at_lte": _call.closes_at <= bound("closes_at_lte", _INSTANT),
        "updated_since": _call.updated_at >= bound("updated_since", _INSTANT),
    },
    cells={
        **_STATED,
        "ruleset_number": _in_force(_ruleset.number),
        "ruleset_sha256": _in_force(_ruleset.sha256),
        "confidence": _call.confidence,
        "source_url": _call.source_url,
        "version": _call.version,
        "updated_at": instant(_call.updated_at),
    },
    sources="/v1/sources/towns",
    perimeter=OF_CALLS,
)


def _one(
    item: ColumnElement[Any], tag: ColumnElement[Any], path: ColumnElement[str]
) -> Select[Any]:
    body = func.convert_to(cast(item, Text), _UTF8)
    return select(body, tag, path).select_from(_calls).where(_call.id == bound("id", Uuid))


CALL = Single(_one(_ITEM, _call.version, PATH), perimeter=OF_CALLS)
"""The tag is of what was written: a call that closes on its day keeps it."""

RULESET_IN_FORCE = Single(
    _one(
        json_of(call_id=_call.id, ruleset=_in_force(_RULESET)),
        _UNTAGGED,
        PATH.concat(code("/ruleset")),
    ),
    perimeter=OF_CALLS,
)
RULESETS = Single(
    _one(
        json_of(call_id=_call.id, items=_listed(_RULESET, _ruleset.number, of=_OF_CALL)),
        _UNTAGGED,
        PATH.concat(code("/rulesets")),
    ),
    perimeter=OF_CALLS,
)
