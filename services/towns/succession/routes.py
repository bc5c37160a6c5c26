"""Reads and records of the succession of territories."""

from typing import Annotated

from fastapi import Path, Query

from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Caller, WriteRoute, Writes
from services.towns.succession import commands, store
from services.towns.succession.answers import fate, today
from services.towns.succession.contract import (
    Fate,
    RecordedChange,
    SuccessionIn,
    SuccessionPage,
    TerritoryKind,
)
from services.towns.succession.errors import (
    AlreadyRecorded,
    NothingChanges,
    PredecessorUnknown,
    SharesNotWhole,
    SuccessionLoop,
    SuccessionTwice,
    UnknownSuccessor,
)
from services.towns.succession.queries import FateQuery, SuccessionQuery

router = Router(route_class=WriteRoute)

KindInPath = Annotated[TerritoryKind, Path(description="What the code is of", examples=["commune"])]
CodeInPath = Annotated[
    str,
    Path(
        description="INSEE code of a commune, SIREN of an EPCI",
        pattern=r"^[0-9][0-9AB][0-9]{3}([0-9]{4})?$",
        examples=["91182"],
    ),
]


@router.read("/v1/successions", answer=SuccessionPage)
async def list_successions(reads: Reading, query: Annotated[SuccessionQuery, Query()]) -> Answer:
    """List which territories went into which others: official history, and what was recorded."""
    return await reads.page(store.SUCCESSIONS, query)


@router.read("/v1/successions/{kind}/{code}", answer=Fate)
async def show_succession(
    reads: Reading, kind: KindInPath, code: CodeInPath, query: Annotated[FateQuery, Query()]
) -> Answer:
    """Show what became of a code, on a day: its successors of that day, with their shares."""
    return reads.computed(await fate(reads.pool, kind, code=code, as_of=query.day(today())))


@router.post(
    "/v1/successions",
    status_code=201,
    operation_id="record_succession",
    responses=documented(
        *(UnknownSuccessor, PredecessorUnknown, SharesNotWhole, SuccessionTwice),
        *(NothingChanges, SuccessionLoop, AlreadyRecorded),
    ),
)
async def record_succession(writes: Writes, caller: Caller, body: SuccessionIn) -> RecordedChange:
    """Record a change of territories: from n predecessors to m successors, on one day."""
    change = commands.Change(
        body.kind, body.effective_on, body.reason, body.source_url, body.parts()
    )
    made = await commands.add(writes, change, organisation=caller.organisation)
    return RecordedChange(**made._asdict())
