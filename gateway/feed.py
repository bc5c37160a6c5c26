"""Watches the change feed of one service: nothing it has published stays cached."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

import structlog

from gateway.asking import asked
from gateway.cache import Validity
from gateway.upstreams import Upstream

_LOG = structlog.get_logger()
_PATIENCE = 1.5
_TRUST = 3.0  # three polls: one may be slow without emptying the cache
_BUSY_PAUSE = 0.02


class Watcher:
    """Goes to the end of a service's feed, then asks once a second for what is new."""

    def __init__(
        self,
        service: str,
        upstream: Upstream,
        *,
        validity: Validity,
        clock: Callable[[], float],
        every: float = 1.0,
    ) -> None:
        self._service = service
        self._upstream = upstream
        self._validity = validity
        self._clock = clock
        self._every = every
        self._start = f"/v1/events/{service}?limit=200"
        self._url = f"{self._start}&after=latest"
        self._begun = False
        self._last: str | None = None
        self._readable = True

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            more = await self.look()
            await asyncio.sleep(_BUSY_PAUSE if more else self._every)

    async def look(self) -> bool:
        """Ask once; return whether there is certainly more to read."""
        began = self._clock()
        answer = await asked(self._upstream, self._url, seconds=_PATIENCE, by="gateway-feed")
        page = answer.json() if answer is not None and answer.status == 200 else None  # noqa: PLR2004
        readable = isinstance(page, dict) and isinstance(page.get("items"), list)
        if readable is not self._readable:
            self._readable = readable
            _LOG.warning("feed", service=self._service, readable=readable)
        if page is None or not readable:
            return False
        last = page["items"][-1]["id"] if page["items"] else self._last
        # at the first look what was kept before may be of before a change that we do not read
        new, self._last = last != self._last or not self._begun, last
        self._begun = True
        if isinstance(page.get("after"), str):
            self._url = f"{self._start}&after={quote(page['after'])}"
        if new:
            self._validity.changed()
        more = "next" in page
        if not more:
            # what was published before we asked has been seen: silence is now meaningful
            self._validity.trusted_until = began + _TRUST
        return more
