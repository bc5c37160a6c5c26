"""Issue and revoke tokens: find the client, verify its proof, decide, sign."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple

import orjson

from chassis.jwks import public_keys
from chassis.jws import SKEW, Claims, InvalidToken, PublicKey, verified
from gateway.partners import secrets
from gateway.partners.tokens import access, audit, rules, store
from gateway.partners.tokens.errors import (
    ClientSuspended,
    InvalidClient,
    InvalidScope,
    InvalidTarget,
    UnsupportedGrantType,
)
from gateway.partners.tokens.issuer import Issuer
from gateway.partners.tokens.proofs import GRANT, KeyProof, SecretProof

ALGORITHMS = ("ES256", "EdDSA")
"""Of the keys of clients."""


class Wish(NamedTuple):
    """What a client asks for."""

    grant_type: str
    scope: str | None
    targets: frozenset[str]


class Issued(NamedTuple):
    """A token, when it ends in seconds from now, and its scopes."""

    token: str
    life: int
    scope: str


class _Proven(NamedTuple):
    """A client that has proved who it is, and by which credential.

    `assertion` is what a private key signed for this request: its digest, and when it ends.
    """

    client_id: str
    credential: str
    known: store.Asking
    assertion: tuple[bytes, datetime] | None


async def issue(issuer: Issuer, proof: SecretProof | KeyProof, *, wish: Wish) -> Issued:
    """Return a token; an assertion that buys it is used up before the token leaves.

    Raises:
        UnsupportedGrantType, InvalidTarget, InvalidScope, PerimeterTooWide: not what we give.
        InvalidClient, ClientSuspended: not to whom we give.
    """
    if wish.grant_type != GRANT:
        raise UnsupportedGrantType
    if not wish.targets <= {issuer.audience}:
        raise InvalidTarget
    proven = await _proven(issuer, proof)
    issued = _signed(issuer, proven, wish.scope)
    await _use_up(issuer, proven)
    return issued


async def revoke(
    issuer: Issuer, proof: SecretProof | KeyProof, *, token: str, request_id: str
) -> None:
    """Refuse a token from now on, if it is one that this client was given.

    Raises:
        InvalidClient, ClientSuspended: the caller is not the client, or may not call.
    """
    proven = await _proven(issuer, proof)
    await _use_up(issuer, proven)
    claims = _own_token(issuer, token)
    if claims is not None and claims["sub"] == proven.client_id:
        by = proven.known.organisation, proven.client_id
        given = audit.GivenBack(*by, *_once(claims), request_id=request_id)
        await audit.revoke(issuer.database, given)


async def _proven(issuer: Issuer, proof: SecretProof | KeyProof) -> _Proven:
    if isinstance(proof, SecretProof):
        proven = await _proven_by_secret(issuer, proof)
    else:
        proven = await _proven_by_key(issuer, proof)
    if not proven.known.active:
        raise ClientSuspended("suspended", proven.client_id)
    return proven


async def _proven_by_secret(issuer: Issuer, proof: SecretProof) -> _Proven:
    client_id, prefix = proof.client_id, secrets.prefix_of(proof.secret)
    known = await store.with_secret(issuer.database, client_id, prefix=prefix, now=issuer.now())
    kept = secrets.Kept(*known.credential) if known and known.credential else secrets.NONE
    # as long for a client that does not exist; and no connection is held meanwhile
    right = await secrets.verified(proof.secret, kept)
    if known is None:
        raise InvalidClient("no such client")
    if known.authentication != "client_secret_basic" or not right or prefix is None:
        raise InvalidClient("not a secret of the client", client_id)
    return _Proven(client_id, prefix, known, assertion=None)


async def _proven_by_key(issuer: Issuer, proof: KeyProof) -> _Proven:
    client_id, now = proof.client_id, issuer.now()
    known = await store.with_key(issuer.database, client_id, kid=proof.kid, now=now)
    if known is None:
        raise InvalidClient("no such client")
    if known.authentication != "private_key_jwt" or known.credential is None:
        raise InvalidClient("not a key of the client", client_id)
    keys = {proof.kid: _public_key(*known.credential)}
    try:
        read = verified(proof.assertion, keys, shape=issuer.assertions_of(client_id), now=now)
    except InvalidToken as refusal:
        raise InvalidClient(f"assertion: {refusal.reason}", client_id) from None
    if read.claims["sub"] != client_id:
        raise InvalidClient("assertion: subject", client_id)
    return _Proven(client_id, proof.kid, known, assertion=_once(read.claims))


async def _use_up(issuer: Issuer, proven: _Proven) -> None:
    """Let an assertion prove nothing more; remember that the credential was of use."""
    if proven.assertion is None:
        issuer.used_secret(proven.credential)
        return
    digest, ends_at = proven.assertion
    if not await store.claim(
        issuer.database, proven.client_id, jti_digest=digest, expires_at=ends_at
    ):
        raise InvalidClient("assertion: used before", proven.client_id)
    issuer.used_key(proven.client_id, proven.credential)


def _signed(issuer: Issuer, proven: _Proven, asked: str | None) -> Issued:
    known = proven.known
    possible = [
        name
        for name in known.scopes
        if access.may_carry(name, known.kind, proves_key=proven.assertion is not None)
    ]
    scopes = rules.granted(asked, possible)
    if not scopes:
        raise InvalidScope
    grant = access.Grant(proven.client_id, proven.credential, token_urlsafe(16), scopes)
    made = access.signed(issuer, known, grant=grant)
    return Issued(made.token, made.ends_at - made.issued_at, " ".join(scopes))


def _own_token(issuer: Issuer, token: str) -> Claims | None:
    """Return the claims of a token of ours that has not ended."""
    try:
        read = verified(token.encode(), issuer.keys.public, shape=issuer.tokens, now=issuer.now())
    except InvalidToken:
        return None
    return read.claims


def _once(claims: Claims) -> tuple[bytes, datetime]:
    """Return the digest of a `jti`, and when nobody takes it any more."""
    return sha256(claims["jti"].encode()).digest(), datetime.fromtimestamp(
        claims["exp"] + SKEW, UTC
    )


@lru_cache(maxsize=4096)
def _public_key(algorithm: str, jwk: str) -> PublicKey:
    document = {"keys": [orjson.loads(jwk) | {"kid": "one"}]}
    return public_keys(document, {algorithm})["one"]
