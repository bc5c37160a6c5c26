"""When a request for access is decided, and who may have a say."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.partners.errors import (
    AlreadyCollected,
    NotGranted,
    OpinionAlreadyGiven,
    OwnRequest,
    RequestClosed,
)

LIFE = timedelta(days=30)
"""How long a request waits for its opinions.

Source: the plan; a request that nobody looks at must not be granted years later.
"""
APPROVALS = 2
"""How many organisations must approve.

Source: the table of roles of the plan: clients, keys and scopes are approved by two.
"""


class Opinion(NamedTuple):
    """What one organisation says."""

    organisation: str
    verdict: str


def standing(status: str, *, expires_at: datetime, now: datetime) -> str:
    """Return where a request stands: its status, or `expired` if it waited for too long.

    Args:
        status: as it was last decided.
        expires_at: until when it waits.
        now: the instant of the question.
    """
    late = status == "pending" and now >= expires_at
    return "expired" if late else status


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
        NotGranted: it waits, or was refused.
    """
    if status == "collected":
        raise AlreadyCollected
    if status != "granted":
        raise NotGranted(status)
