"""What refuses a text or days that contradict themselves, naming every place."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.problems import FieldError, Text
from services.towns.conventions.consistency import faults
from services.towns.conventions.errors import ContentInconsistent, DaysOutOfOrder

_SAID = {
    "twice": Text("y est deux fois", "is there twice"),
    "before-start": Text("précède le début", "comes before the start"),
    "below-budget-excluding-tax": Text(
        "est inférieur au budget hors taxes", "is less than the budget excluding tax"
    ),
}


def check_content(content: Mapping[str, Any]) -> None:
    """Let a text be kept if its parts agree.

    Raises:
        ContentInconsistent: it names every place that contradicts another.
    """
    found = faults(content)
    if found:
        raise ContentInconsistent(
            errors=[
                FieldError(fault.code, _SAID[fault.code], pointer=f"/content{fault.pointer}")
                for fault in found
            ]
        )


def check_days(pairs: Mapping[str, Sequence[tuple[date, date]]]) -> None:
    """Let days be kept if the first of each pair does not come after the second.

    Raises:
        DaysOutOfOrder: it names the field of each pair that is out of order.
    """
    found = [
        FieldError("out-of-order", _after(first, then), pointer=pointer)
        for pointer, days in pairs.items()
        for first, then in days
        if first > then
    ]
    if found:
        raise DaysOutOfOrder(errors=found)


def _after(first: date, then: date) -> Text:
    return Text(f"le {first} vient après le {then}", f"{first} comes after {then}")
