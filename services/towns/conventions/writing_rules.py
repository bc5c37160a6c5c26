"""When the action of the Cnam can be written into a convention."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.towns.conventions.errors import CnamActionNotReady, DeliberationsMissing
from services.towns.conventions.rules import check_deliberations, parties


@dataclass(frozen=True, slots=True)
class Bid:
    """The site that is to be written: its status, whether its bid was selected, its towns."""

    status: str
    selected: bool
    towns: Collection[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The action sheet of a version: `signed_on` null: not signed, `content` null: not known."""

    acv_id: str
    action_number: str
    signed_on: date | None
    content: Mapping[str, Any] | None


def check_writing(bid: Bid | None, sheet: Sheet) -> None:
    """Let the action of a site be written into a version of a convention.

    Args:
        bid: the site; `None`: there is none of this id.
        sheet: the version, and the number of the sheet.

    Raises:
        CnamActionNotReady: it names all that is missing, and who has not deliberated.

    Source: convention of 1 April 2019 between the Cnam and the ministry: selected towns may write
    the action into their convention; guide of the programme for the order of the acts.
    """
    missing = _of_bid(bid, acv_id=sheet.acv_id)
    missing += [] if sheet.signed_on is not None else ["version-not-signed"]
    undecided: list[str] = []
    if sheet.content is None:
        missing += ["text-unknown"] if sheet.signed_on is not None else []
    else:
        numbers = {one["number"] for one in sheet.content["action_sheets"]}
        missing += [] if sheet.action_number in numbers else ["sheet-missing"]
        try:
            check_deliberations(parties(sheet.content), by=sheet.signed_on or date.max)
        except DeliberationsMissing as refused:
            undecided = refused.extra["missing"]
            missing.append("deliberations-missing")
    if missing:
        raise CnamActionNotReady(missing, undecided)


def _of_bid(bid: Bid | None, *, acv_id: str) -> list[str]:
    if bid is None:
        return ["site-unknown"]
    found = {
        "site-closed": bid.status == "closed",
        "site-not-selected": not bid.selected,
        "site-of-another-town": acv_id not in bid.towns,
    }
    return [name for name, lacks in found.items() if lacks]
