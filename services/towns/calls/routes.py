"""Reads of calls for bids, and the acts on them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.admission import Bounds, Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, Seen, WriteRoute, Writes, told
from services.towns.calls import commands, store
from services.towns.calls.contract import (
    CallForBids,
    CallForBidsAttachmentIn,
    CallForBidsExtensionIn,
    CallForBidsIn,
    CallForBidsMotiveIn,
    CallForBidsPage,
    CallForBidsRulesetList,
    CallForBidsRulesetShown,
    CallForBidsWritten,
)
from services.towns.calls.errors import (
    CallIncomplete,
    CallNotFound,
    DeadlineNotExtended,
    NamedTwice,
    UnknownBody,
)
from services.towns.calls.queries import CallQuery

router = Router(route_class=WriteRoute)

CallId = Annotated[
    UUID, Path(description="Id of the call", examples=["017934ac-a400-7d48-a5e7-7d8a8952ed8b"])
]
_ACT = (OutsidePerimeter, CallNotFound, IllegalTransition)


@router.read("/v1/calls", answer=CallForBidsPage, of=store.CALLS)
async def list_calls(reads: Reading, query: Annotated[CallQuery, Query()]) -> Answer:
    """List the calls for bids: those published, and the drafts that the caller may know of."""
    return await reads.page(store.CALLS, query)


@router.read("/v1/calls/{call_id}", answer=CallForBids, of=store.CALL, refusals=[CallNotFound])
async def show_call(reads: Reading, call_id: CallId) -> Answer:
    """Show one call for bids."""
    return await reads.one(store.CALL, {"id": call_id}, missing=CallNotFound)


@router.read(
    "/v1/calls/{call_id}/ruleset",
    answer=CallForBidsRulesetShown,
    of=store.RULESET_IN_FORCE,
    refusals=[CallNotFound],
)
async def show_call_ruleset(reads: Reading, call_id: CallId) -> Answer:
    """Show the rules in force as they were frozen, with their hash."""
    return await reads.one(store.RULESET_IN_FORCE, {"id": call_id}, missing=CallNotFound)


@router.read(
    "/v1/calls/{call_id}/rulesets",
    answer=CallForBidsRulesetList,
    of=store.RULESETS,
    refusals=[CallNotFound],
)
async def show_call_rulesets(reads: Reading, call_id: CallId) -> Answer:
    """Show every rule set that a call had: one for its publication, one for each extension."""
    return await reads.one(store.RULESETS, {"id": call_id}, missing=CallNotFound)


@router.post(
    "/v1/calls",
    status_code=201,
    operation_id="create_call",
    responses=documented(OutsidePerimeter, NamedTwice),
)
async def create_call(
    writes: Writes, limits: Bounds, caller: Caller, *, body: CallForBidsIn, response: Response
) -> CallForBidsWritten:
    """Begin a call; `faults` says what is missing before it can be published."""
    author = caller.organisation
    written = await commands.create(writes, body.details(), author=author, limits=limits)
    response.headers["Location"] = f"/v1/calls/{written.id}"
    return told(CallForBidsWritten, written, response=response)


@router.patch(
    "/v1/calls/{call_id}",
    operation_id="change_call",
    responses=documented(*_ACT, NamedTwice),
)
async def change_call(
    writes: Writes,
    call_id: CallId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[CallForBidsIn],
    response: Response,
) -> CallForBidsWritten:
    """Change some keys of a draft; lists are sent whole."""
    written = await commands.change(
        writes,
        call_id,
        changed=lambda held: body.onto(CallForBidsIn.of(held)).details(),
        seen=seen,
        reach=reach,
    )
    return told(CallForBidsWritten, written, response=response)


@router.post(
    "/v1/calls/{call_id}/publication",
    status_code=201,
    operation_id="publish_call",
    responses=documented(*_ACT, CallIncomplete),
)
async def publish_call(
    writes: Writes, call_id: CallId, *, reach: Reaching, caller: Caller, response: Response
) -> CallForBidsWritten:
    """Publish a draft: its rules are frozen and hashed; refused with all that is missing."""
    by = caller.organisation
    return told(
        CallForBidsWritten,
        await commands.publish(writes, call_id, by=by, reach=reach),
        response=response,
    )


@router.post(
    "/v1/calls/{call_id}/extension",
    status_code=201,
    operation_id="extend_call",
    responses=documented(*_ACT, DeadlineNotExtended, CallIncomplete),
)
async def extend_call(
    writes: Writes,
    call_id: CallId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CallForBidsExtensionIn,
    response: Response,
) -> CallForBidsWritten:
    """Move the closing later, with the deadlines after it: a new rule set, numbered."""
    written = await commands.extend(
        writes,
        call_id,
        asked=body.deadlines(),
        motive=body.motive,
        by=caller.organisation,
        reach=reach,
    )
    return told(CallForBidsWritten, written, response=response)


@router.post(
    "/v1/calls/{call_id}/closure",
    status_code=201,
    operation_id="close_call",
    responses=documented(*_ACT),
)
async def close_call(
    writes: Writes,
    call_id: CallId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CallForBidsMotiveIn,
    response: Response,
) -> CallForBidsWritten:
    """Close a published call before its day; it is not opened again."""
    by = caller.organisation
    written = await commands.close(writes, call_id, motive=body.motive, by=by, reach=reach)
    return told(CallForBidsWritten, written, response=response)


@router.post(
    "/v1/calls/{call_id}/conclusion",
    status_code=201,
    operation_id="conclude_call",
    responses=documented(*_ACT),
)
async def conclude_call(
    writes: Writes,
    call_id: CallId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CallForBidsMotiveIn,
    response: Response,
) -> CallForBidsWritten:
    """Say that all is decided in a closed call."""
    by = caller.organisation
    written = await commands.conclude(writes, call_id, motive=body.motive, by=by, reach=reach)
    return told(CallForBidsWritten, written, response=response)


@router.post(
    "/v1/calls/{call_id}/cancellation",
    status_code=201,
    operation_id="cancel_call",
    responses=documented(*_ACT),
)
async def cancel_call(
    writes: Writes,
    call_id: CallId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CallForBidsMotiveIn,
    response: Response,
) -> CallForBidsWritten:
    """Give a call up before it is decided; what was published stays readable."""
    by = caller.organisation
    written = await commands.cancel(writes, call_id, motive=body.motive, by=by, reach=reach)
    return told(CallForBidsWritten, written, response=response)


@router.post(
    "/v1/calls/{call_id}/attachment",
    status_code=201,
    operation_id="attach_call_body",
    responses=documented(*_ACT, UnknownBody, NamedTwice),
)
async def attach_call_body(
    writes: Writes,
    call_id: CallId,
    *,
    reach: Reaching,
    body: CallForBidsAttachmentIn,
    response: Response,
) -> CallForBidsWritten:
    """Say which organisation of the registry sits for a body of the panel; no rule changes."""
    written = await commands.attach(
        writes, call_id, body=body.body, organisation_id=body.organisation_id, reach=reach
    )
    return told(CallForBidsWritten, written, response=response)
