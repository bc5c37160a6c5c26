"""Callers with a token of another issuer: verified like ours, then a token of ours stands for it.

The services know one issuer. What leaves the gateway is a short access token of our own, in the
name of the system that the person is attached to, with the person as `act`.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256

from starlette.types import Scope

from chassis.identity import Principal
from chassis.jws import Claims, InvalidToken, Reason, Shape, claimed, is_text
from chassis.problems import Text, Unauthenticated
from chassis.tokens import (
    LONGEST_LIFE,
    TYPES,
    Recent,
    TokenReader,
    Verifier,
    challenged,
    shown_token,
    unauthenticated,
)
from chassis.trust import Trust
from gateway.external.issuers import ExternalIssuer
from gateway.external.keys import EVERY, Keys
from gateway.partners.attachments.tokens import Attached, NotAttached, Person, issue
from gateway.partners.tokens.issuer import Issuer


class Callers:
    """Turns a request with a token of a configured issuer into one with a token of ours."""

    def __init__(
        self,
        issuers: Sequence[ExternalIssuer],
        ours: Issuer,
        *,
        verifier: Verifier,
        now: Callable[[], float] = time.time,
        every: float = EVERY,
    ) -> None:
        self._ours = ours
        self._verifier = verifier
        self._now = now
        self._keys = {one.issuer: Keys(one, every=every) for one in issuers}
        self._readers = {one.issuer: _reader(one, self._keys[one.issuer], now) for one in issuers}
        self._kept: Recent[Attached] = Recent()

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller of a request, whose header then holds a token of ours.

        Raises:
            Unauthenticated: the token is not good, or its person is attached to no partner.
            ServiceUnavailable: keys or suspensions are too old to believe a token.
        """
        try:
            text = shown_token(scope)
            reader = None if text is None else self._reader_of(text)
            if text is None or reader is None:
                return await self._verifier.principal(scope)
            person = await reader.read(text)
        except InvalidToken as refusal:
            raise unauthenticated(refusal.reason) from None
        kept = self._kept.get(text)
        if kept is not None and self._now() < kept.ends_at:
            try:
                return await self._as_ours(scope, kept)
            except Unauthenticated:
                pass  # suspended or revoked since: the registry knows whether it still is
        made = await self._exchanged(person)
        self._kept.keep(text, made)
        return await self._as_ours(scope, made)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the keys of the issuers fresh meanwhile."""
        async with AsyncExitStack() as stack:
            for url, keys in self._keys.items():
                await stack.enter_async_context(keys.running())
                await stack.enter_async_context(self._readers[url].trust.running())
            yield

    def _reader_of(self, text: bytes) -> TokenReader[Person] | None:
        """Return who verifies the tokens of the issuer that a token names, if it is configured."""
        try:
            _, issuer = claimed(text)
        except InvalidToken:
            return None  # our own verifier says what is wrong with it
        return self._readers.get(issuer)

    async def _exchanged(self, person: Person) -> Attached:
        try:
            return await issue(self._ours, person)
        except InvalidToken as refusal:
            raise unauthenticated(refusal.reason) from None
        except NotAttached:
            known = {"issuer": person.issuer, "identity": person.identity}
            hint = {} if person.hint is None else {"organisation_hint": person.hint}
            raise challenged("not-attached", _NOT_ATTACHED, **known, **hint) from None

    async def _as_ours(self, scope: Scope, made: Attached) -> Principal:
        others = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
        scope["headers"] = [*others, (b"authorization", b"Bearer " + made.token)]
        return await self._verifier.principal(scope)


_NOT_ATTACHED = Text(
    "Aucun partenaire n'a fait rattacher cette identité ; identity est ce qu'il doit nommer",
    "No partner has had this identity attached; identity is what it must name",
)


def _reader(issuer: ExternalIssuer, keys: Keys, now: Callable[[], float]) -> TokenReader[Person]:
    names = {"sub", "jti", issuer.subject_claim, issuer.person_claim or "sub"}
    shape = Shape(issuer.issuer, issuer.audience, TYPES, frozenset(names), LONGEST_LIFE)

    def who(claims: Claims) -> Person:
        return _person(issuer, claims)

    return TokenReader(shape, who, trust=Trust(keys, algorithms=issuer.algorithms), now=now)


def _person(issuer: ExternalIssuer, claims: Claims) -> Person:
    hint = None if issuer.organisation_claim is None else claims.get(issuer.organisation_claim)
    if hint is not None and not is_text(hint):
        raise InvalidToken(Reason.CLAIMS)
    identity = identity_of(issuer.issuer, claims[issuer.subject_claim])
    acting = identity_of(issuer.issuer, claims[issuer.person_claim or issuer.subject_claim])
    return Person(issuer.name, identity, f"{issuer.name}:{acting}", hint, claims["exp"])


def identity_of(issuer: str, subject: str) -> str:
    """Return the one name that a person has here: a digest that says nothing of who it is."""
    return sha256(f"{issuer}\n{subject}".encode()).hexdigest()
