"""A token of ours for a person whom another issuer vouches for, if a partner had it attached."""

from typing import NamedTuple

from chassis.jws import InvalidToken, Reason
from gateway.partners.attachments.rights import given
from gateway.partners.tokens import access
from gateway.partners.tokens.issuer import Issuer


class NotAttached(Exception):
    """Nobody has had this person attached, or not yet."""


class Person(NamedTuple):
    """Who a token of another issuer speaks of; nothing here gives a right.

    `issuer` is the short name of that issuer, `identity` and `act` are digests, `ends_at` is when
    its token ends. `hint` is the organisation that the issuer claims: it is told to the person
    and compared with nothing.
    """

    issuer: str
    identity: str
    act: str
    hint: str | None
    ends_at: int


class Attached(NamedTuple):
    """A token that stands for one of another issuer until `ends_at`, in seconds of the epoch."""

    token: bytes
    ends_at: int


async def issue(issuer: Issuer, person: Person) -> Attached:
    """Return a token with what the attachment and its system may both do today.

    It bears the id of the attachment as `jti`: taking back the one takes back the other.

    Raises:
        NotAttached: no attachment was ever granted to the person.
        InvalidToken: it was revoked or is over, its system may not call, or the person's own
            token ends.
    """
    now = issuer.now()
    found = await given(issuer.database, person.issuer, identity=person.identity, now=now)
    if found is None:
        raise NotAttached
    known = found.known
    scopes = [
        name
        for name in found.scopes
        if name in known.scopes and access.may_carry(name, known.kind, proves_key=False)
    ]
    if not (found.live and known.active and scopes):
        raise InvalidToken(Reason.REVOKED)
    until = min(person.ends_at, found.valid_until)
    if until <= int(now):
        raise InvalidToken(Reason.EXPIRED)
    named = found.attachment_id
    grant = access.Grant(found.client_id, named, named, scopes, act=person.act, until=until)
    made = access.signed(issuer, known, grant=grant)
    return Attached(made.token.encode(), made.ends_at)
