"""Asking for access, judging it, collecting the credentials."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.preconditions import etag
from chassis.reads import Answer
from chassis.writes import Caller, ShownOnceRoute, WriteRoute, Writes
from gateway.partners.access_requests import commands, store
from gateway.partners.access_requests.contract import (
    AccessReceipt,
    AccessRequest,
    AccessRequestIn,
    AccessRequestPage,
    ClaimIn,
    Credentials,
    Judged,
    OpinionIn,
    ReceiptLinks,
)
from gateway.partners.access_requests.desk import Desk, Source
from gateway.partners.access_requests.queries import AccessRequestQuery
from gateway.partners.clients.commands import Partner, System
from gateway.partners.errors import (
    AccessRequestNotFound,
    AlreadyCollected,
    AreaNotAllowed,
    AreaNotOwn,
    AreaTwice,
    GrantLapsed,
    KeyRequired,
    NotGranted,
    OpinionAlreadyGiven,
    OwnRequest,
    RequestClosed,
    ScopeNotAllowed,
    TooManyAsked,
    TooManyPending,
    UnfitKey,
    UnknownOrganisation,
)
from gateway.partners.keys import read_key
from gateway.partners.towns_client import Communes

router = Router(route_class=WriteRoute)
collecting = Router(route_class=ShownOnceRoute)

_MISFITS = (
    *(UnknownOrganisation, ScopeNotAllowed, KeyRequired),
    *(AreaNotAllowed, AreaNotOwn, AreaTwice, UnfitKey),
)
RequestId = Annotated[
    UUID, Path(description="Id of the request", examples=["0198c0de-0000-7000-8000-00000000beef"])
]


def asking_routes(desk: Desk) -> Router:
    """Return the one operation that anybody may use to make something."""
    asking = Router(route_class=ShownOnceRoute)

    @asking.post(
        "/v1/access-requests",
        status_code=201,
        operation_id="request_access",
        responses=documented(*_MISFITS, TooManyAsked, TooManyPending),
    )
    async def request_access(
        writes: Writes, request: Request, *, body: AccessRequestIn, response: Response
    ) -> AccessReceipt:
        """Ask for access: two organisations must approve; keep the claim, it is shown once."""
        towns = {area.value for area in body.perimeter if area.dimension == "town"}
        communes = await desk.towns.communes(towns)  # before the first statement
        source = desk.source(request.scope)
        receipt = await commands.ask(writes, _asked(body, source, communes=communes))
        path = f"/v1/access-requests/{receipt.id}"
        response.headers["Location"] = path
        links = ReceiptLinks(self=path, credentials=f"{path}/credentials")
        return AccessReceipt(**receipt._asdict(), links=links)

    return asking


@router.read("/v1/access-requests", answer=AccessRequestPage)
async def list_access_requests(
    reads: Reading, query: Annotated[AccessRequestQuery, Query()]
) -> Answer:
    """List the requests for access."""
    return await reads.page(store.REQUESTS, query)


@router.read(
    "/v1/access-requests/{request_id}", answer=AccessRequest, refusals=[AccessRequestNotFound]
)
async def show_access_request(reads: Reading, request_id: RequestId) -> Answer:
    """Show one request for access, and what the caller may do with it."""
    return await reads.one(store.REQUEST, {"id": request_id}, missing=AccessRequestNotFound)


@router.post(
    "/v1/access-requests/{request_id}/opinions",
    status_code=201,
    operation_id="give_opinion",
    responses=documented(AccessRequestNotFound, RequestClosed, OwnRequest, OpinionAlreadyGiven),
)
async def give_opinion(
    writes: Writes, caller: Caller, *, request_id: RequestId, body: OpinionIn, response: Response
) -> Judged:
    """Approve or refuse: the second approval grants, the first refusal ends the request."""
    judged = await commands.judge(
        writes, request_id, caller=caller, verdict=body.verdict, motive=body.motive
    )
    response.headers["ETag"] = etag(judged.version)
    return Judged(**judged._asdict())


@collecting.post(
    "/v1/access-requests/{request_id}/credentials",
    status_code=201,
    operation_id="collect_credentials",
    responses=documented(AccessRequestNotFound, NotGranted, GrantLapsed, AlreadyCollected),
)
async def collect_credentials(writes: Writes, request_id: RequestId, body: ClaimIn) -> Credentials:
    """Collect the credentials of a granted request, once, with the claim that asking gave."""
    collected = await commands.collect(writes, request_id, claim=body.claim)
    return Credentials(**collected._asdict())


def _asked(body: AccessRequestIn, source: Source, *, communes: Communes | None) -> commands.Asked:
    new = body.organisation
    system = System(
        name=body.client_name,
        environment=body.environment,
        scopes=body.scopes,
        perimeter=[area.period() for area in body.perimeter],
        key=None if body.jwk is None else read_key(body.jwk.members()),
    )
    partner = None if new is None else Partner(new.kind, new.name, new.siret)
    return commands.Asked(partner, body.organisation_id, system, body.motive, source, communes)
