"""From a question to the answer: read what comes into question, rank it, say why."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from chassis.database import ReadPool
from chassis.problems import Text
from chassis.statements import Statement
from services.towns.catalogue.rules import folded, search_condition
from services.towns.reference.contract import Sourced, Wording, completeness
from services.towns.resolution import store
from services.towns.resolution.contract import (
    Resolution,
    ResolutionHint,
    ResolutionReason,
    ResolvedPlace,
)
from services.towns.resolution.queries import ResolveQuery
from services.towns.resolution.rules import NAME_ALONE, Candidate, Place, Question, ranked
from services.towns.succession.answers import successors, today
from services.towns.vocabularies import REASON

MOST_SHOWN = 20

_TABLES = {
    "commune": "communes",
    "epci": "epcis",
    "department": "departments",
    "region": "regions",
    "town": "programme_towns",
}
_OTHERS_UNKNOWN = Text(
    " ; d'autres lieux de France, que nous n'avons pas, peuvent porter ce nom : un code postal"
    " départage",
    "; other places of France, which we do not hold, may bear this name: a postal code decides",
)
_SUCCEEDED = frozenset({"commune", "epci"})
_FIVE_DIGITS = re.compile("[0-9]{5}")
_COLLECTIONS = _TABLES | {"town": "towns"}


async def resolution(pool: ReadPool, query: ResolveQuery) -> Resolution:
    """Return the places that a code, a name or a postal code may mean."""
    question = Question(
        code=query.code,
        name=query.name,
        folded_name=folded(query.name or ""),
        postal_code=query.postal_code,
    )
    tables = [_TABLES[kind] for kind in dict.fromkeys(query.kinds())]
    searched = Sourced.model_validate(completeness(*tables))
    holed = {table.table for table in searched.completeness if table.scope == "partial"}
    partial = frozenset(kind for kind, table in _TABLES.items() if table in holed)
    found = await _places(pool, query) or await _heirs(pool, query)
    candidates = ranked(question, found, partial=partial)
    shown = candidates[:MOST_SHOWN]
    return Resolution(
        outcome=("none", "one", "several")[min(len(candidates), 2)],
        items=[_shown(found, among=len(candidates), partial=partial) for found in shown],
        omitted=len(candidates) - len(shown),
        hint=None if candidates else await _hint(pool, query),
        **dict(searched),
    )


async def _hint(pool: ReadPool, query: ResolveQuery) -> ResolutionHint | None:
    """Return the question of whoever took a postal code for a code."""
    if query.code is None or not _FIVE_DIGITS.fullmatch(query.code):
        return None
    values = {"kinds": ["commune"], "postal_code": query.code}
    made = store.BY_POSTAL_CODE
    if not await pool.fetch(made.sql, *made.arguments(values)):
        return None
    return ResolutionHint(
        detail=Wording(
            fr=f"{query.code} n'est pas un code INSEE que nous connaissons, mais un code postal.",
            en=f"{query.code} is no INSEE code that we know, but a postal code.",
        ),
        href=f"/v1/resolve?postal_code={query.code}",
    )


async def _places(pool: ReadPool, query: ResolveQuery) -> list[Place]:
    if query.code is not None:
        made = store.BY_CODE
    else:
        made = store.BY_NAME if query.name is not None else store.BY_POSTAL_CODE
    name = query.name or ""
    values = {
        "kinds": list(query.kinds()),
        "code": query.code,
        "postal_code": query.postal_code,
        "words": search_condition(name),
        "phrase": folded(name),
    }
    return await _read(pool, made, values)


async def _heirs(pool: ReadPool, query: ResolveQuery) -> list[Place]:
    """Return the places in which a code of the past goes on."""
    found = []
    for kind in _SUCCEEDED.intersection(query.kinds() if query.code else ()):
        heirs = await successors(pool, kind, code=query.code or "", as_of=today())
        for heir in heirs:
            values = {"kinds": [kind], "code": heir.code}
            places = await _read(pool, store.BY_CODE, values)
            found += [replace(place, succeeds=query.code) for place in places]
    return found


async def _read(pool: ReadPool, made: Statement, values: Mapping[str, Any]) -> list[Place]:
    rows = await pool.fetch(made.sql, *made.arguments(values))
    return [Place(**{**row, "postal_codes": tuple(row["postal_codes"] or ())}) for row in rows]


def _shown(candidate: Candidate, *, among: int, partial: Collection[str]) -> ResolvedPlace:
    place, why = candidate.place, REASON.labels[candidate.reason]
    others = Text("", "")
    if among > 1:
        others = Text(
            f" ; {among} lieux répondent à la question", f"; {among} places answer the question"
        )
    if place.kind in partial and candidate.reason in NAME_ALONE:
        others = Text(others.fr + _OTHERS_UNKNOWN.fr, others.en + _OTHERS_UNKNOWN.en)
    return ResolvedPlace(
        kind=place.kind,
        code=place.code,
        name=place.name,
        href=f"/v1/{_COLLECTIONS[place.kind]}/{place.code}",
        acv_id=place.acv_id,
        resolved_from=place.succeeds,
        confidence=str(candidate.confidence),
        reason=ResolutionReason(
            code=candidate.reason.value,
            detail=Wording(fr=f"{why.fr}{others.fr}.", en=f"{why.en}{others.en}."),
        ),
    )
