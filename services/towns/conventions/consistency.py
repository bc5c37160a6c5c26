"""Whether the parts of a text agree, and in what two texts differ: pure functions of values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

KEYS = ("number", "axis", "organisation")
"""What names an element of a list, in the order in which they are tried."""

_NAMED = {"axes": "axis", "parties": "organisation", "action_sheets": "number"}
Json = Any


class Fault(NamedTuple):
    """A place of a text, as a JSON pointer, and what is wrong there."""

    pointer: str
    code: str


class Difference(NamedTuple):
    """A place where two texts differ: in the later one, or in the earlier if it is gone."""

    pointer: str
    before: Json
    after: Json


def faults(content: Mapping[str, Json]) -> list[Fault]:
    """Return every place of a text that contradicts another."""
    found = []
    for part, key in _NAMED.items():
        times = Counter(element[key] for element in content[part])
        found += [
            Fault(f"/{part}/{place}/{key}", "twice")
            for place, element in enumerate(content[part])
            if times[element[key]] > 1
        ]
    for place, sheet in enumerate(content["action_sheets"]):
        found += [Fault(f"/action_sheets/{place}{at}", code) for at, code in _of_sheet(sheet)]
    return found


def _of_sheet(sheet: Mapping[str, Json]) -> Iterator[Fault]:
    starts, ends = sheet["starts_on"], sheet["ends_on"]
    if starts is not None and ends is not None and ends < starts:
        yield Fault("/ends_on", "before-start")
    net, gross = sheet["budget_excluding_tax_eur"], sheet["budget_including_tax_eur"]
    if net is not None and gross is not None and Decimal(gross) < Decimal(net):
        yield Fault("/budget_including_tax_eur", "below-budget-excluding-tax")


def differences(before: Json, after: Json, *, at: str = "") -> list[Difference]:
    """Return what changed between two texts, the smallest places that differ.

    Elements of lists are compared with those of the same name (`number`, `axis`, `organisation`),
    wherever they stand; elements without a name are compared as a whole list.
    """
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found
            for key in [*after, *(before.keys() - after.keys())]
            for found in differences(before.get(key), after.get(key), at=f"{at}/{_escaped(key)}")
        ]
    key = _key_of(before, after)
    if key is None:
        return [Difference(at, before, after)]
    return _of_lists(before, after, key=key, at=at)


def _of_lists(
    before: Sequence[Json], after: Sequence[Json], *, key: str, at: str
) -> list[Difference]:
    old = {element[key]: element for element in before}
    new = {element[key] for element in after}
    found = []
    for place, element in enumerate(after):
        found += differences(old.get(element[key]), element, at=f"{at}/{place}")
    for place, element in enumerate(before):
        if element[key] not in new:
            found.append(Difference(f"{at}/{place}", element, None))
    return found


def _key_of(before: Json, after: Json) -> str | None:
    """Return what names the elements of two lists, if something does."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return None
    elements = [*before, *after]
    if not all(isinstance(element, dict) for element in elements):
        return None
    return next((key for key in KEYS if _names(key, before) and _names(key, after)), None)


def _names(key: str, elements: Sequence[Mapping[str, Json]]) -> bool:
    names = [element.get(key) for element in elements]
    return None not in names and len(set(names)) == len(names)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
