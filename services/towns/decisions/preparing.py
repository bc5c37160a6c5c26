"""What comes before a decision: the exchange of the parties, and support plans."""

from fastapi import Response

from chassis.admission import Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Caller, Seen, WriteRoute, Writes, told
from services.towns.applications.errors import ApplicationNotFound, UnknownCall
from services.towns.decisions import errors, exchange, plans, store
from services.towns.decisions.contract import (
    ExchangeMessagePage,
    MessageIn,
    SentMessage,
    SupportPlan,
    SupportPlanIn,
    WrittenSupportPlan,
)
from services.towns.panel.routes import ApplicationId

router = Router(route_class=WriteRoute)

_REACHED = (ApplicationNotFound, OutsidePerimeter)
_PLAN = (errors.SupportPlanClosed, errors.NoTarget, UnknownCall)


@router.read(
    "/v1/applications/{application_id}/messages",
    answer=ExchangeMessagePage,
    of=store.MESSAGES,
    refusals=[ApplicationNotFound],
)
async def list_application_messages(reads: Reading, application_id: ApplicationId) -> Answer:
    """List what the parties wrote to each other about a bid, and what they may do next."""
    return await reads.one(store.MESSAGES, {"id": application_id}, missing=ApplicationNotFound)


@router.post(
    "/v1/applications/{application_id}/messages",
    status_code=201,
    operation_id="send_application_message",
    responses=documented(*_REACHED, errors.UnknownMessage),
)
async def send_application_message(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: MessageIn,
) -> SentMessage:
    """Write to the other party about a bid; what is sent is not changed."""
    sent = await exchange.send(
        writes,
        application_id,
        text=body.text,
        reply_to=body.reply_to,
        caller=caller,
        reach=reach,
    )
    return SentMessage.model_validate(sent._asdict())


@router.read(
    "/v1/applications/{application_id}/support-plan",
    answer=SupportPlan,
    of=store.PLAN,
    refusals=[errors.SupportPlanNotFound],
)
async def show_support_plan(reads: Reading, application_id: ApplicationId) -> Answer:
    """Show how a bid is accompanied: to the parties, to its carriers once they may know."""
    missing = errors.SupportPlanNotFound
    return await reads.one(store.PLAN, {"id": application_id}, missing=missing)


@router.post(
    "/v1/applications/{application_id}/support-plan",
    status_code=201,
    operation_id="write_support_plan",
    responses=documented(*_REACHED, errors.SupportPlanExists, *_PLAN),
)
async def write_support_plan(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: SupportPlanIn,
    response: Response,
) -> WrittenSupportPlan:
    """Write the support plan of a bid: it is there before the bid is accompanied."""
    by = caller.organisation
    written = await plans.write(writes, application_id, asked=body.plan(), by=by, reach=reach)
    return told(WrittenSupportPlan, written, response=response)


@router.patch(
    "/v1/applications/{application_id}/support-plan",
    operation_id="change_support_plan",
    responses=documented(*_REACHED, errors.SupportPlanNotFound, *_PLAN),
)
async def change_support_plan(
    writes: Writes,
    application_id: ApplicationId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[SupportPlanIn],
    response: Response,
) -> WrittenSupportPlan:
    """Change the support plan of a bid, before or after it is accompanied."""
    written = await plans.change(
        writes,
        application_id,
        changed=lambda held: body.onto(SupportPlanIn.of(held)).plan(),
        seen=seen,
        reach=reach,
    )
    return told(WrittenSupportPlan, written, response=response)
