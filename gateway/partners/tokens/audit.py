"""What the feed tells of tokens that clients give back, and of proofs that were refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Database
from chassis.events import Origin, attribute, record
from chassis.identity import ANONYMOUS
from gateway.partners.events import ProofRefused, TokenRevoked, owned
from gateway.partners.tokens import store

Refused = Mapping[tuple[str, str], str]
"""By client and why, the first request of those that were refused."""


class GivenBack(NamedTuple):
    """A token that its client wants refused from now on; by which request."""

    organisation: str
    client_id: str
    jti_digest: bytes
    expires_at: datetime
    request_id: str


async def revoke(database: Database, given: GivenBack) -> None:
    """Refuse a token from now on; tell of it the first time."""
    async with database.writing() as session:
        attribute(session, Origin(given.organisation, given.client_id, given.request_id))
        if await store.revoke(session, given.jti_digest, expires_at=given.expires_at):
            fact = TokenRevoked(client_id=given.client_id, token=given.jti_digest.hex())
            await record(session, fact, place=owned(UUID(given.organisation)))


async def tell_refused(database: Database, refused: Refused) -> None:
    """Tell of refused proofs, unless the same was told not long ago."""
    for (client_id, why), request_id in refused.items():
        async with database.writing() as session:
            organisation = await store.due(session, client_id, why=why)
            if organisation is not None:
                attribute(session, Origin(ANONYMOUS.actor, ANONYMOUS.client, request_id))
                fact = ProofRefused(client_id=client_id, why=why)
                await record(session, fact, place=owned(organisation))
