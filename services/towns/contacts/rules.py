"""What makes the contact of a town one that a partner can call."""

from dataclasses import dataclass
from datetime import date

from services.towns.errors import ContactCannotMove, NoWayToReach, PeriodReversed


@dataclass(frozen=True, slots=True)
class Details:
    """Who is called in which town, in which role, how, and on which days (both included)."""

    acv_id: str
    role: str
    name: str
    email: str | None
    phone: str | None
    valid_from: date
    valid_until: date | None


def check(details: Details) -> None:
    """Let a contact be kept if it can be reached and its days are in order.

    Args:
        details: the contact as somebody wants it.

    Raises:
        NoWayToReach: neither an address of mail nor a telephone number.
        PeriodReversed: it ends before it begins; one day is enough.
    """
    if details.email is None and details.phone is None:
        raise NoWayToReach
    if details.valid_until is not None and details.valid_until < details.valid_from:
        raise PeriodReversed


def check_change(held: Details, asked: Details) -> None:
    """Let a contact be changed: under the same rules, and in its town.

    A contact of another town is another contact: those who may know of the one need not be those
    who may know of the other.

    Args:
        held: the contact as it is.
        asked: the contact as somebody wants it.

    Raises:
        ContactCannotMove: another town.
        NoWayToReach, PeriodReversed: as `check`.
    """
    if asked.acv_id != held.acv_id:
        raise ContactCannotMove
    check(asked)
