"""Whose tokens are believed now: the keys and the suspensions of the issuer, asked each second."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
import structlog

from chassis.jwks import OURS, public_keys
from chassis.jws import PublicKey, read_object
from chassis.problems import ServiceUnavailable, Text

EVERY = 1.0
"""Seconds between two looks."""
YOUNG = 4.0
"""Seconds after which a token is not answered without another look."""
OLDEST = 5.0
"""Seconds after which no token is believed: a suspension may have been missed."""
JWKS_PATH = "/.well-known/jwks.json"
REVOCATIONS_PATH = "/.well-known/acdt-revocations"
_PAUSE = 0.1
_LONGEST_CALL = 0.5
_LONGEST_LOOK = 1.0
_DIGEST = re.compile(r"[0-9a-f]{64}")

Document = Mapping[str, Any]
Source = Callable[[], Awaitable[tuple[Document, Document]]]
"""Gives the two documents of the issuer: the JWK set, and the revocations.

`{"clients": {<sha256 of a client_id>: <refuse what was issued before this second>},
"tokens": {<sha256 of a jti>: <its exp>}}`
"""


class MisfitRevocations(ValueError):
    """The list of suspensions is not one; the message repeats nothing of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What one look brought."""

    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    clients: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)


class Trust:
    """Keys and suspensions of the issuer, never older than `OLDEST` seconds when they are used.

    Without a source nobody is believed. `clock` is a monotonic one, `algorithms` those of the keys.
    """

    def __init__(
        self,
        source: Source | None,
        clock: Callable[[], float] = monotonic,
        *,
        algorithms: Collection[str] = OURS,
    ) -> None:
        self._algorithms = algorithms
        self._source = source
        self._clock = clock
        self._known = Known()
        self._jwks: Document = {}
        self._as_of = self._began = float("-inf")
        self._next: asyncio.Task[None] | None = None
        self._looks: set[asyncio.Task[None]] = set()
        self._users = 0
        self._running: asyncio.Task[None] | None = None
        self._failure = ""
        self._log = structlog.get_logger()

    def young(self) -> Known | None:
        """Return what is known if it may be used without asking; `None`: await `asked`."""
        return self._known if self._clock() - self._as_of < YOUNG else None

    async def asked(self) -> Known:
        """Look again, once for all who ask meanwhile.

        Raises:
            ServiceUnavailable: what is known is too old to believe anyone.
        """
        if self._source is not None:
            await asyncio.wait([self._look(self._source)])
        if self._clock() - self._as_of > OLDEST:
            raise ServiceUnavailable(_UNKNOWN, headers={"Retry-After": "1"})
        return self._known

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look each second meanwhile; the apps of one process share the looks."""
        self._users += 1
        if self._running is None and self._source is not None:
            self._running = asyncio.create_task(self._run(self._source))
        try:
            yield
        finally:
            self._users -= 1
            if self._running is not None and not self._users:
                ending = {self._running, *self._looks}
                self._running = None
                for task in ending:
                    task.cancel()
                await asyncio.wait(ending)

    async def _run(self, source: Source) -> None:
        since, told = self._clock(), False
        while True:
            await asyncio.wait([self._look(source)])
            late = self._clock() - max(self._as_of, since) > OLDEST
            if late and not told:
                self._log.warning("no token can be checked", why=self._failure)
            told = late
            await asyncio.sleep(EVERY)

    def _look(self, source: Source) -> "asyncio.Task[None]":
        """Return the next look: one that has begun may miss what was published meanwhile."""
        if self._next is None:
            self._next = asyncio.create_task(self._looked(source))
            self._looks.add(self._next)
            self._next.add_done_callback(self._looks.discard)
        return self._next

    async def _looked(self, source: Source) -> None:
        # however many tokens name an unknown key, the issuer is asked ten times a second at most
        await asyncio.sleep(max(0.0, self._began + _PAUSE - self._clock()))
        self._next = None
        began = self._began = self._clock()
        try:
            async with asyncio.timeout(_LONGEST_LOOK):
                jwks, revocations = await source()
            if began > self._as_of:
                self._take(jwks, revocations)
                self._as_of = began
        except Exception as error:  # noqa: BLE001  # whatever a source raises, nothing is learnt
            self._failure = repr(error)[:200]

    def _take(self, jwks: Document, revocations: Document) -> None:
        # the same objects while the set is the same: who holds one sees whether it is still there
        keys = self._known.keys if jwks == self._jwks else public_keys(jwks, self._algorithms)
        if revocations.keys() != {"clients", "tokens"}:
            raise MisfitRevocations("the members clients and tokens are expected")
        self._known = Known(keys, *(_instants(revocations[name]) for name in ("clients", "tokens")))
        self._jwks = jwks


class RemoteSource:
    """The two documents as the gateway publishes them, for a service in a process of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._verify = httpx.create_ssl_context() if url.startswith("https:") else False

    async def __call__(self) -> tuple[Document, Document]:
        """Ask for both.

        Raises:
            httpx.HTTPError: no answer, or not 200.
            InvalidToken: an answer is not a JSON object.
        """
        # a client for each look: what a deadline cancels can leave nothing behind in its pool
        async with httpx.AsyncClient(
            base_url=self._url,
            verify=self._verify,
            timeout=_LONGEST_CALL,
            trust_env=False,
        ) as client:
            answers = [await client.get(path) for path in (JWKS_PATH, REVOCATIONS_PATH)]
        jwks, revocations = (read_object(one.raise_for_status().content) for one in answers)
        return jwks, revocations


_UNKNOWN = Text(
    "Aucun jeton ne peut être vérifié en ce moment ; les données ouvertes n'en demandent pas",
    "No token can be checked now; open data needs none",
)


def _instants(listed: object) -> Mapping[str, int]:
    """Return a list of suspensions that is one: digests in hexadecimal, whole seconds."""
    if not isinstance(listed, dict):
        raise MisfitRevocations("an object is expected")
    if not all(_DIGEST.fullmatch(name) and type(at) is int for name, at in listed.items()):
        raise MisfitRevocations("SHA-256 digests with whole seconds are expected")
    return listed
