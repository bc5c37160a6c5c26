"""From a question to the answer: read what comes into question, rank it, say why."""

from collections.abc import Mapping

from chassis.database import ReadPool
from chassis.problems import Text
from services.towns.catalogue.rules import folded, search_condition
from services.towns.reference.contract import Completeness, Wording, completeness
from services.towns.resolution import store
from services.towns.resolution.contract import Resolution, ResolutionReason, ResolvedPlace
from services.towns.resolution.queries import ResolveQuery
from services.towns.resolution.rules import Candidate, Place, Question, Reason, ranked

MOST_SHOWN = 20

_TABLES = {
    "commune": "communes",
    "epci": "epcis",
    "department": "departments",
    "region": "regions",
    "town": "programme_towns",
}
_COLLECTIONS = _TABLES | {"town": "towns"}

_WHY: Mapping[Reason, Text] = {
    Reason.EXACT_CODE: Text("Son code est celui-ci", "This is its code"),
    Reason.EXACT_SIREN: Text("Son SIREN est celui-ci", "This is its SIREN"),
    Reason.EXACT_NAME_AND_POSTAL_CODE: Text(
        "Son nom et un de ses codes postaux sont ceux-ci",
        "These are its name and one of its postal codes",
    ),
    Reason.FOLDED_NAME_AND_POSTAL_CODE: Text(
        "Même code postal, même nom aux accents, traits d'union et abréviations près",
        "Same postal code, same name but for accents, hyphens and abbreviations",
    ),
    Reason.EXACT_NAME: Text("Son nom est celui-ci", "This is its name"),
    Reason.FOLDED_NAME: Text(
        "Même nom aux accents, traits d'union et abréviations près",
        "Same name but for accents, hyphens and abbreviations",
    ),
    Reason.NAME_AND_POSTAL_AREA: Text(
        "Même nom ; le code postal n'est pas un des siens mais est du même département",
        "Same name; the postal code is not one of its own but is of the same department",
    ),
    Reason.NAME_PREFIX_AND_POSTAL_CODE: Text(
        "Même code postal, et son nom commence ainsi", "Same postal code, and its name begins so"
    ),
    Reason.NAME_WORDS_AND_POSTAL_CODE: Text(
        "Même code postal, et son nom contient ces mots",
        "Same postal code, and its name holds these words",
    ),
    Reason.NAME_PREFIX: Text("Son nom commence ainsi", "Its name begins so"),
    Reason.POSTAL_CODE_ONLY: Text(
        "Un de ses codes postaux est celui-ci ; d'autres communes peuvent le partager",
        "This is one of its postal codes; other communes may share it",
    ),
    Reason.NAME_WORDS: Text("Son nom contient ces mots", "Its name holds these words"),
}


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
    place, why = candidate.place, _WHY[candidate.reason]
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
