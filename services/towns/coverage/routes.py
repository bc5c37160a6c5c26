"""What sites reach, and what they would."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.lane import Reading, Router, known_by
from chassis.openapi import documented
from chassis.problems import InvalidValue, MalformedJson
from chassis.questions import QuestionRoute
from chassis.reads import Answer, Reads
from services.towns.calls.errors import CallNotFound
from services.towns.coverage.answers import Question, coverage, simulation
from services.towns.coverage.candidates import CALL
from services.towns.coverage.contract import Coverage, Simulation, SimulationIn
from services.towns.coverage.errors import SiteNotCounted, UnknownCandidates
from services.towns.coverage.policy import KNOWN_BIDS, KNOWN_CALLS
from services.towns.coverage.queries import CoverageQuery

router = Router(route_class=QuestionRoute)

CallId = Annotated[
    UUID, Path(description="Id of the call", examples=["0198c0de-0000-7000-8000-00000000beef"])
]
Calls = Annotated[Reads, known_by(KNOWN_CALLS)]
Bids = Annotated[Reads, known_by(KNOWN_BIDS)]


@router.read("/v1/coverage", answer=Coverage)
async def show_coverage(reads: Reading, query: Annotated[CoverageQuery, Query()]) -> Answer:
    """Show what the sites reach: people, regions, departments left without, needs."""
    question = Question(query.radius_km, query.as_of, query.site_status)
    return reads.computed(await coverage(reads.pool, question))


@router.post(
    "/v1/calls/{call_id}/simulations",
    operation_id="simulate_selection",
    response_model=Simulation,
    responses=documented(
        *(MalformedJson, CallNotFound, InvalidValue, UnknownCandidates, SiteNotCounted)
    ),
)
async def simulate_selection(
    reads: Reading, call_id: CallId, *, calls: Calls, bids: Bids, body: SimulationIn
) -> Response:
    """Show what sites at some places would change, before a call is decided; nothing is kept."""
    await calls.found(CALL, {"call_id": call_id}, missing=CallNotFound)
    return reads.computed(await simulation(reads, call_id, bids=bids, asked=body))
