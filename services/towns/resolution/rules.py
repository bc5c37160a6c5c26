"""How surely a place is the one that a code or a name from elsewhere means."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum


class Reason(StrEnum):
    """What speaks for a candidate."""

    EXACT_CODE = "exact-code"
    EXACT_SIREN = "exact-siren"
    SUCCESSOR = "successor"
    EXACT_NAME_AND_POSTAL_CODE = "exact-name-and-postal-code"
    FOLDED_NAME_AND_POSTAL_CODE = "folded-name-and-postal-code"
    EXACT_NAME = "exact-name"
    FOLDED_NAME = "folded-name"
    NAME_AND_POSTAL_AREA = "name-and-postal-area"
    NAME_PREFIX_AND_POSTAL_CODE = "name-prefix-and-postal-code"
    NAME_WORDS_AND_POSTAL_CODE = "name-words-and-postal-code"
    NAME_PREFIX = "name-prefix"
    POSTAL_CODE_ONLY = "postal-code-only"
    NAME_WORDS = "name-words"


CERTAINTY: Mapping[Reason, Decimal] = {
    Reason.EXACT_CODE: Decimal("1.00"),
    Reason.EXACT_SIREN: Decimal("1.00"),
    Reason.SUCCESSOR: Decimal("1.00"),
    Reason.EXACT_NAME_AND_POSTAL_CODE: Decimal("1.00"),
    Reason.FOLDED_NAME_AND_POSTAL_CODE: Decimal("0.98"),
    Reason.EXACT_NAME: Decimal("0.95"),
    Reason.FOLDED_NAME: Decimal("0.90"),
    Reason.NAME_AND_POSTAL_AREA: Decimal("0.70"),
    Reason.NAME_PREFIX_AND_POSTAL_CODE: Decimal("0.85"),
    Reason.NAME_WORDS_AND_POSTAL_CODE: Decimal("0.70"),
    Reason.NAME_PREFIX: Decimal("0.60"),
    Reason.POSTAL_CODE_ONLY: Decimal("0.50"),
    Reason.NAME_WORDS: Decimal("0.40"),
}
"""How much each reason is worth alone, a fraction 0-1: a convention of ours, not a statistic."""

NAME_ALONE: Mapping[Reason, Decimal] = {
    Reason.EXACT_NAME: Decimal("0.60"),
    Reason.FOLDED_NAME: Decimal("0.55"),
    Reason.NAME_PREFIX: Decimal("0.40"),
    Reason.NAME_WORDS: Decimal("0.25"),
}
"""How much a name is worth among places of a kind that we hold in part: others may bear it too."""

WHOLE = frozenset(
    {
        Reason.EXACT_CODE,
        Reason.EXACT_SIREN,
        Reason.SUCCESSOR,
        Reason.EXACT_NAME_AND_POSTAL_CODE,
        Reason.FOLDED_NAME_AND_POSTAL_CODE,
        Reason.EXACT_NAME,
        Reason.FOLDED_NAME,
        Reason.NAME_AND_POSTAL_AREA,
    }
)
"""Reasons in which the code or the whole name agrees; they rule out the others."""

_WITH_POSTAL_CODE = {
    Reason.EXACT_NAME: Reason.EXACT_NAME_AND_POSTAL_CODE,
    Reason.FOLDED_NAME: Reason.FOLDED_NAME_AND_POSTAL_CODE,
    Reason.NAME_PREFIX: Reason.NAME_PREFIX_AND_POSTAL_CODE,
    Reason.NAME_WORDS: Reason.NAME_WORDS_AND_POSTAL_CODE,
}
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Question:
    """What a caller knows: a code; or a name (as written, and folded), a postal code, or both."""

    code: str | None = None
    name: str | None = None
    folded_name: str = ""
    postal_code: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """An official place, or a programme town; only communes have postal codes.

    `succeeds` is the code of the past that it was found by.
    """

    kind: str
    code: str
    name: str
    folded_name: str
    siren: str | None = None
    postal_codes: tuple[str, ...] = ()
    acv_id: str | None = None
    succeeds: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant; `confidence` is a fraction 0-1 with two decimals."""

    place: Place
    reason: Reason
    confidence: Decimal


