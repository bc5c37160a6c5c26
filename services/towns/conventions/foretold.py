"""What the text in preparation would be refused for on every day of signature, in SQL.

`rules.check_deliberations` and `rules.check_guards` decide; a test holds both together. Asked only
where the caller may sign and the status allows it, so that other reads do not pay for it.
"""

from datetime import date

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from chassis.actions import Unless
from chassis.statements import code
from services.towns.conventions import rules
from services.towns.conventions.places import opened
from services.towns.conventions.tables import ConventionWaiver, convention, version

_waiver = ConventionWaiver.__table__.c
_signed, _other = version.alias("base"), convention.alias("other")
_earlier = version.alias("earlier")
_ONE: ColumnElement[int] = literal_column("1")


def _day(value: date) -> ColumnElement[date]:
    return cast(code(value.isoformat()), Date)


def _said(*path: str) -> ColumnElement[str]:
    """Return what the text says at a place."""
    return opened.c.content.op("#>>", return_type=Text())(code(f"{{{','.join(path)}}}"))


def _last_end(chosen: Select[tuple[date]]) -> ColumnElement[date]:
    return chosen.correlate(convention, opened).limit(_ONE).scalar_subquery()


_BASE_ENDS_ON = _last_end(
    select(_signed.c.ends_on)
    .where(_signed.c.convention_id == convention.c.id, _signed.c.status == code("signed"))
    .order_by(_signed.c.number.desc())
)
_EARLIER_ENDS_ON = _last_end(
    select(_earlier.c.ends_on)
    .join_from(_earlier, _other, _earlier.c.convention_id == _other.c.id)
    .where(_other.c.acv_id == convention.c.acv_id, _other.c.phase == code("acv1"))
    .where(_earlier.c.status == code("signed"))
    .order_by(_earlier.c.number.desc())
)
_PROJECT = exists().where(
    _signed.c.convention_id == convention.c.id,
    _signed.c.status != code("abandoned"),
    _signed.c.purpose == code("project"),
    _signed.c.validated,
)
_ACTS: ColumnElement[date] = literal_column(
    "(SELECT max((party->>'act_decided_on')::date)"
    " FROM json_array_elements(opened.content->'parties') AS party"
    " WHERE (party->>'local')::boolean)",
    Date,
)
_FIRST_DAY = func.greatest(opened.c.observed_on, _ACTS)
"""Before it, the signature is refused for its day or for a deliberation after it."""

_NEW = and_(convention.c.phase == code("acv2"), opened.c.purpose == code("initial"))
_CONFIRMED_ON = cast(_said("confirmed_on"), Date)
_PLANNED_ON = cast(_said("ort", "planned_on"), Date)
_ORT_MADE = _said("ort", "status").in_([code(one) for one in sorted(rules.ORT_MADE)])
_UNMET: dict[str, ColumnElement[bool]] = {
    "deployment-without-project": and_(_said("stage") == code("deployment"), not_(_PROJECT)),
    "confirmation-late": and_(
        _NEW, or_(_CONFIRMED_ON.is_(None), _day(rules.CONFIRMED_BY) < _CONFIRMED_ON)
    ),
    "new-convention-late": and_(_NEW, _day(rules.NEW_SIGNED_BY) < _FIRST_DAY),
    "extension-missing": and_(_NEW, _day(rules.EXTENDED_IF_BEFORE) > _EARLIER_ENDS_ON),
    "ort-after-end": and_(
        convention.c.phase == code("acv2"),
        _ORT_MADE.is_not(True),
        or_(_PLANNED_ON.is_(None), opened.c.ends_on < _PLANNED_ON),
    ),
    "signed-after-end": _FIRST_DAY > _BASE_ENDS_ON,
}


def _not_waived(guard: str) -> ColumnElement[bool]:
    lifted = exists().where(_waiver.version_id == opened.c.id, _waiver.guard == code(guard))
    return not_(lifted.correlate(opened))


_LATER = opened.c.ends_on > func.coalesce(_BASE_ENDS_ON, literal_column("'-infinity'::date"))
_SIGNED_ALREADY = exists().where(
    _other.c.acv_id == convention.c.acv_id,
    _other.c.phase == convention.c.phase,
    _other.c.signed_on.is_not(None),
    convention.c.signed_on.is_(None),
)
SIGNATURE: tuple[Unless, ...] = (
    (
        or_(*[and_(missed, _not_waived(guard)) for guard, missed in _UNMET.items()]),
        "guards-not-met",
    ),
    (
        and_(opened.c.purpose == code("extension"), _LATER.is_not(True)),
        "end-not-moved",
    ),
    (_SIGNED_ALREADY.correlate(convention), "another-convention-signed"),
)
"""Of a row of `WITH_OPENED`, in the order in which the act would refuse."""

NO_LOCAL_PARTY: Unless = (
    not_(
        literal_column(
            "EXISTS (SELECT FROM json_array_elements(opened.content->'parties') AS party"
            " WHERE (party->>'local')::boolean)",
            Boolean,
        )
    ),
    "deliberations-missing",
)
"""No assembly could deliberate: the text names no local signatory."""
