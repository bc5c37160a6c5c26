"""Reads of the targets."""

from typing import Annotated

from fastapi import Query

from chassis.lane import Reading, Router
from chassis.reads import Answer
from services.towns.targets import store
from services.towns.targets.contract import SiteTargetPage
from services.towns.targets.queries import SiteTargetQuery

router = Router()


@router.read("/v1/site-targets", answer=SiteTargetPage, of=store.SITE_TARGETS)
async def list_site_targets(reads: Reading, query: Annotated[SiteTargetQuery, Query()]) -> Answer:
    """List how many new Cnam sites were announced, when, and by whom."""
    return await reads.page(store.SITE_TARGETS, query)
