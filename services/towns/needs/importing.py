"""Files of needs: each row is the caller's need under its own id, made or changed.

The checks are `rules.check_change` over all rows at once, in SQL; the tests hold both together.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, with_config
from sqlalchemy import Date, Integer, SmallInteger, Text, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine
from typing_extensions import TypedDict

from chassis.events import record
from chassis.external_ids import ExternalKey, Namespace
from chassis.identifiers import NafDivision, Siren
from chassis.identity import OutsidePerimeter
from chassis.imports.caller import ORGANISATION, reached
from chassis.imports.merge import SAMPLE, STAGING, Importer, Merge, Outcome
from chassis.problems import Problem
from chassis.workflow import IllegalTransition
from services.towns.catalogue.contract import AcvId
from services.towns.errors import PeriodReversed, UnknownEpci, UnknownTown
from services.towns.needs.contract import (
    Level,
    Reference,
    SourceKind,
    Strength,
    Url,
    Volume,
)
from services.towns.needs.errors import (
    EvidenceMissing,
    ExpiryPassed,
    NeedCannotMove,
    NothingNeeded,
    OneTerritory,
)
from services.towns.needs.events import NeedChanged, NeedDeclared
from services.towns.territories import OF_TERRITORIES

RomeCell = Annotated[str, Field(pattern=r"^[A-N][0-9]{4}(\|[A-N][0-9]{4}){0,19}$")]
SkillCell = Annotated[str, Field(pattern=r"^[^|\n\r]{1,200}(\|[^|\n\r]{1,200}){0,19}$")]


@with_config(ConfigDict(strict=True, extra="forbid"))
class NeedRow(TypedDict):
    """One row of a file of needs; lists are joined by `|`, as exports write them."""

    external_namespace: Namespace
    external_id: ExternalKey
    acv_id: NotRequired[AcvId | None]
    epci_siren: NotRequired[Siren | None]
    rome_codes: NotRequired[RomeCell | None]
    skills: NotRequired[SkillCell | None]
    volume_count: Volume
    horizon_from: date
    horizon_until: NotRequired[date | None]
    level: NotRequired[Level | None]
    naf_division: NotRequired[NafDivision | None]
    source_kind: SourceKind
    evidence_url: NotRequired[Url | None]
    evidence_reference: NotRequired[Reference | None]
    evidence_title: NotRequired[Reference | None]
    evidence_on: NotRequired[date | None]
    strength: Strength
    expires_on: date


_KINDS: Mapping[str, TypeEngine[Any]] = {
    "volume_count": Integer(),
    "level": SmallInteger(),
    **dict.fromkeys(("horizon_from", "horizon_until", "evidence_on", "expires_on"), Date()),
}
_COLUMNS = {name: _KINDS.get(name, Text()) for name in NeedRow.__annotations__}
_KEY = ("external_namespace", "external_id")
_STATED = [name for name in _COLUMNS if name not in _KEY]
_BITS = {name: 1 << place for place, name in enumerate(_COLUMNS)}
_LISTS = frozenset({"rome_codes", "skills"})


def _given(name: str) -> str:
    """Return what a row gives for a column."""
    if name in _LISTS:
        return f"coalesce(string_to_array(s.{name}, '|'), '{{}}')"
    return f"s.{name}"


def _value(name: str) -> str:
    """Return what a column will be: a blank cell changes nothing."""
    held = f"coalesce(t.{name}, '{{}}')" if name in _LISTS else f"t.{name}"
    return f"CASE WHEN s.given & {_BITS[name]} <> 0 THEN {_given(name)} ELSE {held} END"


_SAME = f"t.author = {ORGANISATION} AND " + " AND ".join(f"t.{key} = s.{key}" for key in _KEY)
_DIFFERS = (
    f"({', '.join(f't.{name}' for name in _STATED)}) IS DISTINCT FROM"
    f" ({', '.join(map(_value, _STATED))})"
)
_WANTED = f"""(
    SELECT s.row_number, s.external_namespace, s.external_id, t.id AS held, t.status,
           {_DIFFERS} AS differs,
           {", ".join(f"t.{name} AS held_{name}" for name in _STATED)},
           {", ".join(f"{_value(name)} AS {name}" for name in _STATED)}
    FROM pg_temp.{STAGING} AS s LEFT JOIN towns.need AS t ON {_SAME}) AS w"""  # noqa: S608  # names of ours


_PLACED = f"""{_WANTED}
    LEFT JOIN towns.town_card ON towns.town_card.acv_id = w.acv_id
    LEFT JOIN towns.epci ON towns.epci.siren = w.epci_siren"""


def _finding(refusal: type[Problem], column: str, *, when: str) -> str:
    fr, en = (said.replace("'", "''") for said in refusal.title)
    return (
        f"SELECT w.row_number, '{column}', '{refusal.slug()}', 'error', '{fr}', '{en}'"  # noqa: S608  # names of ours
        f" FROM {_PLACED} WHERE {when}"
    )


_CHECKS = (
    _finding(OneTerritory, "acv_id", when="num_nonnulls(w.acv_id, w.epci_siren) <> 1"),
    _finding(UnknownTown, "acv_id", when="w.acv_id IS NOT NULL AND towns.town_card.acv_id IS NULL"),
    _finding(
        UnknownEpci, "epci_siren", when="w.epci_siren IS NOT NULL AND towns.epci.siren IS NULL"
    ),
    _finding(
        OutsidePerimeter,
        "acv_id",
        when="coalesce(towns.town_card.acv_id, towns.epci.siren) IS NOT NULL"
        f" AND NOT {reached(OF_TERRITORIES)}",
    ),
    _finding(
        NeedCannotMove,
        "acv_id",
        when="w.held IS NOT NULL AND (w.held_acv_id, w.held_epci_siren)"
        " IS DISTINCT FROM (w.acv_id, w.epci_siren)",
    ),
    _finding(
        IllegalTransition,
        "external_id",
        when="w.differs AND w.held IS NOT NULL AND w.status NOT IN ('declared', 'qualified')",
    ),
    _finding(
        NothingNeeded, "rome_codes", when="cardinality(w.rome_codes) + cardinality(w.skills) = 0"
    ),
    _finding(PeriodReversed, "horizon_until", when="w.horizon_until < w.horizon_from"),
    _finding(
        EvidenceMissing,
        "evidence_url",
        when="num_nonnulls(w.evidence_url, w.evidence_reference) = 0 AND (w.strength <> 'stated'"
        " OR num_nonnulls(w.evidence_title, w.evidence_on) > 0)",
    ),
    _finding(ExpiryPassed, "expires_on", when="w.differs AND w.expires_on < current_date"),
)

_UUID7 = (
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring("
    "int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),"
    " 52, 1), 53, 1), 'hex')::uuid"
)
_MERGE = f"""
    WITH updated AS (
        UPDATE towns.need AS t
        SET {", ".join(f"{name} = {_value(name)}" for name in _STATED)},
            status = 'declared', qualified_by = NULL, qualified_at = NULL,
            qualification_motive = NULL, version = t.version + 1, updated_at = now()
        FROM pg_temp.{STAGING} AS s
        WHERE {_SAME} AND t.status IN ('declared', 'qualified') AND {_DIFFERS} RETURNING 1
    ), inserted AS (
        INSERT INTO towns.need (id, author, status, version, {", ".join([*_KEY, *_STATED])})
        SELECT {_UUID7}, {ORGANISATION}, 'declared', 1, s.external_namespace, s.external_id,
               {", ".join(map(_given, _STATED))}
        FROM pg_temp.{STAGING} AS s
        WHERE NOT EXISTS (SELECT FROM towns.need AS t WHERE {_SAME}) RETURNING 1
    )
    SELECT (SELECT count(*) FROM inserted), (SELECT count(*) FROM updated)"""  # noqa: S608  # names of ours
_CHANGES = ", ".join(
    f"'{name}', CASE WHEN w.held_{name} IS DISTINCT FROM w.{name}"
    f" THEN json_build_array(w.held_{name}, w.{name}) END"
    for name in _STATED
)
_PREVIEW = f"""
    SELECT json_build_object(
        'change', CASE WHEN w.held IS NULL THEN 'inserted' ELSE 'updated' END,
        'key', concat_ws('/', w.external_namespace, w.external_id),
        'columns', json_strip_nulls(json_build_object({_CHANGES})))::text
    FROM {_WANTED} WHERE w.held IS NULL OR w.differs ORDER BY w.row_number LIMIT {SAMPLE}"""  # noqa: S608  # names of ours
_PAGE = 1000
_CHANGED = text(f"""
    SELECT s.row_number, t.id, t.acv_id, t.epci_siren, t.status, t.version
    FROM pg_temp.{STAGING} AS s JOIN towns.need AS t ON {_SAME}
    WHERE t.xmin = pg_current_xact_id()::xid AND s.row_number > :after
    ORDER BY s.row_number LIMIT {_PAGE}""")  # noqa: S608  # names of ours


async def _tell(session: AsyncSession, _outcome: Outcome) -> None:
    """Tell of every need that this transaction wrote, as its own change would."""
    after = 0
    while rows := (await session.execute(_CHANGED, {"after": after})).all():
        for after, *written in rows:  # noqa: B007  # the last one goes on
            fact = dict(
                zip(("id", "acv_id", "epci_siren", "status", "version"), written, strict=True)
            )
            kind = NeedDeclared if fact["version"] == 1 else NeedChanged
            await record(session, kind(**fact))


NEEDS = Importer(
    collection="needs",
    row=NeedRow,
    columns=_COLUMNS,
    key=_KEY,
    merge=Merge(_MERGE, _PREVIEW),
    checks=_CHECKS,
    after=_tell,
)
"""How a file of needs becomes needs."""
