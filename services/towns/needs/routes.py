"""Reads, changes and acts of the needs."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.admission import Bounds, Reaching
from chassis.external_ids import Own, UpsertRoute
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import Answers, documented
from chassis.preconditions import etag
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, Seen, WriteRoute, Writes
from services.towns.errors import PeriodReversed, UnknownEpci, UnknownTown
from services.towns.needs import commands, store
from services.towns.needs.contract import (
    CoverageIn,
    Need,
    NeedIn,
    NeedPage,
    QualificationIn,
    WithdrawalIn,
    WrittenNeed,
)
from services.towns.needs.errors import (
    EvidenceMissing,
    ExpiryPassed,
    NeedCannotMove,
    NeedNotFound,
    NothingCovers,
    NothingNeeded,
    OneTerritory,
)
from services.towns.needs.queries import NeedQuery

router = Router(route_class=WriteRoute)
upserts = Router(route_class=UpsertRoute)
NEW: Answers = {201: {"description": "Declared", "model": WrittenNeed}}

NeedId = Annotated[
    UUID, Path(description="Id of the need", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
MISSTATED = (OneTerritory, NothingNeeded, PeriodReversed, EvidenceMissing, ExpiryPassed)
_ACT = (OutsidePerimeter, NeedNotFound, IllegalTransition)


@router.read("/v1/needs", answer=NeedPage, of=store.NEEDS)
async def list_needs(reads: Reading, query: Annotated[NeedQuery, Query()]) -> Answer:
    """List what towns and EPCIs need in jobs and skills."""
    return await reads.page(store.NEEDS, query)


@router.read("/v1/needs/{need_id}", answer=Need, of=store.NEED, refusals=[NeedNotFound])
async def show_need(reads: Reading, need_id: NeedId) -> Answer:
    """Show one need."""
    return await reads.one(store.NEED, {"id": need_id}, missing=NeedNotFound)


@router.post(
    "/v1/needs",
    status_code=201,
    operation_id="declare_need",
    responses=documented(OutsidePerimeter, UnknownTown, UnknownEpci, *MISSTATED),
)
async def declare_need(
    writes: Writes, limits: Bounds, caller: Caller, *, body: NeedIn, response: Response
) -> WrittenNeed:
    """Declare a need of a town or an EPCI in the caller's perimeter."""
    author = caller.organisation
    written = await commands.declare(writes, body.details(), author=author, limits=limits)
    response.headers["Location"] = f"/v1/needs/{written.id}"
    return told(written, response)


@upserts.put(
    "/v1/needs/by-external-id/{namespace}/{external_id}",
    operation_id="replace_need",
    responses=documented(
        *(OutsidePerimeter, UnknownTown, UnknownEpci, IllegalTransition, NeedCannotMove),
        *MISSTATED,
    )
    | NEW,
)
async def replace_need(
    writes: Writes, own: Own, limits: Bounds, *, seen: Seen, body: NeedIn, response: Response
) -> WrittenNeed:
    """Declare a need under the caller's own id, or have it say what is sent now."""
    written, made = await commands.replace(
        writes, body.details(), own=own, seen=seen, limits=limits
    )
    response.headers["Location"] = f"/v1/needs/{written.id}"
    response.status_code = 201 if made else 200
    return told(written, response)


@router.patch(
    "/v1/needs/{need_id}",
    operation_id="change_need",
    responses=documented(*_ACT, NeedCannotMove, *MISSTATED),
)
async def change_need(
    writes: Writes,
    need_id: NeedId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[NeedIn],
    response: Response,
) -> WrittenNeed:
    """Change some keys of a need: it is then declared again; its territory stays."""
    written = await commands.change(
        writes,
        need_id,
        changed=lambda held: body.onto(NeedIn.of(held)).details(),
        seen=seen,
        reach=reach,
    )
    return told(written, response)


@router.post(
    "/v1/needs/{need_id}/qualification",
    status_code=201,
    operation_id="qualify_need",
    responses=documented(*_ACT),
)
async def qualify_need(
    writes: Writes,
    need_id: NeedId,
    *,
    reach: Reaching,
    caller: Caller,
    body: QualificationIn,
    response: Response,
) -> WrittenNeed:
    """Say that a declared need stands, and why."""
    by = caller.organisation
    written = await commands.qualify(writes, need_id, motive=body.motive, by=by, reach=reach)
    return told(written, response)


@router.post(
    "/v1/needs/{need_id}/coverage",
    status_code=201,
    operation_id="cover_need",
    responses=documented(*_ACT, NothingCovers),
)
async def cover_need(
    writes: Writes,
    need_id: NeedId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CoverageIn,
    response: Response,
) -> WrittenNeed:
    """Say what answers a qualified need."""
    by = caller.organisation
    written = await commands.cover(
        writes, need_id, url=body.url, reference=body.reference, by=by, reach=reach
    )
    return told(written, response)


@router.post(
    "/v1/needs/{need_id}/withdrawal",
    status_code=201,
    operation_id="withdraw_need",
    responses=documented(*_ACT),
)
async def withdraw_need(
    writes: Writes,
    need_id: NeedId,
    *,
    reach: Reaching,
    caller: Caller,
    body: WithdrawalIn,
    response: Response,
) -> WrittenNeed:
    """Take a need back."""
    by = caller.organisation
    written = await commands.withdraw(writes, need_id, motive=body.motive, by=by, reach=reach)
    return told(written, response)


def told(written: commands.Written, response: Response) -> WrittenNeed:
    """Answer with what a change made, and its tag."""
    response.headers["ETag"] = etag(written.version, written.aged)
    return WrittenNeed.model_validate(written._asdict())