def reason_for(question: Question, place: Place) -> Reason | None:
    """Return what speaks for a place, or nothing.

    A name and a postal code must agree. One difference is forgiven: the whole name is right and
    the postal code is another of the same area, as special codes (CEDEX) are.

    Args:
        question: a code, or a name, or a postal code, or the last two.
        place: any place.

    Returns:
        The strongest reason; None if the place does not answer the question.
    """
    if question.code is not None:
        return _reason_for_code(question.code, place)
    if question.name is None:
        known = question.postal_code in place.postal_codes
        return Reason.POSTAL_CODE_ONLY if known else None
    likeness = _likeness(question, place)
    if question.postal_code is None or likeness is None:
        return likeness
    if question.postal_code in place.postal_codes:
        return _WITH_POSTAL_CODE[likeness]
    areas = {postal_area(code) for code in place.postal_codes}
    near = likeness in WHOLE and postal_area(question.postal_code) in areas
    return Reason.NAME_AND_POSTAL_AREA if near else None


def _reason_for_code(code: str, place: Place) -> Reason | None:
    if code == place.siren:
        return Reason.EXACT_SIREN
    if code == place.succeeds:
        return Reason.SUCCESSOR
    return Reason.EXACT_CODE if code == place.code else None


def _likeness(question: Question, place: Place) -> Reason | None:
    written = unicodedata.normalize("NFC", (question.name or "").strip())
    if written == place.name:
        return Reason.EXACT_NAME
    asked, here = question.folded_name, place.folded_name
    if not asked:
        return None
    if asked == here:
        return Reason.FOLDED_NAME
    if here.startswith(asked):
        return Reason.NAME_PREFIX
    words = here.split()
    found = all(any(word.startswith(part) for word in words) for part in asked.split())
    return Reason.NAME_WORDS if found else None


def postal_area(postal_code: str) -> str:
    """Return the part of a postal code that names a department.

    Args:
        postal_code: five digits.

    Returns:
        Two digits; three overseas (97, 98). Both departments of Corsica share `20`.

    Source: La Poste, base officielle des codes postaux; a CEDEX code keeps this part.
    """
    return postal_code[: 3 if postal_code.startswith(("97", "98")) else 2]


def worth(place: Place, reason: Reason, *, partial: Collection[str] = ()) -> Decimal:
    """Return how much a reason is worth for a place, before it is shared.

    Args:
        place: the candidate.
        reason: what speaks for it.
        partial: the kinds of places of which we hold some only.

    Returns:
        A fraction 0-1: `CERTAINTY`, or less for a name alone of a kind that we hold in part.
    """
    among_some = place.kind in partial and reason in NAME_ALONE
    return NAME_ALONE[reason] if among_some else CERTAINTY[reason]


def ranked(
    question: Question, places: Sequence[Place], *, partial: Collection[str] = ()
) -> list[Candidate]:
    """Return the places that may be meant, the likeliest first.

    Where a code or a whole name agrees, mere beginnings and words are left out. A town is left
    out beside one of its communes, which names it. What a reason is worth is shared between all
    that remain, so that two homonyms are each less than half sure.

    Args:
        question: what the caller knows.
        places: those to choose from, each once.
        partial: the kinds of places of which we hold some only.

    Returns:
        Candidates whose confidences add up to 1 at most; empty: no place that we hold.
    """
    found = [(place, reason) for place in places if (reason := reason_for(question, place))]
    if any(reason in WHOLE for _, reason in found):
        found = [(place, reason) for place, reason in found if reason in WHOLE]
    named = {place.acv_id for place, _ in found if place.kind == "commune"}
    kept = [
        (place, reason)
        for place, reason in found
        if place.kind != "town" or place.acv_id not in named
    ]
    candidates = [
        Candidate(place, reason, _shared(worth(place, reason, partial=partial), len(kept)))
        for place, reason in kept
    ]
    return sorted(
        candidates,
        key=lambda found: (
            -found.confidence,
            -CERTAINTY[found.reason],
            found.place.folded_name,
            found.place.kind,
            found.place.code,
        ),
    )


def _shared(certainty: Decimal, among: int) -> Decimal:
    return (certainty / among).quantize(_CENT, rounding=ROUND_DOWN)
