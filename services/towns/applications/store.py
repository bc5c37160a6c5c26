"""The SQL of the reads of bids."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
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

from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, code, instant, json_of, shares
from services.towns.applications.actions import ACTIONS, PATH
from services.towns.applications.places import (
    CARRIED,
    OF_APPLICATIONS,
    STANDING,
    TAG,
    WRITTEN_AT,
    row,
)
from services.towns.applications.tables import Application, ApplicationVersion
from services.towns.calls.tables import Call
from services.towns.geography.store import named, words_of
from services.towns.tables import Commune

_call, _commune = Call.__table__.c, Commune.__table__.c
_version = ApplicationVersion.__table__
_SOURCE = Application.__table__.join(Call.__table__, _call.id == row.call_id)

_SHA256 = (
    select(_version.c.ruleset_sha256)
    .where(_version.c.application_id == row.id, _version.c.number == row.submitted_number)
    .correlate(Application.__table__)
    .scalar_subquery()
)
_PLAIN: dict[str, ColumnElement[Any]] = {
    "outside": row.outside,
    "status": STANDING,
    "submitted_number": row.submitted_number,
    "submitted_at": instant(row.submitted_at),
    "ruleset_sha256": _SHA256,
    "carried_from": row.carried_from,
    "author": row.author,
    "version": row.version,
    "created_at": instant(row.created_at),
    "updated_at": instant(WRITTEN_AT),
}
_SUMMARY: dict[str, ColumnElement[Any]] = {
    "id": row.id,
    "call_id": row.call_id,
    "title": row.title,
    "carriers": row.carriers,
    **_PLAIN,
    "allowed_actions": ACTIONS,
    "links": json_of(
        self=PATH,
        call=literal_column("'/v1/calls/'", Text).concat(cast(row.call_id, Text)),
        versions=PATH.concat(code("/versions")),
        steps=PATH.concat(code("/steps")),
    ),
}
_IN_EPCI = (
    select(_commune.insee_code)
    .where(_commune.insee_code == func.any(row.town_codes), any_of(_commune.epci_siren, "epci"))
    .correlate(Application.__table__)
    .exists()
)

APPLICATIONS = Listing(
    name="applications",
    source=_SOURCE,
    item=cast(json_of(**_SUMMARY), Text),
    orders={
        "updated_at": Order((WRITTEN_AT, row.id)),
        "title": Order((row.folded_title, row.id)),
    },
    filters={
        "q": named(words_of(row.folded_title)),
        "call_id": any_of(row.call_id, "call_id", kind=Uuid),
        "status": any_of(STANDING, "status"),
        "outside": row.outside == bound("outside", Boolean),
        "acv_id": shares(row.town_codes, "acv_id"),
        "insee_code": shares(row.town_codes, "insee_code"),
        "region": shares(row.region_codes, "region"),
        "department": shares(row.department_codes, "department"),
        "epci": or_(shares(row.epci_sirens, "epci"), _IN_EPCI),
        "updated_since": bound("updated_since", DateTime(timezone=True)) <= WRITTEN_AT,
    },
    cells={
        "id": row.id,
        "call_id": row.call_id,
        "title": row.title,
        "lead_code": row.lead_code,
        "town_codes": func.array_to_string(row.town_codes, code("|")),
        "epci_sirens": func.array_to_string(row.epci_sirens, code("|")),
        "department_codes": func.array_to_string(row.department_codes, code("|")),
        "region_codes": func.array_to_string(row.region_codes, code("|")),
        **_PLAIN,
    },
    perimeter=OF_APPLICATIONS,
)


_CONTENT = case((or_(row.submitted.is_(None), CARRIED), row.draft), else_=row.submitted)
_WHOLE = json_of(
    **_SUMMARY,
    content=_CONTENT,
    missing=case((CARRIED, row.missing), else_=literal_column("'[]'::json", JSON)),
    asked=row.asked,
)
APPLICATION = Single(
    select(
        func.convert_to(cast(_WHOLE, Text), literal_column("'UTF8'")),
        TAG,
        PATH,
    )
    .select_from(_SOURCE)
    .where(row.id == bound("id", Uuid)),
    perimeter=OF_APPLICATIONS,
)
