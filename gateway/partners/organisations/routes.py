"""Reads of partners."""

from typing import Annotated

from fastapi import Query

from chassis.lane import Reading, Router
from chassis.reads import Answer
from gateway.partners.errors import PartnerNotFound
from gateway.partners.organisations import store
from gateway.partners.organisations.contract import Partner, PartnerPage
from gateway.partners.organisations.queries import PartnerQuery
from gateway.partners.paths import OrganisationId

router = Router()


@router.read("/v1/partners", answer=PartnerPage, of=store.PARTNERS)
async def list_partners(reads: Reading, query: Annotated[PartnerQuery, Query()]) -> Answer:
    """List the partners that the caller may know: its own organisation, or all of them."""
    return await reads.page(store.PARTNERS, query)


@router.read(
    "/v1/partners/{organisation_id}", answer=Partner, of=store.PARTNER, refusals=[PartnerNotFound]
)
async def show_partner(reads: Reading, organisation_id: OrganisationId) -> Answer:
    """Show one partner."""
    return await reads.one(store.PARTNER, {"id": organisation_id}, missing=PartnerNotFound)
