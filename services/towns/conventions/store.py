"""The SQL of the reads of conventions."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY, aggregate_order_by

from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, code, instant, json_of, shares
from services.towns.conventions.actions import ACTIONS, PATH
from services.towns.conventions.places import (
    OF_CONVENTIONS,
    OF_DRAFTS,
    WITH_OPENED,
    WITH_TOWN,
    of_version,
    opened,
)
from services.towns.conventions.tables import ConventionWaiver, convention, version
from services.towns.conventions.written import cnam_actions
from services.towns.tables import card

_convention, _waiver = convention.c, ConventionWaiver.__table__.c
_signed = version.alias("signed")
_SIGNED = (_signed.c.convention_id == _convention.id) & (_signed.c.status == code("signed"))
_TODAY: ColumnElement[Any] = literal_column("current_date", Date)
_AS_OF = func.coalesce(bound("as_of", Date), _TODAY)
_UTF8: ColumnElement[str] = literal_column("'UTF8'")
_NONE: ColumnElement[Any] = literal_column("'[]'::json")


class _Day:
    """Conventions as they stand on a day: the version in effect, and what that makes of them."""

    def __init__(self, day: ColumnElement[Any]) -> None:
        chosen = select(
            *(_signed.c[name] for name in ("number", "ends_on", "prolonged", "content"))
        )
        chosen = chosen.where(_SIGNED, _signed.c.effective_on <= day)
        chosen = chosen.order_by(_signed.c.number.desc()).limit(literal_column("1"))
        self.effect = chosen.correlate(convention).lateral("effect")
        self.source = WITH_OPENED.outerjoin(self.effect, true())
        number, ends_on = self.effect.c.number, self.effect.c.ends_on
        self.status: ColumnElement[str] = case(
            (_convention.signed_on.is_(None), func.coalesce(opened.c.status, code("abandoned"))),
            (number.is_(None), code("signed")),
            (ends_on < day, code("expired")),
            (self.effect.c.prolonged, code("prolonged")),
            (number > literal_column("1"), code("amended")),
            else_=code("signed"),
        )

    def columns(self) -> dict[str, ColumnElement[Any]]:
        """Return the keys of a convention."""
        return {
            "id": _convention.id,
            "acv_id": _convention.acv_id,
            "town_name": card.name,
            "phase": _convention.phase,
            "title": _convention.title,
            "status": self.status,
            "number": self.effect.c.number,
            "signed_on": _convention.signed_on,
            "in_force_since": _since(),
            "ends_on": self.effect.c.ends_on,
            "ort": self.effect.c.content.op("->")(code("ort")),
            "versions": _versions(),
            "confidence": _convention.confidence,
            "source": _convention.source,
            "allowed_actions": ACTIONS,
            "version": _convention.version,
            "created_at": instant(_convention.created_at),
            "updated_at": instant(_convention.updated_at),
            "links": _LINKS,
        }


_LINKS = json_of(
    self=PATH,
    town=literal_column("'/v1/towns/'").concat(_convention.acv_id),
    draft=PATH.concat(code("/draft")),
    diff=PATH.concat(code("/diff")),
)


def _since() -> ColumnElement[Any]:
    chosen = select(func.min(_signed.c.effective_on)).where(_SIGNED)
    return chosen.correlate(convention).scalar_subquery()


def _versions() -> ColumnElement[Any]:
    names = ("number", "purpose", "signed_on", "effective_on", "ends_on")
    shown = json_of(**{name: _signed.c[name] for name in names})
    listed = func.json_agg(aggregate_order_by(shown, _signed.c.number))
    chosen = select(func.coalesce(listed, _NONE, type_=JSON)).select_from(_signed)
    return chosen.where(_SIGNED).correlate(convention).scalar_subquery()


def words_of(text: ColumnElement[str]) -> ColumnElement[Any]:
    """Return what a search finds of a text: `catalogue.rules.query_words`, in SQL."""
    opened_up = func.replace(
        func.replace(func.lower(text), code("œ"), code("oe")), code("æ"), code("ae")
    )
    bare = func.regexp_replace(
        func.normalize(opened_up, literal_column("NFKD")),
        code("[\u0300-\u036f]"),
        code(""),
        code("g"),
    )
    listed = func.regexp_split_to_array(bare, code("[^[:alnum:]]+"))
    return func.array_to_tsvector(func.array_remove(listed, code("")))


def _ort(key: str) -> ColumnElement[str]:
    return _now.effect.c.content.op("#>>", return_type=Text())(code(f"{{ort,{key}}}"))


_now = _Day(_TODAY)
_ORT_SIGNED_ON = cast(_ort("signed_on"), Date)
_FOUND = func.tsvector_concat(words_of(_convention.title), card.search)
CONVENTIONS = Listing(
    name="conventions",
    source=_now.source,
    item=cast(json_of(**_now.columns()), Text),
    orders={
        "acv_id": Order((_convention.acv_id, _convention.id)),
        "updated_at": Order((_convention.updated_at, _convention.id)),
    },
    filters={
        "acv_id": any_of(_convention.acv_id, "acv_id"),
        "phase": any_of(_convention.phase, "phase"),
        "status": any_of(_now.status, "status"),
        "q": func.ts_match_vq(_FOUND, cast(bound("words", Text), TSQUERY), type_=Boolean),
        "ort_status": any_of(_ort("status"), "ort_status"),
        "ort_signed_on_gte": bound("ort_signed_on_gte", Date) <= _ORT_SIGNED_ON,
        "ort_signed_on_lte": bound("ort_signed_on_lte", Date) >= _ORT_SIGNED_ON,
        "region": any_of(card.region_code, "region"),
        "department": shares(card.department_codes, "department"),
        "epci": shares(card.epci_sirens, "epci"),
        "signed_on_gte": _convention.signed_on >= bound("signed_on_gte", Date),
        "signed_on_lte": _convention.signed_on <= bound("signed_on_lte", Date),
        "ends_on_gte": _now.effect.c.ends_on >= bound("ends_on_gte", Date),
        "ends_on_lte": _now.effect.c.ends_on <= bound("ends_on_lte", Date),
        "updated_since": _convention.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        name: column
        for name, column in _now.columns().items()
        if name not in {"ort", "versions", "allowed_actions", "links"}
    }
    | {
        "ort_status": _ort("status"),
        "ort_signed_on": _ORT_SIGNED_ON,
        "ort_planned_on": cast(_ort("planned_on"), Date),
    },
    place=(card.lon, card.lat),
    sources="/v1/sources/towns",
    perimeter=OF_CONVENTIONS,
)


def _whole(item: ColumnElement[Any], tag: ColumnElement[Any]) -> Select[Any]:
    return select(func.convert_to(cast(item, Text), _UTF8), tag, PATH)


_then = _Day(_AS_OF)
_UNTAGGED: ColumnElement[Any] = literal_column("NULL::bigint")
CONVENTION = Single(
    _whole(
        json_of(
            **_then.columns(),
            as_of=_AS_OF,
            content=_then.effect.c.content,
            cnam_actions=cnam_actions(_AS_OF),
        ),
        _UNTAGGED,
    )
    .select_from(_then.source)
    .where(_convention.id == bound("id", Uuid)),
    perimeter=OF_CONVENTIONS,
)
"""As it stands on a day: what is shown depends on the day, so does its tag."""


def _waivers() -> ColumnElement[Any]:
    shown = json_of(
        guard=_waiver.guard,
        reason=_waiver.reason,
        author=_waiver.author,
        waived_at=instant(_waiver.waived_at),
    )
    listed = func.json_agg(aggregate_order_by(shown, _waiver.waived_at, _waiver.id))
    chosen = select(func.coalesce(listed, _NONE, type_=JSON)).select_from(
        ConventionWaiver.__table__
    )
    return chosen.where(_waiver.version_id == opened.c.id).correlate(opened).scalar_subquery()


DRAFT = Single(
    select(
        func.convert_to(
            cast(
                json_of(
                    convention_id=_convention.id,
                    acv_id=_convention.acv_id,
                    phase=_convention.phase,
                    number=opened.c.number,
                    purpose=opened.c.purpose,
                    status=opened.c.status,
                    observed_on=opened.c.observed_on,
                    observation=opened.c.observation,
                    validated=opened.c.validated,
                    waivers=_waivers(),
                    content=opened.c.content,
                    allowed_actions=ACTIONS,
                    version=opened.c.version,
                    updated_at=instant(opened.c.updated_at),
                    links=_LINKS,
                ),
                Text,
            ),
            _UTF8,
        ),
        opened.c.version,
        PATH.concat(code("/draft")),
    )
    .select_from(WITH_OPENED)
    .where(_convention.id == bound("id", Uuid), opened.c.id.is_not(None)),
    perimeter=OF_DRAFTS,
)

_older, _newer = version.alias("older"), version.alias("newer")
_LAST = func.coalesce(
    select(func.max(_signed.c.number)).where(_SIGNED).correlate(convention).scalar_subquery(),
    literal_column("1"),
)
_TO = func.coalesce(bound("to_number", Integer), _LAST)
_FROM = func.coalesce(
    bound("from_number", Integer),
    func.greatest(_TO - literal_column("1"), literal_column("1")),
)


def _kept(one: FromClause, number: ColumnElement[Any]) -> ColumnElement[bool]:
    kept = one.c.status != code("abandoned")
    return (one.c.convention_id == _convention.id) & kept & (one.c.number == number)


_PAIRED = WITH_TOWN.join(_newer, _kept(_newer, _TO)).join(
    _older, _kept(_older, _FROM) & (_older.c.number <= _newer.c.number)
)
PAIR = Single(
    _whole(
        json_of(
            from_number=_older.c.number,
            before=_older.c.content,
            to_number=_newer.c.number,
            after=_newer.c.content,
        ),
        _UNTAGGED,
    )
    .select_from(_PAIRED)
    .where(_convention.id == bound("id", Uuid)),
    perimeter=of_version(_newer.c),
)
"""Two versions with their texts; those before a version are signed, so the later one rules."""
