"""Decisions on bids: what is published, and the acts of the two parties."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.admission import Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, WriteRoute, Writes
from services.towns.applications.errors import ApplicationNotFound
from services.towns.decisions import commands, errors, store
from services.towns.decisions.contract import (
    CorrectionIn,
    Decision,
    DecisionAbandonmentIn,
    DecisionPage,
    ProposalIn,
    RevocationIn,
    WrittenDecision,
)
from services.towns.decisions.queries import DecisionQuery
from services.towns.panel.errors import QuorumNotReached
from services.towns.panel.routes import ApplicationId

router = Router(route_class=WriteRoute)

DecisionId = Annotated[
    UUID, Path(description="Id of the decision", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
_ACT = (errors.DecisionNotFound, OutsidePerimeter, IllegalTransition)


@router.read("/v1/decisions", answer=DecisionPage, of=store.DECISIONS)
async def list_decisions(reads: Reading, query: Annotated[DecisionQuery, Query()]) -> Answer:
    """List decisions on bids: those whose embargo has ended, and what the caller may know of."""
    return await reads.page(store.DECISIONS, query)


@router.read(
    "/v1/decisions/{decision_id}",
    answer=Decision,
    of=store.DECISION,
    refusals=[errors.DecisionNotFound],
)
async def show_decision(reads: Reading, decision_id: DecisionId) -> Answer:
    """Show a decision with its motives, corrected ones included."""
    return await reads.one(store.DECISION, {"id": decision_id}, missing=errors.DecisionNotFound)


@router.post(
    "/v1/applications/{application_id}/decision",
    status_code=201,
    operation_id="propose_decision",
    responses=documented(
        *(ApplicationNotFound, OutsidePerimeter, IllegalTransition, errors.DecisionStands),
        *(errors.CallCancelled, errors.LateProposal, errors.NotLate, errors.EmbargoPassed),
        errors.SupportPlanMissing,
    ),
)
async def propose_decision(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ProposalIn,
    response: Response,
) -> WrittenDecision:
    """Propose a decision on an examined bid; the other party confirms it."""
    written = await commands.propose(
        writes, application_id, asked=body.proposal(), caller=caller, reach=reach
    )
    response.headers["Location"] = f"/v1/decisions/{written.id}"
    return _told(written)


@router.post(
    "/v1/decisions/{decision_id}/confirmation",
    status_code=201,
    operation_id="confirm_decision",
    responses=documented(*_ACT, errors.SameParty, errors.CallCancelled, QuorumNotReached),
)
async def confirm_decision(
    writes: Writes, decision_id: DecisionId, *, reach: Reaching, caller: Caller
) -> WrittenDecision:
    """Take the decision that the other party proposed, once the quorum of opinions is reached."""
    return _told(await commands.confirm(writes, decision_id, caller=caller, reach=reach))


@router.post(
    "/v1/decisions/{decision_id}/abandonment",
    status_code=201,
    operation_id="abandon_decision",
    responses=documented(*_ACT),
)
async def abandon_decision(
    writes: Writes,
    decision_id: DecisionId,
    *,
    reach: Reaching,
    caller: Caller,
    body: DecisionAbandonmentIn,
) -> WrittenDecision:
    """Give a proposal up, one's own or that of the other party."""
    written = await commands.abandon(
        writes, decision_id, motive=body.motive, caller=caller, reach=reach
    )
    return _told(written)


@router.post(
    "/v1/decisions/{decision_id}/corrections",
    status_code=201,
    operation_id="correct_decision",
    responses=documented(*_ACT),
)
async def correct_decision(
    writes: Writes,
    decision_id: DecisionId,
    *,
    reach: Reaching,
    caller: Caller,
    body: CorrectionIn,
) -> WrittenDecision:
    """Write the motives anew: earlier ones are kept, the notification stands."""
    written = await commands.correct(
        writes, decision_id, motive=body.motive, reason=body.reason, caller=caller, reach=reach
    )
    return _told(written)


@router.post(
    "/v1/decisions/{decision_id}/notification",
    status_code=201,
    operation_id="notify_decision",
    responses=documented(*_ACT, errors.AlreadyNotified),
)
async def notify_decision(
    writes: Writes, decision_id: DecisionId, *, reach: Reaching, caller: Caller
) -> WrittenDecision:
    """Notify the carrier, which may know of the decision from now on, embargo or not."""
    return _told(await commands.notify(writes, decision_id, caller=caller, reach=reach))


@router.post(
    "/v1/decisions/{decision_id}/revocation",
    status_code=201,
    operation_id="revoke_decision",
    responses=documented(*_ACT),
)
async def revoke_decision(
    writes: Writes,
    decision_id: DecisionId,
    *,
    reach: Reaching,
    caller: Caller,
    body: RevocationIn,
) -> WrittenDecision:
    """Propose to revoke a decision; the other party confirms it."""
    written = await commands.propose_revocation(
        writes, decision_id, motive=body.motive, caller=caller, reach=reach
    )
    return _told(written)


@router.post(
    "/v1/decisions/{decision_id}/revocation-confirmation",
    status_code=201,
    operation_id="confirm_revocation",
    responses=documented(*_ACT, errors.SameParty),
)
async def confirm_revocation(
    writes: Writes, decision_id: DecisionId, *, reach: Reaching, caller: Caller
) -> WrittenDecision:
    """Revoke a decision as the other party proposed; it stays readable, the bid is examined."""
    return _told(await commands.confirm_revocation(writes, decision_id, caller=caller, reach=reach))


@router.post(
    "/v1/decisions/{decision_id}/revocation-abandonment",
    status_code=201,
    operation_id="abandon_revocation",
    responses=documented(*_ACT),
)
async def abandon_revocation(
    writes: Writes, decision_id: DecisionId, *, reach: Reaching
) -> WrittenDecision:
    """Give the proposal to revoke a decision up."""
    return _told(await commands.abandon_revocation(writes, decision_id, reach=reach))


def _told(written: commands.Written) -> WrittenDecision:
    return WrittenDecision.model_validate(written._asdict())
