"""What happens to an attachment: asked by a partner, judged by two others, taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from chassis.identity import Principal
from gateway.partners.access_requests.rules import LIFE, Opinion, judged, standing
from gateway.partners.attachments import store
from gateway.partners.attachments.events import (
    AttachmentAsked,
    AttachmentDecided,
    AttachmentJudged,
    AttachmentRevoked,
)
from gateway.partners.attachments.rules import check_attachable, is_live
from gateway.partners.attachments.tables import Attachment, AttachmentOpinion
from gateway.partners.clients.rules import check_scopes
from gateway.partners.events import ANYWHERE, owned
from gateway.partners.kinds import STRONG
from gateway.partners.tables import Client


@dataclass(frozen=True, slots=True)
class Wish:
    """The person that shall act for a system, and what it may do."""

    issuer: str
    identity: str
    scopes: list[str]
    days: int
    motive: str


class State(NamedTuple):
    """Where an attachment stands."""

    id: UUID
    status: str
    version: int


async def ask(
    session: WriteSession, client: Client, wish: Wish, *, issuers: Collection[str]
) -> State:
    """Keep the request for an attachment to a system that is locked; it gives no right yet.

    A person has scopes of the system; no strong one, for it proves no private key to us.
    """
    check_attachable(wish.issuer, issuers=issuers, status=client.status)
    check_scopes(wish.scopes, allowed=client.scopes, strong=STRONG, proves_key=False)
    instant = await now(session)
    made = Attachment(
        id=uuid7(),
        organisation_id=client.organisation_id,
        client_id=client.id,
        issuer=wish.issuer,
        identity=wish.identity,
        scopes=wish.scopes,
        motive=wish.motive,
        expires_at=instant + LIFE,
        valid_until=instant + timedelta(days=wish.days),
    )
    session.add(made)
    await session.flush()
    fact = AttachmentAsked(
        attachment_id=made.id,
        organisation_id=client.organisation_id,
        client_id=client.id,
        issuer=wish.issuer,
        scopes=wish.scopes,
    )
    await record(session, fact, place=ANYWHERE)
    return State(made.id, "pending", 1)


async def judge(
    session: WriteSession, asked: Attachment, *, caller: Principal, verdict: str, motive: str
) -> State:
    """Keep the opinion of the caller's organisation; the one that decides, decides at once."""
    organisation = UUID(caller.organisation)
    given = [Opinion(str(one), said) for one, said in await store.OPINIONS.given(session, asked.id)]
    status = judged(
        standing(asked.status, expires_at=asked.expires_at, now=await now(session)),
        given=given,
        said=Opinion(str(organisation), verdict),
        asker=str(asked.organisation_id),
    )
    session.add(
        AttachmentOpinion(
            attachment_id=asked.id,
            organisation_id=organisation,
            client_id=caller.client,
            actor=caller.actor,
            verdict=verdict,
            motive=motive,
        )
    )
    fact = AttachmentJudged(attachment_id=asked.id, organisation_id=organisation, verdict=verdict)
    await record(session, fact, place=ANYWHERE)
    if status != "pending":
        await _decide(session, asked, status)
    return _changed(asked)


async def revoke(session: WriteSession, attachment: Attachment, *, reason: str) -> State:
    """Take an attachment back, and with it the tokens that it gave; once is enough."""
    if not is_live(attachment.status):
        return State(attachment.id, attachment.status, attachment.version)
    attachment.status, attachment.revoked_at = "revoked", await now(session)
    await store.refuse_tokens(session, attachment.id)
    fact = AttachmentRevoked(attachment_id=attachment.id, client_id=attachment.client_id)
    await record(session, fact, reason=reason, place=owned(attachment.organisation_id))
    return _changed(attachment)


async def _decide(session: WriteSession, asked: Attachment, status: str) -> None:
    """Note and tell what was decided; a person acts for one system: the last one granted."""
    if status == "granted":
        before = await store.granted_before(session, asked)
        if before is not None:
            await revoke(session, before, reason="superseded")
            await session.flush()
    asked.status = status
    fact = AttachmentDecided(attachment_id=asked.id, client_id=asked.client_id, status=status)
    await record(session, fact, place=owned(asked.organisation_id))


def _changed(attachment: Attachment) -> State:
    attachment.version += 1
    attachment.updated_at = func.now()
    return State(attachment.id, attachment.status, attachment.version)
