"""How a change of territories is recorded."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from services.towns.succession import store
from services.towns.succession.errors import AlreadyRecorded
from services.towns.succession.events import TerritorySucceeded
from services.towns.succession.rules import Edge, Link, check_codes, check_edges, check_loops
from services.towns.succession.tables import RecordedSuccession

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """A change of territories on one day."""

    kind: str
    effective_on: date
    reason: str
    source_url: str
    edges: Sequence[Edge]


class Recorded(NamedTuple):
    """A change as it was recorded."""

    act_id: UUID
    kind: str
    effective_on: date
    edges_count: int


async def add(session: WriteSession, change: Change, *, organisation: str) -> Recorded:
    """Record a change that is whole, known to nobody, and leads nowhere back."""
    check_edges(change.edges)
    await store.serialise(session, change.kind)
    known = [Link(*row) for row in await store.links(session, change.kind)]
    named = {code for edge in change.edges for code in edge[:2]}
    living = await store.living(session, change.kind, codes=named)
    check_codes(change.edges, living=living, past={link.predecessor for link in known})
    check_loops(change.edges, known=known, effective_on=change.effective_on)
    act_id = uuid7()
    session.add_all(
        RecordedSuccession(
            id=uuid7(),
            act_id=act_id,
            kind=change.kind,
            predecessor_code=edge.predecessor,
            successor_code=edge.successor,
            share_millionths=int(edge.share * _MILLION),
            effective_on=change.effective_on,
            reason=change.reason,
            source_url=change.source_url,
            organisation_id=organisation,
        )
        for edge in change.edges
    )
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyRecorded from None
    await _tell(session, change)
    return Recorded(act_id, change.kind, change.effective_on, len(change.edges))


async def _tell(session: WriteSession, change: Change) -> None:
    heirs: defaultdict[str, list[str]] = defaultdict(list)
    for edge in change.edges:
        heirs[edge.predecessor].append(edge.successor)
    for predecessor, codes in heirs.items():
        fact = TerritorySucceeded(
            kind=change.kind,
            predecessor_code=predecessor,
            successor_codes=codes,
            effective_on=change.effective_on,
            reason=change.reason,
        )
        await record(session, fact, reason=change.reason, successor=codes[0])
