"""The one verifier of access tokens: the gateway asks it early, each service decides by it."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from starlette.types import Scope

from chassis.identity import ANONYMOUS, EVERYWHERE, Perimeter, Principal
from chassis.jws import SKEW, Claims, InvalidToken, PublicKey, Reason, Shape, is_text, verified
from chassis.problems import Text, Unauthenticated
from chassis.settings import EnvironmentSettings
from chassis.trust import Known, RemoteSource, Trust

Who = TypeVar("Who")
Kept = TypeVar("Kept")

TYPES: frozenset[str | None] = frozenset({"at+jwt"})
LONGEST_LIFE = 600
"""Seconds between `iat` and `exp`."""
KEPT = 4_096
"""Verified tokens remembered in each process."""
_TEXTS = frozenset({"sub", "jti", "org", "kind", "cred"})
_OWN_CREDENTIALS = "/oauth/"
_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_DIMENSION = re.compile(r"[a-z][a-z_]{0,31}")


@dataclass(slots=True)
class _Verified(Generic[Who]):
    """A token that was good once, and what may have changed since."""

    who: Who
    kid: str
    key: PublicKey
    client: str
    token: str
    issued_at: int
    ends_at: int
    cleared_by: Known | None = None

    def check(self, known: Known, now: float) -> None:
        """Refuse what has ended, or what the issuer takes back."""
        if now >= self.ends_at:
            raise InvalidToken(Reason.EXPIRED)
        if known is self.cleared_by:
            return
        since = known.clients.get(self.client)
        if (since is not None and self.issued_at < since) or self.token in known.tokens:
            raise InvalidToken(Reason.REVOKED)
        self.cleared_by = known


class Recent(OrderedDict[bytes, Kept]):
    """What is kept under the last tokens that were used: at most `KEPT`, the oldest go."""

    def keep(self, text: bytes, value: Kept) -> None:
        """Keep a value under a token, as the last used."""
        self[text] = value
        self.move_to_end(text)
        if len(self) > KEPT:
            self.popitem(last=False)


class TokenReader(Generic[Who]):
    """Verifies the access tokens of one issuer, once each while nothing changes.

    `shape` names the claims that must be there as identifiers, `sub` and `jti` among them; `who`
    makes of good claims what callers need, or raises `InvalidToken`.
    """

    def __init__(
        self,
        shape: Shape,
        who: Callable[[Claims], Who],
        *,
        trust: Trust,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.trust = trust
        self._shape = shape
        self._who = who
        self._now = now
        self._kept: Recent[_Verified[Who]] = Recent()

    async def read(self, text: bytes) -> Who:
        """Return what a token says.

        Raises:
            InvalidToken: anything at all is not as it should be.
            ServiceUnavailable: keys and suspensions are too old to believe a token.
        """
        known = self.known(text)
        if known is not None:
            return known
        found, seen = await self._verified(text)
        found.check(seen, self._now())
        self._kept.keep(text, found)
        return found.who

    def known(self, text: bytes) -> Who | None:
        """Return what a token says if nobody has to be asked; `None`: await `read`."""
        known = self.trust.young()
        found = self._kept.get(text)
        if known is None or found is None or known.keys.get(found.kid) is not found.key:
            return None
        try:
            found.check(known, self._now())
        except InvalidToken:
            return None
        self._kept.move_to_end(text)
        return found.who

    async def _verified(self, text: bytes) -> tuple[_Verified[Who], Known]:
        known = self.trust.young() or Known()
        try:
            read = verified(text, known.keys, shape=self._shape, now=self._now())
        except InvalidToken as refusal:
            if refusal.reason is not Reason.UNKNOWN_KEY:
                raise
            known = await self.trust.asked()
            read = verified(text, known.keys, shape=self._shape, now=self._now())
        claims = read.claims
        found = _Verified(
            who=self._who(claims),
            kid=read.kid,
            key=known.keys[read.kid],
            client=_digest(claims["sub"]),
            token=_digest(claims["jti"]),
            issued_at=claims["iat"],
            ends_at=claims["exp"] + SKEW,
        )
        return found, known


class Verifier(TokenReader[Principal]):
    """Turns the `Authorization` header of a request, a token of ours, into a principal."""

    def __init__(
        self, issuer: str, audience: str, *, trust: Trust, now: Callable[[], float] = time.time
    ) -> None:
        shape = Shape(issuer, audience, TYPES, _TEXTS, LONGEST_LIFE)
        super().__init__(shape, _principal, trust=trust, now=now)

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller of a request; `ANONYMOUS` if it shows no token.

        Raises:
            Unauthenticated: what it shows is not one good token.
            ServiceUnavailable: the list of suspensions is too old to believe a token.
        """
        try:
            text = shown_token(scope)
            return ANONYMOUS if text is None else await self.read(text)
        except InvalidToken as refusal:
            raise unauthenticated(refusal.reason) from None

    def remembered(self, scope: Scope) -> Principal | None:
        """Return the caller if nobody has to be asked; `None`: await `principal`."""
        try:
            text = shown_token(scope)
        except InvalidToken:
            return None
        return ANONYMOUS if text is None else self.known(text)


