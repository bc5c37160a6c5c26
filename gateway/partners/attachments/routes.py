"""Attachments: asking, judging and taking back; a partner sees its own, those who judge all."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Query, Response

from chassis.admission import Bounds
from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.writes import Caller, WriteRoute, Writes, told
from gateway.partners.access_requests.contract import OpinionIn
from gateway.partners.attachments import commands, store
from gateway.partners.attachments.contract import (
    Attachment,
    AttachmentIn,
    AttachmentPage,
    AttachmentRevocationIn,
    AttachmentState,
)
from gateway.partners.attachments.queries import AttachmentQuery
from gateway.partners.clients.store import locked as locked_client
from gateway.partners.errors import (
    AttachmentNotFound,
    ClientIsSuspended,
    ClientNotFound,
    KeyRequired,
    OpinionAlreadyGiven,
    OwnRequest,
    RequestClosed,
    ScopeNotAllowed,
    UnknownIssuer,
)
from gateway.partners.paths import AttachmentId, OrganisationId

router = Router(route_class=WriteRoute)


@router.read(
    "/v1/partners/{organisation_id}/attachments", answer=AttachmentPage, of=store.ATTACHMENTS
)
async def list_attachments(
    reads: Reading, organisation_id: OrganisationId, query: Annotated[AttachmentQuery, Query()]
) -> Answer:
    """List who is, was or shall be attached to the systems of a partner."""
    return await reads.page(store.ATTACHMENTS, query.about(organisation_id=organisation_id))


@router.read(
    "/v1/partners/{organisation_id}/attachments/{attachment_id}",
    answer=Attachment,
    of=store.ATTACHMENT,
    refusals=[AttachmentNotFound],
)
async def show_attachment(
    reads: Reading, organisation_id: OrganisationId, attachment_id: AttachmentId
) -> Answer:
    """Show one attachment of a partner, and what the caller may do with it."""
    named = {"organisation_id": organisation_id, "id": attachment_id}
    return await reads.one(store.ATTACHMENT, named, missing=AttachmentNotFound)


@router.read("/v1/attachment-requests", answer=AttachmentPage)
async def list_attachment_requests(
    reads: Reading, query: Annotated[AttachmentQuery, Query()]
) -> Answer:
    """List the attachments of all partners, for those who judge them."""
    return await reads.page(store.ATTACHMENTS, query)


@router.read(
    "/v1/attachment-requests/{attachment_id}", answer=Attachment, refusals=[AttachmentNotFound]
)
async def show_attachment_request(reads: Reading, attachment_id: AttachmentId) -> Answer:
    """Show one attachment, for those who judge it."""
    return await reads.one(store.REQUEST, {"id": attachment_id}, missing=AttachmentNotFound)


@router.post(
    "/v1/attachment-requests/{attachment_id}/opinions",
    operation_id="judge_attachment",
    status_code=201,
    responses=documented(AttachmentNotFound, RequestClosed, OwnRequest, OpinionAlreadyGiven),
)
async def judge_attachment(
    writes: Writes,
    caller: Caller,
    *,
    attachment_id: AttachmentId,
    body: OpinionIn,
    response: Response,
) -> AttachmentState:
    """Approve or refuse: the second approval attaches, the first refusal ends the request."""
    asked = await store.locked(writes, attachment_id)
    state = await commands.judge(
        writes, asked, caller=caller, verdict=body.verdict, motive=body.motive
    )
    return told(AttachmentState, state, response=response)


@router.post(
    "/v1/partners/{organisation_id}/attachments/{attachment_id}/revocation",
    operation_id="revoke_attachment",
    status_code=201,
    responses=documented(AttachmentNotFound),
)
async def revoke_attachment(
    writes: Writes,
    limits: Bounds,
    *,
    organisation_id: OrganisationId,
    attachment_id: AttachmentId,
    body: AttachmentRevocationIn,
    response: Response,
) -> AttachmentState:
    """Take an attachment back at once: the person acts for the system no more."""
    found = await store.locked(writes, attachment_id, organisation_id, limits=limits)
    return told(
        AttachmentState, await commands.revoke(writes, found, reason=body.reason), response=response
    )


def asking(issuers: Collection[str]) -> Router:
    """Return the route that asks for an attachment; `issuers` are the names of those configured."""
    made = Router(route_class=WriteRoute)

    @made.post(
        "/v1/partners/{organisation_id}/attachments",
        operation_id="ask_attachment",
        status_code=201,
        responses=documented(
            *(ClientNotFound, ClientIsSuspended, UnknownIssuer, ScopeNotAllowed, KeyRequired)
        ),
    )
    async def ask_attachment(
        writes: Writes,
        limits: Bounds,
        *,
        organisation_id: OrganisationId,
        body: AttachmentIn,
        response: Response,
    ) -> AttachmentState:
        """Ask that a person whom another issuer vouches for acts for a system of the partner."""
        client = await locked_client(writes, organisation_id, body.client_id, limits=limits)
        wish = commands.Wish(**body.model_dump(exclude={"client_id"}))
        state = await commands.ask(writes, client, wish, issuers=issuers)
        response.headers["Location"] = f"/v1/partners/{organisation_id}/attachments/{state.id}"
        return told(AttachmentState, state, response=response)

    return made
