"""What the registry asks of the towns service: whose a commune is, by the official registers."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gateway.asking import asked
from gateway.http_upstream import OverHttp
from gateway.settings import Settings
from gateway.upstreams import Upstream

MOST = 200
"""Communes of one question: the largest page."""
_PATIENCE = 1.0
_FOUND = 200


class Commune(NamedTuple):
    """The SIREN of a commune, and that of its EPCI if it has one."""

    siren: str
    epci_siren: str | None


Communes = Mapping[str, Commune]
"""By INSEE code."""


class TownsClient:
    """Asks the service of this process, or the one behind the gateway's setting."""

    def __init__(self, settings: Settings, here: Upstream | None) -> None:
        url = settings.towns_url
        self._ours = OverHttp(url, connect=settings.connect_timeout) if url and not here else None
        self._upstream = here or self._ours

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connections; a service of this process is run by the gateway."""
        if self._ours is None:
            yield
        else:
            async with self._ours.running():
                yield

    async def communes(self, codes: Collection[str]) -> Communes | None:
        """Return those that the service knows; None if it does not answer, or for too many."""
        if not codes:
            return {}
        if self._upstream is None or len(codes) > MOST:
            return None
        query = urlencode([*(("insee_code", code) for code in sorted(codes)), ("limit", MOST)])
        by = "gateway-registry"
        answer = await asked(self._upstream, f"/v1/communes?{query}", seconds=_PATIENCE, by=by)
        page: Any = answer.json() if answer is not None and answer.status == _FOUND else None
        if not isinstance(page, dict):
            return None
        return {item["insee_code"]: _commune(item) for item in page["items"]}


def _commune(item: Mapping[str, Any]) -> Commune:
    epci = item["epci"]
    return Commune(item["siren"], None if epci is None else epci["siren"])
