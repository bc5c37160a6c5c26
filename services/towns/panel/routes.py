"""What bodies of panels say of bids, and who may read it."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from chassis.admission import Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Caller, WriteRoute, Writes
from services.towns.applications.errors import ApplicationNotFound
from services.towns.panel import board, commands, store
from services.towns.panel.contract import (
    ApplicationPanel,
    ConflictIn,
    PanelOpinionIn,
    PanelOpinionPage,
    ScoreSheetPage,
    ScoresIn,
    WrittenAssessment,
)
from services.towns.panel.errors import (
    BidNotAssessed,
    ConflictAlreadyDeclared,
    ConflictStands,
    OpinionsClosed,
    ScoringClosed,
    ScoringNotBegun,
    SheetInconsistent,
)

router = Router(route_class=WriteRoute)

ApplicationId = Annotated[
    UUID, Path(description="Id of the bid", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
_ACT = (ApplicationNotFound, OutsidePerimeter, BidNotAssessed)


@router.read(
    "/v1/applications/{application_id}/panel",
    answer=ApplicationPanel,
    of=board.PANEL,
    refusals=[ApplicationNotFound],
)
async def show_application_panel(reads: Reading, application_id: ApplicationId) -> Answer:
    """Show how far the panel is with a bid: who spoke, what counts, how far they are apart."""
    return await reads.one(board.PANEL, {"id": application_id}, missing=ApplicationNotFound)


@router.read(
    "/v1/applications/{application_id}/scores",
    answer=ScoreSheetPage,
    of=store.SCORES,
    refusals=[ApplicationNotFound],
)
async def list_application_scores(reads: Reading, application_id: ApplicationId) -> Answer:
    """List the sheets of scores; a body sees those of others once its own is handed in."""
    return await reads.one(store.SCORES, {"id": application_id}, missing=ApplicationNotFound)


@router.read(
    "/v1/applications/{application_id}/opinions",
    answer=PanelOpinionPage,
    of=store.OPINIONS,
    refusals=[ApplicationNotFound],
)
async def list_application_opinions(reads: Reading, application_id: ApplicationId) -> Answer:
    """List the opinions; a body sees those of others once its own is given."""
    return await reads.one(store.OPINIONS, {"id": application_id}, missing=ApplicationNotFound)


@router.post(
    "/v1/applications/{application_id}/conflicts",
    status_code=201,
    operation_id="declare_conflict",
    responses=documented(*_ACT, ConflictAlreadyDeclared),
)
async def declare_conflict(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ConflictIn,
) -> WrittenAssessment:
    """Stand aside: the body has an interest in the bid; its scores and opinion count no more."""
    written = await commands.declare_conflict(
        writes, application_id, reason=body.reason, caller=caller, reach=reach
    )
    return WrittenAssessment.model_validate(written._asdict())


@router.post(
    "/v1/applications/{application_id}/scores",
    status_code=201,
    operation_id="score_application",
    responses=documented(*_ACT, ConflictStands, ScoringNotBegun, ScoringClosed, SheetInconsistent),
)
async def score_application(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ScoresIn,
) -> WrittenAssessment:
    """Hand in the scores of one's body, or hand them in anew: the last ones count."""
    scores = [commands.Score(**dict(one)) for one in body.scores]
    written = await commands.score(
        writes, application_id, scores=scores, caller=caller, reach=reach
    )
    return WrittenAssessment.model_validate(written._asdict())


@router.post(
    "/v1/applications/{application_id}/opinions",
    status_code=201,
    operation_id="give_panel_opinion",
    responses=documented(*_ACT, ConflictStands, ScoringNotBegun, OpinionsClosed),
)
async def give_panel_opinion(
    writes: Writes,
    application_id: ApplicationId,
    *,
    reach: Reaching,
    caller: Caller,
    body: PanelOpinionIn,
) -> WrittenAssessment:
    """Give the opinion of one's body, or give it anew: the last one counts."""
    written = await commands.give_opinion(
        writes,
        application_id,
        opinion=body.opinion,
        motive=body.motive,
        caller=caller,
        reach=reach,
    )
    return WrittenAssessment.model_validate(written._asdict())
