"""The state of each service, as the gateway sees it: for `/status` and for the first screen."""

import asyncio
from collections.abc import Callable, Mapping

from chassis.contract import Output
from gateway.asking import Answer, asked
from gateway.forwarding import Forwarder

_PATIENCE = 1.0
_KEPT = 1.0


class ServiceStatus(Output):
    """One service, as it answers now."""

    name: str
    live: bool
    ready: bool
    latency_ms: float | None
    version: str | None
    data_as_of: str | None


class Status(Output):
    """All the services; the API is `degraded` when at least one is not ready."""

    status: str
    services: list[ServiceStatus]


class Observer:
    """Asks the services how they are, at most once a second whoever wants to know."""

    def __init__(self, ways: Mapping[str, Forwarder], clock: Callable[[], float]) -> None:
        self._ways = ways
        self._clock = clock
        self._seen: Status | None = None
        self._until = 0.0
        self._looking = asyncio.Lock()

    async def status(self) -> Status:
        """Return the state of all the services; never fails because one does."""
        async with self._looking:
            if self._seen is None or self._clock() >= self._until:
                seen = await asyncio.gather(*(self._of(way) for way in self._ways.values()))
                whole = all(service.ready for service in seen)
                self._seen = Status(status="ok" if whole else "degraded", services=list(seen))
                self._until = self._clock() + _KEPT
            return self._seen

    async def _of(self, way: Forwarder) -> ServiceStatus:
        began = self._clock()
        answer = await asked(way.upstream, "/health/ready", seconds=_PATIENCE, by="gateway-status")
        latency = round((self._clock() - began) * 1000, 1)
        return described(way.name, answer, latency_ms=latency)


def described(name: str, answer: Answer | None, *, latency_ms: float) -> ServiceStatus:
    """Return what an answer to `/health/ready` says."""
    said = answer.json() if answer is not None else None
    told = said if isinstance(said, dict) else {}
    return ServiceStatus(
        name=name,
        live=answer is not None,
        ready=answer is not None and answer.status == 200,  # noqa: PLR2004
        latency_ms=latency_ms if answer is not None else None,
        version=told.get("version"),
        data_as_of=told.get("data_as_of"),
    )