def verifier_for(settings: EnvironmentSettings) -> Verifier:
    """Return the verifier of a process that asks the gateway for keys and suspensions."""
    url, keys = settings.public_url, settings.token_keys_url
    return Verifier(url, f"{url}/v1", trust=Trust(RemoteSource(keys) if keys else None))


def unauthenticated(reason: Reason) -> Unauthenticated:
    """Return the 401 of a token that is not good."""
    return challenged(reason.value, _SENTENCES[reason])


def challenged(reason: str, said: Text, **extra: str) -> Unauthenticated:
    """Return the 401 of RFC 6750, which repeats nothing of the token; `extra` is for its holder."""
    challenge = f'Bearer error="invalid_token", error_description="{said.en}"'
    headers = {"WWW-Authenticate": challenge}
    return Unauthenticated(said, headers=headers, extra={"reason": reason, **extra})


def shown_token(scope: Scope) -> bytes | None:
    """Return the one token that a request shows; `None` if it need not show one.

    Raises:
        InvalidToken: it shows several, or something else.
    """
    shown: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    # where tokens are issued and revoked, clients show credentials of another kind
    if not shown or scope["path"].startswith(_OWN_CREDENTIALS):
        return None
    scheme, _, text = shown[0].partition(b" ")
    if len(shown) > 1 or scheme.lower() != b"bearer" or not text:
        raise InvalidToken(Reason.CREDENTIALS)
    return text


def _principal(claims: Claims) -> Principal:
    scope, act = claims.get("scope"), claims.get("act")
    if not isinstance(scope, str) or not _SCOPES.fullmatch(scope):
        raise InvalidToken(Reason.CLAIMS)
    if "act" in claims and not (
        isinstance(act, dict) and act.keys() == {"sub"} and is_text(act["sub"])
    ):
        raise InvalidToken(Reason.CLAIMS)
    return Principal(
        organisation=claims["org"],
        kind=claims["kind"],
        client=claims["sub"],
        scopes=frozenset(scope.split(" ")),
        perimeter=_perimeter(claims.get("perimeter")),
        credential=claims["cred"],
        on_behalf_of=act["sub"] if act else None,
        expires_at=claims["exp"],
    )


def _perimeter(claim: Any) -> Perimeter:
    """Read `{"everywhere": true}`, or codes by dimension; anything else opens nothing."""
    if not isinstance(claim, dict):
        raise InvalidToken(Reason.CLAIMS)
    if claim.keys() == {"everywhere"} and claim["everywhere"] is True:
        return EVERYWHERE
    for name, codes in claim.items():
        named = name != "everywhere" and _DIMENSION.fullmatch(name)
        if not named or not isinstance(codes, list) or not all(is_text(code) for code in codes):
            raise InvalidToken(Reason.CLAIMS)
    return Perimeter(values={name: frozenset(codes) for name, codes in claim.items()})


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_SENTENCES = {
    Reason.CREDENTIALS: Text(
        "Un seul en-tête Authorization est attendu, avec un jeton Bearer",
        "One Authorization header with one Bearer token is expected",
    ),
    Reason.TOO_LONG: Text("Le jeton est trop long", "The token is too long"),
    Reason.MALFORMED: Text(
        "Le jeton n'est pas un JWT signé bien formé", "The token is not a well-formed signed JWT"
    ),
    Reason.HEADER: Text(
        "L'en-tête du jeton porte autre chose que alg, typ et kid",
        "The header of the token has other members than alg, typ and kid",
    ),
    Reason.TYPE: Text(
        "Le jeton n'est pas un jeton d'accès (at+jwt)", "The token is not an access token (at+jwt)"
    ),
    Reason.ALGORITHM: Text(
        "L'algorithme du jeton n'est pas celui de sa clé",
        "The algorithm of the token is not that of its key",
    ),
    Reason.UNKNOWN_KEY: Text(
        "La clé du jeton est inconnue", "The key that the token names is unknown"
    ),
    Reason.SIGNATURE: Text("La signature du jeton est fausse", "The signature does not verify"),
    Reason.CLAIMS: Text(
        "Une donnée du jeton manque ou n'a pas la forme attendue",
        "A claim of the token is missing or misshapen",
    ),
    Reason.ISSUER: Text("Le jeton vient d'un autre émetteur", "The token has another issuer"),
    Reason.AUDIENCE: Text(
        "Le jeton est destiné à une autre API", "The token is meant for another audience"
    ),
    Reason.EXPIRED: Text("Le jeton a expiré", "The token has expired"),
    Reason.NOT_YET_VALID: Text("Le jeton n'est pas encore valable", "The token is not valid yet"),
    Reason.TOO_LONG_LIVED: Text(
        "La durée du jeton n'est pas permise", "The life of the token is not allowed"
    ),
    Reason.REVOKED: Text("Le jeton a été révoqué", "The token has been revoked"),
}
