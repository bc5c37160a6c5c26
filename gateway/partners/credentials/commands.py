"""What happens to the credentials of a system that is locked."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import record
from chassis.identity import Limits
from gateway.partners.clients import commands as clients
from gateway.partners.clients.actions import MOST_KEYS, MOST_SECRETS
from gateway.partners.clients.store import locked
from gateway.partners.credentials import store
from gateway.partners.credentials.rules import check_new
from gateway.partners.errors import KeyAlreadyThere, UnknownCredential
from gateway.partners.events import CredentialRevoked, LeakReported, owned
from gateway.partners.keys import Key
from gateway.partners.secrets import prefix_of
from gateway.partners.tables import Client


class Revoked(NamedTuple):
    """What works no more."""

    client_id: str
    credential: str
    revoked_at: datetime
    refused_before: datetime | None
    version: int


async def issue_secret(session: WriteSession, client: Client, *, days: int) -> clients.Issued:
    """Give a system a second secret, while the first still works."""
    live = await store.live_secrets(session, client.id)
    fits = client.authentication == "client_secret_basic"
    check_new(client.status, fits=fits, live=live, most=MOST_SECRETS)
    _touch(client)
    return await clients.issue(session, client, life=timedelta(days=days))


async def add_key(session: WriteSession, client: Client, key: Key) -> None:
    """Give a system one more public key, while the others still work.

    Raises:
        KeyAlreadyThere: it has this key, or had it and revoked it.
    """
    live = await store.live_keys(session, client.id)
    fits = client.authentication == "private_key_jwt"
    check_new(client.status, fits=fits, live=live, most=MOST_KEYS)
    if await store.key(session, client.id, key.kid) is not None:
        raise KeyAlreadyThere
    _touch(client)
    await clients.add_key(session, client, key)


async def revoke(session: WriteSession, client: Client, *, named: "Named", reason: str) -> Revoked:
    """Revoke a credential at once, and with it all tokens of the system; once is enough.

    Raises:
        UnknownCredential: the system has none of this name.
    """
    of = store.secret if named.field == "prefix" else store.key
    credential = await of(session, client.id, named.value)
    if credential is None:
        raise UnknownCredential(named.field)
    if credential.revoked_at is None:
        credential.revoked_at = client.refused_before = await now(session)
        _touch(client)
        fact = CredentialRevoked(client_id=client.id, credential=named.value)
        await record(session, fact, reason=reason, place=owned(client.organisation_id))
    return Revoked(
        client.id, named.value, credential.revoked_at, client.refused_before, client.version
    )


class Named(NamedTuple):
    """A credential of a system: a secret by its `prefix`, or a key by its `kid`."""

    field: str
    value: str


async def report_leak(
    session: WriteSession, credential: str, *, seen_at: datetime, where: str, limits: Limits | None
) -> tuple[Revoked, store.Owner]:
    """Revoke a secret that was found where it must not be, by its prefix or the whole of it.

    Raises:
        UnknownCredential: no secret of a system within the limits.
    """
    prefix = prefix_of(credential) or credential
    owner = await store.owner(session, prefix, limits=limits)
    if owner is None:
        raise UnknownCredential("credential")
    client = await locked(session, owner.organisation_id, owner.client_id)
    revoked = await revoke(session, client, named=Named("prefix", prefix), reason="leak")
    fact = LeakReported(client_id=client.id, prefix=prefix, seen_at=seen_at)
    await record(session, fact, reason=where, place=owned(client.organisation_id))
    return revoked, owner


def _touch(client: Client) -> None:
    client.version += 1
    client.updated_at = func.now()
