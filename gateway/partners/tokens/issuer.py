"""What issues tokens in one process: keys, database, and the tasks that keep both in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import structlog

from chassis.database import Database, UnfitDatabase
from chassis.jws import Shape
from gateway.partners import rotation
from gateway.partners.signing import KeyFolder
from gateway.partners.tokens import audit, store
from gateway.settings import Settings

LIFE = 300
"""Seconds that a token lasts."""
LONGEST_ASSERTION = 60
"""Seconds between `iat` and `exp` of a client's assertion."""
_ASSERTION_TYPES: frozenset[str | None] = frozenset({None, "JWT", "client-authentication+jwt"})
_EVERY_LOOK = 1.0
_EVERY_NOTE = 15.0
_EVERY_TELLING = 2.0
_EVERY_PRUNING = 60.0
_MOST_REFUSED = 1_000
"""Clients and ways that wait to be told; more are in the log alone."""


class Issuer:
    """The issuer of our access tokens; `now` gives seconds of the Unix epoch."""

    def __init__(
        self,
        settings: Settings,
        *,
        activation: timedelta = rotation.ACTIVATION,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = settings.public_url
        self.audience = f"{settings.public_url}/v1"
        self.keys = KeyFolder(settings.signing_keys, activation=activation, now=now)
        self.now = now
        self._database: Database | None = None
        self._used_secrets: set[str] = set()
        self._used_keys: set[tuple[str, str]] = set()
        self._refused: dict[tuple[str, str], str] = {}
        self._log = structlog.get_logger().bind(server="gateway")

    @property
    def database(self) -> Database:
        """The database of the registry."""
        if self._database is None:
            raise UnfitDatabase("the registry is not open")
        return self._database

    def assertions_of(self, client_id: str) -> Shape:
        """Return what an assertion of a client must be: RFC 7523, for this issuer alone."""
        texts = frozenset({"sub", "jti"})
        return Shape(client_id, self.url, _ASSERTION_TYPES, texts, LONGEST_ASSERTION)

    @property
    def tokens(self) -> Shape:
        """What our own tokens are."""
        texts = frozenset({"sub", "jti"})
        return Shape(self.url, self.audience, frozenset({"at+jwt"}), texts, LIFE)

    async def source(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the verifier of this process what other processes ask for over HTTP."""
        return self.keys.jwks, await self.revocations()

    async def revocations(self) -> dict[str, Any]:
        """Return whom and what to refuse, from the main database: a replica may be late."""
        clients, tokens = await store.revoked(self.database)
        return {"clients": clients, "tokens": tokens}

    def used_secret(self, prefix: str) -> None:
        """Remember that a secret was used; written down later, once for all uses."""
        self._used_secrets.add(prefix)

    def used_key(self, client_id: str, kid: str) -> None:
        """Remember that a key was used; written down later, once for all uses."""
        self._used_keys.add((client_id, kid))

    def refused(self, client_id: str, why: str, *, request_id: str) -> None:
        """Remember that a proof of a registered client was refused; told later, once for all."""
        if len(self._refused) < _MOST_REFUSED:
            self._refused.setdefault((client_id, why), request_id)

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """Keep keys, uses and old rows in order meanwhile.

        Raises:
            UnfitKeys: the folder of keys is open to others, or holds something else.
        """
        await asyncio.to_thread(self.keys.look)
        self._database = database
        tasks = [
            asyncio.create_task(self._repeated(job, every))
            for job, every in (
                (self._look, _EVERY_LOOK),
                (self.note_uses, _EVERY_NOTE),
                (self.tell_refused, _EVERY_TELLING),
                (self._prune, _EVERY_PRUNING),
            )
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            with suppress(Exception):  # neither is worth a stop that fails
                await self.note_uses()
                await self.tell_refused()
            self._database = None

    async def _repeated(self, job: Callable[[], Awaitable[None]], every: float) -> None:
        told = ""
        while True:
            await asyncio.sleep(every)
            try:
                await job()
            except Exception as failure:  # noqa: BLE001  # whatever it is, the next turn may succeed
                if repr(failure) != told:  # each second the same sentence would bury the others
                    self._log.warning(f"{job.__name__.strip('_')} failed", why=repr(failure)[:500])
                told = repr(failure)
            else:
                told = ""

    async def _look(self) -> None:
        await asyncio.to_thread(self.keys.look)

    async def note_uses(self) -> None:
        """Write down the uses since the last time."""
        prefixes, self._used_secrets = self._used_secrets, set()
        keys, self._used_keys = self._used_keys, set()
        if prefixes or keys:
            async with self.database.writing() as session:
                await store.note_uses(session, prefixes=prefixes, keys=keys)

    async def tell_refused(self) -> None:
        """Tell of the proofs refused since the last time."""
        refused, self._refused = self._refused, {}
        await audit.tell_refused(self.database, refused)

    async def _prune(self) -> None:
        count = store.BATCH
        while count >= store.BATCH:
            async with self.database.writing() as session:
                count = await store.prune(session)
