"""Reads of the bids, and the acts on them."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Path, Query, Response

from chassis.admission import Bounds, Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, Seen, WriteRoute, Writes, told
from services.towns.applications import commands, errors, history, store, submission
from services.towns.applications.content import ApplicationContentIn
from services.towns.applications.contract import (
    Application,
    ApplicationIn,
    ApplicationPage,
    ApplicationStepPage,
    ApplicationVersion,
    ApplicationVersionPage,
    ApplicationWithdrawalIn,
    ConsolidationIn,
    ExaminationIn,
    WrittenApplication,
)
from services.towns.applications.queries import ApplicationQuery
from services.towns.calls import errors as of_calls

router = Router(route_class=WriteRoute)

ApplicationId = Annotated[
    UUID, Path(description="Id of the bid", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
Number = Annotated[int, Path(ge=1, le=32_767, description="Number of the version", examples=[1])]
_ACT = (OutsidePerimeter, errors.ApplicationNotFound, IllegalTransition)


@router.read("/v1/applications", answer=ApplicationPage, of=store.APPLICATIONS)
async def list_applications(reads: Reading, query: Annotated[ApplicationQuery, Query()]) -> Answer:
    """List the bids that the caller may know of."""
    return await reads.page(store.APPLICATIONS, query)


@router.read(
    "/v1/applications/{application_id}",
    answer=Application,
    of=store.APPLICATION,
    refusals=[errors.ApplicationNotFound],
)
async def show_application(reads: Reading, application_id: ApplicationId) -> Answer:
    """Show a bid: to its carriers as they write it, to others as it was last submitted."""
    asked = {"id": application_id}
    return await reads.one(store.APPLICATION, asked, missing=errors.ApplicationNotFound)


@router.read(
    "/v1/applications/{application_id}/versions",
    answer=ApplicationVersionPage,
    of=history.VERSIONS,
    refusals=[errors.ApplicationNotFound],
)
async def list_application_versions(reads: Reading, application_id: ApplicationId) -> Answer:
    """List what was submitted of a bid, and under which rules."""
    asked = {"id": application_id}
    return await reads.one(history.VERSIONS, asked, missing=errors.ApplicationNotFound)


@router.read(
    "/v1/applications/{application_id}/versions/{number}",
    answer=ApplicationVersion,
    of=history.VERSION,
    refusals=[errors.ApplicationNotFound, errors.ApplicationVersionNotFound],
)
async def show_application_version(
    reads: Reading, application_id: ApplicationId, number: Number
) -> Answer:
    """Show a bid as it was submitted once."""
    asked = {"id": application_id, "number": number}
    missing = errors.ApplicationNotFound
    if (await reads.found(history.VERSION, asked, missing=missing))[0] is None:
        raise errors.ApplicationVersionNotFound
    return await reads.one(history.VERSION, asked, missing=missing)


@router.read(
    "/v1/applications/{application_id}/steps",
    answer=ApplicationStepPage,
    of=history.STEPS_TAKEN,
    refusals=[errors.ApplicationNotFound],
)
async def list_application_steps(reads: Reading, application_id: ApplicationId) -> Answer:
    """List the acts that moved a bid."""
    asked = {"id": application_id}
    return await reads.one(history.STEPS_TAKEN, asked, missing=errors.ApplicationNotFound)


@router.post(
    "/v1/applications",
    status_code=201,
    operation_id="create_application",
    responses=documented(
        *(OutsidePerimeter, errors.UnknownCall, of_calls.CallClosed),
        *(errors.CarriersInconsistent, errors.BidInconsistent),
        *(errors.UnknownApplication, errors.NotAccompanied),
    ),
)
async def create_application(
    writes: Writes, limits: Bounds, caller: Caller, *, body: ApplicationIn, response: Response
) -> WrittenApplication:
    """Begin a bid; nobody but its carriers knows of it until it is submitted."""
    content = None if body.content is None else body.content.document()
    asked = commands.Asked(body.call_id, body.carried(), content, body.carried_from)
    written = await commands.create(writes, asked, author=caller.organisation, limits=limits)
    response.headers["Location"] = f"/v1/applications/{written.id}"
    return told(WrittenApplication, written, response=response)


@router.patch(
    "/v1/applications/{application_id}",
    operation_id="change_application",
    responses=documented(
        *(OutsidePerimeter, errors.ApplicationNotFound),
        *(errors.BidSettled, errors.BidInconsistent),
    ),
)
async def change_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[ApplicationContentIn],
    response: Response,
) -> WrittenApplication:
    """Change some keys of what a bid says; lists are sent whole, its carriers stay."""
    written = await commands.change(
        writes,
        application_id,
        reach=reach,
        seen=seen,
        changed=lambda held: body.onto(
            ApplicationContentIn.model_validate_json(orjson.dumps(held))
        ).document(),
    )
    return told(WrittenApplication, written, response=response)


@router.post(
    "/v1/applications/{application_id}/submission",
    status_code=201,
    operation_id="submit_application",
    responses=documented(
        *(*_ACT, errors.BidIncomplete, errors.AlreadyBidding, of_calls.CallNotOpen),
        *(of_calls.CallClosed, of_calls.ReservedToProgramme, of_calls.OutsideQuotaReached),
    ),
)
async def submit_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    response: Response,
) -> WrittenApplication:
    """Submit a bid: it is read by the panel from now on; the refusal names all that is missing."""
    by = caller.organisation
    return told(
        WrittenApplication,
        await submission.submit(writes, application_id, reach=reach, by=by),
        response=response,
    )


@router.post(
    "/v1/applications/{application_id}/resubmission",
    status_code=201,
    operation_id="resubmit_application",
    responses=documented(*_ACT, errors.BidIncomplete, of_calls.CallClosed),
)
async def resubmit_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    response: Response,
) -> WrittenApplication:
    """Submit a bid that was completed; what was submitted before stays."""
    by = caller.organisation
    return told(
        WrittenApplication,
        await submission.resubmit(writes, application_id, reach=reach, by=by),
        response=response,
    )


@router.post(
    "/v1/applications/{application_id}/consolidation",
    status_code=201,
    operation_id="consolidate_application",
    responses=documented(*_ACT, errors.BidInconsistent),
)
async def consolidate_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ConsolidationIn,
    response: Response,
) -> WrittenApplication:
    """Name what a submitted bid has to complete, for the parties."""
    written = await commands.consolidate(
        writes, application_id, reach=reach, asked=body.documents(), by=caller.organisation
    )
    return told(WrittenApplication, written, response=response)


@router.post(
    "/v1/applications/{application_id}/examination",
    status_code=201,
    operation_id="examine_application",
    responses=documented(*_ACT),
)
async def examine_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ExaminationIn,
    response: Response,
) -> WrittenApplication:
    """Close the examination of a bid, for the parties; the panel judges its last version."""
    by = caller.organisation
    written = await commands.examine(writes, application_id, reach=reach, motive=body.motive, by=by)
    return told(WrittenApplication, written, response=response)


@router.post(
    "/v1/applications/{application_id}/withdrawal",
    status_code=201,
    operation_id="withdraw_application",
    responses=documented(*_ACT),
)
async def withdraw_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ApplicationWithdrawalIn,
    response: Response,
) -> WrittenApplication:
    """Take a bid back before its decision is told."""
    by = caller.organisation
    written = await commands.withdraw(
        writes, application_id, reach=reach, motive=body.motive, by=by
    )
    return told(WrittenApplication, written, response=response)
