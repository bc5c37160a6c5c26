"""The public keys of an external issuer: pinned by the configuration, or where it says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

import structlog

from chassis.fetching import UnfitAnswer, object_at
from chassis.jwks import public_keys
from chassis.trust import Document
from gateway.external.issuers import LARGEST_KEYS, ExternalIssuer

EVERY = 60.0
"""Seconds between two looks at an address: how long a key that was withdrawn is still believed."""
AGAIN = 5.0
"""Seconds until the next look after one that failed."""
OLDEST = 3_600.0
"""Seconds for which keys are believed while their address does not answer."""
_LONGEST_LOOK = 5.0
_NOTHING_REVOKED: Document = {"clients": {}, "tokens": {}}


class Keys:
    """Gives a `Trust` the keys of one issuer; nothing that a token says leads here."""

    def __init__(
        self,
        issuer: ExternalIssuer,
        *,
        clock: Callable[[], float] = monotonic,
        every: float = EVERY,
    ) -> None:
        self._issuer = issuer
        self._clock = clock
        self._every = every
        self._pinned = issuer.pinned()
        self._held: Document = self._pinned or {}
        self._as_of = float("-inf")
        self._found = asyncio.Event()
        self._log = structlog.get_logger().bind(server="gateway", issuer=issuer.name)

    async def __call__(self) -> tuple[Document, Document]:
        """Give the keys; who is attached is revoked by our own list.

        Raises:
            UnfitAnswer: the address has not answered for too long.
        """
        if self._pinned is not None:
            return self._held, _NOTHING_REVOKED
        await self._found.wait()
        if self._clock() - self._as_of > OLDEST:
            raise UnfitAnswer("no keys")
        return self._held, _NOTHING_REVOKED

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look at the address meanwhile, if there is one."""
        url = self._issuer.jwks_url
        if url is None:
            yield
            return
        task = asyncio.create_task(self._run(url))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, url: str) -> None:
        told = ""
        while True:
            began = self._clock()
            try:
                found = await object_at(url, largest=LARGEST_KEYS, deadline=_LONGEST_LOOK)
                public_keys(found, self._issuer.algorithms)  # what does not fit replaces nothing
                self._held, self._as_of = found, began
                self._found.set()
                told, pause = "", self._every
            except Exception as failure:  # noqa: BLE001  # whatever it is, the next look may succeed
                why, pause = type(failure).__name__, min(AGAIN, self._every)
                if why != told:  # each time the same sentence would bury the others
                    self._log.warning("keys of an external issuer not read", why=why)
                told = why
            await asyncio.sleep(pause)
