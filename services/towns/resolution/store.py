"""The SQL of resolution: the places that come into question."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from chassis.statements import Statement, any_of, bound, compiled
from services.towns.geography.store import distance, named, words_of
from services.towns.tables import Commune, Department, Epci, Region, Town

MOST_READ = 200
"""Places compared for one question; those beyond are further from it than all of these."""

_NO_TEXT, _NO_CODES = cast(null(), Text), cast(null(), ARRAY(Text))


def _places(
    kind: str, source: FromClause, *, code: str, **known: ColumnElement[Any]
) -> Select[Any]:
    """Return the rows of one kind, in the columns that all kinds share."""
    columns = {
        "kind": literal_column(f"'{kind}'", Text),
        "code": source.c[code],
        "name": source.c.name,
        "folded_name": source.c.folded_name,
        "siren": _NO_TEXT,
        "postal_codes": _NO_CODES,
        "acv_id": _NO_TEXT,
        "words": words_of(source.c.folded_name),
    } | known
    return select(*(column.label(name) for name, column in columns.items()))


_commune, _epci, _town = Commune.__table__.c, Epci.__table__.c, Town.__table__.c
_place = union_all(
    _places(
        "commune",
        Commune.__table__,
        code="insee_code",
        siren=_commune.siren,
        postal_codes=_commune.postal_codes,
        acv_id=_commune.acv_id,
        words=_commune.words,
    ),
    _places("epci", Epci.__table__, code="siren", siren=_epci.siren),
    _places("department", Department.__table__, code="code"),
    _places("region", Region.__table__, code="code"),
    _places("town", Town.__table__, code="acv_id", acv_id=_town.acv_id, words=_town.words),
).subquery("place")


def _found(condition: ColumnElement[bool], *order: ColumnElement[Any]) -> Statement:
    shown = [column for column in _place.c if column.name != "words"]
    chosen = select(*shown).where(any_of(_place.c.kind, "kinds"), condition)
    return compiled(chosen.order_by(*order, _place.c.kind, _place.c.code).limit(MOST_READ))


_CODE = bound("code", Text)
BY_CODE = _found(or_(_place.c.code == _CODE, _place.c.siren == _CODE))
BY_NAME = _found(named(_place.c.words), distance(_place.c.folded_name), _place.c.folded_name)
BY_POSTAL_CODE = _found(bound("postal_code", Text) == _place.c.postal_codes.any_())
