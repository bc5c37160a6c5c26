"""When a request for access is decided, and who may have a say."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from gateway.partners.errors import (
    AlreadyCollected,
    AreaNotOwn,
    GrantLapsed,
    NotGranted,
    OpinionAlreadyGiven,
    OwnRequest,
    RequestClosed,
    TooManyAsked,
    TooManyPending,
)

LIFE = timedelta(days=30)
"""How long a request waits for its opinions.

Source: the plan; a request that nobody looks at must not be granted years later.
"""
COLLECTION = timedelta(days=30)
"""How long the credentials of a granted request wait for whoever asked.

Source: ours; as long as its opinions may take.
"""
WINDOW = timedelta(hours=24)
"""Over how long the requests of one sender are counted.

Source: ours; a mistaken script is stopped, a person who asks again is not.
"""
MOST_PENDING = 5
"""How many requests of one partner may wait for opinions at once.

Source: ours; the systems that a partner sets up together, in production and to try.
"""
APPROVALS = 2
"""How many organisations must approve.

Source: the table of roles of the plan: clients, keys and scopes are approved by two.
"""


class Place(NamedTuple):
    """An area that is asked for, and whose it is.

    Attributes:
        siren: of its owner by the official registers; None if they do not say.
        doubt: why they do not say; None if they do.
    """

    siren: str | None
    doubt: str | None = None


def place_of(
    dimension: str, value: str, *, kind: str, communes: Mapping[str, tuple[str, str | None]] | None
) -> Place:
    """Return whose an area is, for one kind of partner.

    A commune owns its code, an EPCI its SIREN and the codes of its members. No register that we
    hold says who speaks for a region, a department, a funder or a centre.

    Args:
        dimension: of the area.
        value: its code.
        kind: of the partner that asks.
        communes: by INSEE code, the SIREN of a commune and of its EPCI; None if nobody could tell.

    Source: INSEE, code officiel géographique; Banatic for EPCI, as the towns service holds them.
    """
    if dimension == "epci":
        return Place(value)
    if dimension != "town":
        return Place(None, "no-register")
    if communes is None:
        return Place(None, "not-checked")
    found = communes.get(value)
    if found is None:
        return Place(None, "unknown-code")
    siren = found[1] if kind == "epci" else found[0]
    return Place(siren, None if siren else "no-register")


def doubts(places: Sequence[Place], *, siren: str | None) -> list[str | None]:
    """Return for each area why it is not known to be the asker's; None where it is.

    Args:
        places: the areas, in the order of the request.
        siren: of the asker, None if it gave no SIRET.

    Raises:
        AreaNotOwn: an area is known to be somebody else's.
    """
    foreign = [
        number
        for number, place in enumerate(places)
        if siren is not None and place.siren not in {None, siren}
    ]
    if foreign:
        raise AreaNotOwn(foreign)
    return [place.doubt or (None if siren else "no-siret") for place in places]


class Pressure(NamedTuple):
    """What the registry holds already when one more request comes.

    Attributes:
        sent: how many requests of the same sender are younger than `WINDOW`.
        oldest_at: when the oldest of those was made; None if there is none.
        pending: how many requests of the same partner wait for opinions.
    """

    sent: int
    oldest_at: datetime | None
    pending: int


class Opinion(NamedTuple):
    """What one organisation says."""

    organisation: str
    verdict: str


def standing(status: str, *, expires_at: datetime, now: datetime) -> str:
    """Return where a request stands: its status, or what waiting for too long made of it.

    Undecided it is `expired`, granted and not collected it is `lapsed`.

    Args:
        status: as it was last decided.
        expires_at: until when it waits.
        now: the instant of the question.
    """
    return _LATE.get(status, status) if now >= expires_at else status


_LATE = {"pending": "expired", "granted": "lapsed"}


def check_pressure(found: Pressure, *, most: int, now: datetime) -> None:
    """Let one more request be made.

    Args:
        found: what there is already.
        most: how many requests a sender may make in `WINDOW`.
        now: the instant of the request.

    Raises:
        TooManyAsked: the sender made so many; it says when the oldest is forgotten.
        TooManyPending: `MOST_PENDING` of the partner wait.
    """
    if found.sent >= most:
        free_at = (found.oldest_at or now) + WINDOW
        raise TooManyAsked(max(1, ceil((free_at - now).total_seconds())))
    if found.pending >= MOST_PENDING:
        raise TooManyPending


def judged(status: str, *, given: Collection[Opinion], said: Opinion, asker: str | None) -> str:
    """Return the status of a request after one more opinion.

    One refusal ends it; approvals of `APPROVALS` organisations grant it.

    Args:
        status: where the request stands.
        given: the opinions before this one.
        said: this opinion.
        asker: the organisation that asks, if it is a partner already.

    Raises:
        RequestClosed: it is not waiting for opinions.
        OwnRequest: the organisation judges what it asks for.
        OpinionAlreadyGiven: it has spoken already.
    """
    if status != "pending":
        raise RequestClosed
    if said.organisation == asker:
        raise OwnRequest
    if any(said.organisation == opinion.organisation for opinion in given):
        raise OpinionAlreadyGiven
    if said.verdict == "refused":
        return "refused"
    approvals = sum(opinion.verdict == "approved" for opinion in [*given, said])
    return "granted" if approvals >= APPROVALS else "pending"


def check_collectable(status: str) -> None:
    """Let the credentials of a request be handed over.

    Args:
        status: where the request stands.

    Raises:
        AlreadyCollected: they were.
        GrantLapsed: they waited for too long.
        NotGranted: it waits, or was refused.
    """
    if status == "collected":
        raise AlreadyCollected
    if status == "lapsed":
        raise GrantLapsed
    if status != "granted":
        raise NotGranted(status)
