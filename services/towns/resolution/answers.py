"""From a question to the answer: read what comes into question, rank it, say why."""

from chassis.database import ReadPool
from chassis.problems import Text
from services.towns.catalogue.rules import folded, search_condition
from services.towns.reference.contract import Completeness, Wording, completeness
from services.towns.resolution import store
from services.towns.resolution.contract import Resolution, ResolutionReason, ResolvedPlace
from services.towns.resolution.queries import ResolveQuery
from services.towns.resolution.rules import Candidate, Place, Question, ranked
from services.towns.vocabularies import REASON

MOST_SHOWN = 20

_TABLES = {
    "commune": "communes",
    "epci": "epcis",
    "department": "departments",
    "region": "regions",
    "town": "programme_towns",
}
_COLLECTIONS = _TABLES | {"town": "towns"}


async def resolution(pool: ReadPool, query: ResolveQuery) -> Resolution:
    """Return the places that a code, a name or a postal code may mean."""
    question = Question(
        code=query.code,
        name=query.name,
        folded_name=folded(query.name or ""),
        postal_code=query.postal_code,
    )
    candidates = ranked(question, await _places(pool, query))
    shown = candidates[:MOST_SHOWN]
    searched = completeness(*(_TABLES[kind] for kind in dict.fromkeys(query.kinds())))
    return Resolution(
        outcome=("none", "one", "several")[min(len(candidates), 2)],
        items=[_shown(candidate, among=len(candidates)) for candidate in shown],
        omitted=len(candidates) - len(shown),
        completeness=[Completeness.model_validate(table) for table in searched["completeness"]],
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
    rows = await pool.fetch(made.sql, *made.arguments(values))
    return [Place(**{**row, "postal_codes": tuple(row["postal_codes"] or ())}) for row in rows]


def _shown(candidate: Candidate, *, among: int) -> ResolvedPlace:
    place, why = candidate.place, REASON.labels[candidate.reason]
    others = Text("", "")
    if among > 1:
        others = Text(
            f" ; {among} lieux répondent à la question", f"; {among} places answer the question"
        )
    return ResolvedPlace(
        kind=place.kind,
        code=place.code,
        name=place.name,
        href=f"/v1/{_COLLECTIONS[place.kind]}/{place.code}",
        acv_id=place.acv_id,
        confidence=str(candidate.confidence),
        reason=ResolutionReason(
            code=candidate.reason.value,
            detail=Wording(fr=f"{why.fr}{others.fr}.", en=f"{why.en}{others.en}."),
        ),
    )
