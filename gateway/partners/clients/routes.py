"""Reads of the systems of partners; their suspension, and their restoration by two."""

from typing import Annotated

from fastapi import Query, Response

from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Caller, WriteRoute, Writes, told
from gateway.partners.clients import store, suspension
from gateway.partners.clients.contract import ClientPage, ClientState, PartnerClient, SuspensionIn
from gateway.partners.clients.queries import ClientQuery
from gateway.partners.errors import (
    ClientIsActive,
    ClientIsSuspended,
    ClientNotFound,
    RestorationNeedsAnother,
)
from gateway.partners.paths import ClientInPath, OrganisationId

router = Router(route_class=WriteRoute)


@router.read("/v1/partners/{organisation_id}/clients", answer=ClientPage, of=store.CLIENTS)
async def list_clients(
    reads: Reading, organisation_id: OrganisationId, query: Annotated[ClientQuery, Query()]
) -> Answer:
    """List the systems of a partner; of one that the caller may not know, none."""
    return await reads.page(store.CLIENTS, query.about(organisation_id=organisation_id))


@router.read(
    "/v1/partners/{organisation_id}/clients/{client_id}",
    answer=PartnerClient,
    of=store.CLIENT,
    refusals=[ClientNotFound],
)
async def show_client(
    reads: Reading, organisation_id: OrganisationId, client_id: ClientInPath
) -> Answer:
    """Show one system: its rights, its credentials by name, and what the caller may do."""
    named = {"organisation_id": organisation_id, "client_id": client_id}
    return await reads.one(store.CLIENT, named, missing=ClientNotFound)


@router.post(
    "/v1/partners/{organisation_id}/clients/{client_id}/suspension",
    operation_id="suspend_client",
    status_code=201,
    responses=documented(ClientNotFound, ClientIsSuspended),
)
async def suspend_client(
    writes: Writes,
    organisation_id: OrganisationId,
    *,
    client_id: ClientInPath,
    body: SuspensionIn,
    response: Response,
) -> ClientState:
    """Suspend a system at once: its tokens are refused, it gets no other."""
    client = await store.locked(writes, organisation_id, client_id)
    return told(
        ClientState, await suspension.suspend(writes, client, reason=body.reason), response=response
    )


@router.post(
    "/v1/partners/{organisation_id}/clients/{client_id}/restoration",
    operation_id="restore_client",
    status_code=201,
    responses=documented(ClientNotFound, ClientIsActive, RestorationNeedsAnother),
)
async def restore_client(
    writes: Writes,
    caller: Caller,
    *,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    response: Response,
) -> ClientState:
    """Want a suspended system back: the second organisation that does restores it."""
    client = await store.locked(writes, organisation_id, client_id)
    restored = await suspension.restore(writes, client, caller=caller)
    return told(ClientState, restored, response=response)
