"""What the systems of a partner asked, and what they were answered."""

from typing import Annotated

from fastapi import Query

from chassis.lane import Reading, Router
from chassis.reads import Answer, Reads
from gateway.partners.calls import store
from gateway.partners.calls.contract import CallPage, UsagePage
from gateway.partners.calls.queries import CallQuery, OfClient, RefusalQuery, UsageQuery
from gateway.partners.clients.store import CLIENT
from gateway.partners.errors import ClientNotFound
from gateway.partners.paths import ClientInPath, OrganisationId

router = Router(tags=["calls"])

_OF = "/v1/partners/{organisation_id}/clients/{client_id}"


@router.read(f"{_OF}/usage", of=store.USAGE, answer=UsagePage, refusals=[ClientNotFound])
async def list_client_usage(
    reads: Reading,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    query: Annotated[UsageQuery, Query()],
) -> Answer:
    """List the calls of a client by day and operation."""
    return await reads.page(store.USAGE, await _about(reads, organisation_id, client_id, query))


@router.read(f"{_OF}/refusals", of=store.REFUSALS, answer=CallPage, refusals=[ClientNotFound])
async def list_client_refusals(
    reads: Reading,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    query: Annotated[RefusalQuery, Query()],
) -> Answer:
    """List the calls of a client that were refused or failed, latest first."""
    return await reads.page(store.REFUSALS, await _about(reads, organisation_id, client_id, query))


@router.read(f"{_OF}/calls", of=store.CALLS, answer=CallPage, refusals=[ClientNotFound])
async def list_client_calls(
    reads: Reading,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    query: Annotated[CallQuery, Query()],
) -> Answer:
    """List the calls of a client: `credential` and `since` show what a leaked secret did."""
    return await reads.page(store.CALLS, await _about(reads, organisation_id, client_id, query))


async def _about(
    reads: Reads, organisation_id: OrganisationId, client_id: str, query: OfClient
) -> OfClient:
    """Return the query for one client, which the caller may know of."""
    named = {"organisation_id": organisation_id, "client_id": client_id}
    await reads.one(CLIENT, named, missing=ClientNotFound)
    return query.about(organisation_id=str(organisation_id), client_id=client_id)
