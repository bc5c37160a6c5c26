"""Resolution of codes and names from elsewhere."""

from typing import Annotated

from fastapi import Query

from chassis.lane import Reading, Router
from chassis.reads import Answer
from services.towns.resolution.answers import resolution
from services.towns.resolution.contract import Resolution
from services.towns.resolution.queries import ResolveQuery

router = Router(tags=["resolution"])


@router.read("/v1/resolve", answer=Resolution)
async def resolve_place(reads: Reading, query: Annotated[ResolveQuery, Query()]) -> Answer:
    """Find the official place that a code or a name means, with how surely and why."""
    return reads.computed(await resolution(reads.pool, query))
