"""How names are compared and who is a member of the programme when."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_BETWEEN_WORDS = re.compile(r"[\W_]+")

SPELLED_OUT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
"""Abbreviations met in names of communes, and the word they stand for."""

COMMON = frozenset({"en", "la", "le", "les", "saint", "st", "sur"})
"""Words that at least one name of communes in fifty holds.

Source: the shipped communes; `saint` is in one of fourteen.
"""

_ABBREVIATED = {word: short for short, word in SPELLED_OUT.items()}


def query_words(text: str) -> list[str]:
    """Return the words of `text` as a search compares them.

    Case, accents, hyphens, apostrophes and other marks are ignored, ligatures are opened
    (`œ` -> `oe`). Abbreviations stay as typed: `search_words` holds both spellings.

    Args:
        text: anything a person typed, also empty or made of marks only.

    Returns:
        Words of letters and digits only, in the order of `text`; maybe none.
    """
    bare = text
    for _ in range(2):  # lower case of a compatibility character may hold an accent, and back
        decomposed = unicodedata.normalize("NFKD", bare.casefold().translate(_LIGATURES))
        bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _BETWEEN_WORDS.sub(" ", bare).split()


def folded(text: str) -> str:
    """Return `text` reduced to what makes two names the same, in a form that also sorts well.

    As `query_words`, and `st`, `ste` are spelled out, so that `St-Dié` and `Saint-Dié` are equal
    and stand together in a sorted list. Articles are kept.

    Args:
        text: a name.

    Returns:
        Words separated by single spaces; empty if `text` has neither letter nor digit.
        Folding twice changes nothing.
    """
    return " ".join(SPELLED_OUT.get(word, word) for word in query_words(text))


def search_words(text: str) -> list[str]:
    """Return the words under which a name is found: each word of it, in every spelling.

    Args:
        text: a name.

    Returns:
        Words without repetition, sorted: those of `folded(text)`, and `st` beside `saint`.
    """
    words = set(folded(text).split())
    return sorted(words | {_ABBREVIATED[word] for word in words if word in _ABBREVIATED})


def search_condition(text: str, *, whole: bool = False) -> str:
    """Return what a text search looks for, in the language of PostgreSQL's `tsquery`.

    Each word of `text` must begin some word of the name, or be one of its words if `whole`; `st`
    also means `saint`. Words hold letters and digits only, so that none can be an operator.

    Args:
        text: what a person typed, with at least one letter or digit.
        whole: compare whole words.

    Returns:
        Such as `('die':*) & ('saint':* | 'st':*)`, words in the order typed.
    """
    return _conjunction(query_words(text), whole=whole)


def selective_condition(text: str) -> str:
    """Return the part of `search_condition` that few names meet, for an index to begin with.

    A prefix as common as `saint` costs an index more than all the rest together.

    Args:
        text: what a person typed, with at least one letter or digit.

    Returns:
        The condition of the longest word that is not common in names; of all words if all are.
    """
    words = query_words(text)
    rare = [word for word in words if word not in COMMON]
    return _conjunction([max(rare, key=len)] if rare else words, whole=False)


def holds_only_common_words(text: str) -> bool:
    """Tell whether every word of `text` is one that many names hold.

    Args:
        text: what a person typed, with at least one letter or digit.

    Returns:
        True for `saint` or `sur la`; False as soon as one word is rarer.
    """
    return COMMON.issuperset(query_words(text))


def is_one_word(text: str) -> bool:
    """Tell whether a search is for one word that has one spelling.

    Args:
        text: what a person typed.

    Returns:
        True for `bains` or `Saint`; False for two words, and for an abbreviation such as `st`.
    """
    words = query_words(text)
    return len(words) == 1 and words[0] not in SPELLED_OUT


def _conjunction(words: Sequence[str], *, whole: bool) -> str:
    mark = "" if whole else ":*"
    spelled = [sorted({word, SPELLED_OUT.get(word, word)}) for word in words]
    either = [" | ".join(f"'{word}'{mark}" for word in spellings) for spellings in spelled]
    return " & ".join(f"({spellings})" for spellings in either)


@dataclass(frozen=True, slots=True)
class Membership:
    """A phase of the programme that a town takes part in, and the dated proofs of it."""

    phase: str
    starts_on: date | None = None
    ends_on: date | None = None
    attested_on: date | None = None
    gone_from_list_on: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` on, before `until`; no `until`: still running."""

    start: date
    until: date | None

    def holds(self, on: date) -> bool:
        """Tell whether a day is inside.

        Args:
            on: the day asked about.

        Returns:
            True from `start` on, until the day before `until`.
        """
        return self.start <= on and (self.until is None or on < self.until)


def membership_period(memberships: Sequence[Membership]) -> Period:
    """Return when a town belongs to the programme, as far as sources state or show it.

    It begins on the earliest first day that a source states or, where none does, on the day of
    the earliest proof. Phases follow each other without a gap, so it ends with the last phase:
    the day after its stated last day, else the first dated list without the town.

    Args:
        memberships: the phases of one town, at least one, each with `starts_on` or `attested_on`.

    Returns:
        The period; without end while the town is in the latest list.

    Raises:
        ValueError: no phase, or no known beginning.

    Source: states of the published list of 2018-10-01, 2024-09-09 and 2025-04-02; the first 222
    towns were published on 2018-03-27.
    """
    beginnings = [phase.starts_on or phase.attested_on for phase in memberships]
    known = [day for day in beginnings if day is not None]
    if not known:
        raise ValueError("no membership with a known beginning")
    last = max(memberships, key=lambda membership: membership.phase)
    until = last.ends_on + timedelta(days=1) if last.ends_on else last.gone_from_list_on
    return Period(min(known), until)


def is_member(memberships: Sequence[Membership], on: date) -> bool:
    """Tell whether a town belongs to the programme on a day.

    Args:
        memberships: the phases of one town; none: never a member.
        on: the day asked about.

    Returns:
        True inside `membership_period(memberships)`.
    """
    return bool(memberships) and membership_period(memberships).holds(on)
