"""The gateway, assembled: one door to the four services. Start reading here."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic, perf_counter_ns

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.at_once import Ready
from chassis.http import Edge
from chassis.identity import ANONYMOUS, Principal
from chassis.metrics_access import operators
from chassis.openapi import larger_bodies
from chassis.rights import RIGHT_PATH
from chassis.tokens import Verifier, verifier_for
from gateway.actions import Actions
from gateway.cache import Store, Validity
from gateway.cached import Cache, asked_publicly
from gateway.compression import Compressing, asks_for_gzip, with_plain_tags
from gateway.contracts import OWN, committed, registry_contract
from gateway.decoration import Decorated
from gateway.external.callers import Callers
from gateway.feed import Watcher
from gateway.forwarding import Deadlines, Forwarder
from gateway.headers import READS
from gateway.http_upstream import OverHttp
from gateway.methods import Methods
from gateway.own import sent
from gateway.own_contract import own_contract
from gateway.own_routes import own_routes
from gateway.partners.calls.recorder import Answered, Recorder
from gateway.routing import Collections
from gateway.settings import Settings
from gateway.slots import Limit, Slots
from gateway.status import Observer
from gateway.upstreams import Upstream


class NoWayToService(Exception):
    """A service has neither an app in this process nor a URL."""


def create_app(
    settings: Settings,
    upstreams: Mapping[str, Upstream] | None = None,
    *,
    verifier: Verifier | None = None,
    calls: Recorder | None = None,
    external: Callers | None = None,
) -> ASGIApp:
    """Assemble the gateway.

    Args:
        settings: URLs of the services elsewhere, limits and deadlines.
        upstreams: the services that live in this process, by name; `gateway` is the registry of
            partners, without which nobody has a token.
        verifier: of tokens, shared with those services; its own otherwise.
        calls: keeps the calls made with a token; without it they are not kept.
        external: takes the tokens of other issuers; without it they are refused.

    Raises:
        ContractMissing: a service's contract is not shipped.
        CollectionClaimedTwice: two contracts claim one collection.
        NoWayToService: a service is neither here nor anywhere.
    """
    gateway = Gateway(
        settings,
        upstreams or {},
        verifier=verifier or verifier_for(settings),
        calls=calls,
        external=external,
    )
    edge = Edge(
        gateway,
        server="gateway",
        public_url=settings.public_url,
        larger_bodies=gateway.larger_bodies,
        may_read_metrics=operators(settings.metrics_token),
    )
    return Decorated(edge, settings.origins, methods=gateway.methods.at)


class Gateway:
    """Forwards by collection; answers public reads from memory while nothing changed."""

    def __init__(
        self,
        settings: Settings,
        upstreams: Mapping[str, Upstream],
        *,
        verifier: Verifier,
        calls: Recorder | None,
        external: Callers | None,
    ) -> None:
        self._verifier = verifier
        self._external = external
        self._calls = calls
        contracts = dict(committed(settings.contracts))
        if OWN in upstreams:
            contracts[OWN] = registry_contract()
        self._collections = Collections(contracts)
        self.methods = Methods([*contracts.values(), own_contract()])
        self.larger_bodies = {
            path: largest
            for contract in contracts.values()
            for path, largest in larger_bodies(contract).items()
        }
        self._actions = Actions(contracts)
        self._settings = settings
        self._ways = {
            name: _way(name, settings, upstreams.get(name) or _elsewhere(name, settings))
            for name in contracts
        }
        self._validities = {name: Validity() for name in contracts}
        self._cache = Cache(
            Store(settings.cache_bytes),
            self._validities,
            lifetime=settings.cache_lifetime.total_seconds(),
            clock=monotonic,
        )
        self._caching = settings.cache
        observer = Observer(self._ways, monotonic)
        self._own = own_routes(
            settings, contracts, collections=self._collections, observer=observer
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        own = self._own.get(scope["path"])
        if own is not None:
            scope["state"]["operation"] = scope["path"]
            await own(scope, send)
            return
        # early, for limits and refusals: the service verifies again, and decides
        scope["state"]["principal"] = principal = await self._principal(scope)
        answer = self._read if scope["method"] in READS else self._change
        if self._calls is None or principal is ANONYMOUS:
            await answer(scope, receive, send)
        else:
            named = self._actions.named
            await self._calls.heard(answer, scope, receive, send=send, name=named)

    async def _principal(self, scope: Scope) -> Principal:
        """Return the caller; callers whom we know already cost what they did without others."""
        if self._external is None:
            return await self._verifier.principal(scope)
        known = self._verifier.remembered(scope)
        return known or await self._external.principal(scope)

    def at_once(self, scope: Scope) -> Ready | None:
        """Return a kept answer, if one may be sent as it is, to a caller known already."""
        if not self._caching or scope["method"] not in READS:
            return None
        began = perf_counter_ns()
        scope["state"]["principal"] = principal = self._verifier.remembered(scope)
        if principal is None:
            return None
        asked = asked_publicly(scope)
        ready = None if asked is None else self._cache.at_once(asked, scope)
        if ready is not None and self._calls is not None and principal is not ANONYMOUS:
            operation = self._actions.named(scope["method"], scope["path"])
            elapsed = (perf_counter_ns() - began) // 1000
            self._calls.note(
                scope, Answered(ready.status), operation=operation, duration_us=elapsed
            )
        return ready

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = asked_publicly(scope) if self._caching else None
        if asked is not None:
            entry = self._cache.fresh(asked)
            if entry is not None:
                scope["state"]["operation"] = entry.operation
                await self._cache.sent(entry, asked, scope, send)
                return
        if scope["path"] == RIGHT_PATH:
            await self._right(scope, receive, send)
            return
        way = self._ways[self._collections.owner(scope["path"])]
        if asked is None or scope["method"] == "HEAD":
            if asks_for_gzip(scope):
                send = Compressing(scope, send)
                scope = with_plain_tags(scope)
            await way(scope, receive, send)
        else:
            await self._cache.fetched(asked, way, scope, receive, send)

    async def _right(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the service that has the operation tell what its caller may do."""
        asked = self._actions.asked(scope["query_string"])
        if isinstance(asked, str):
            await self._ways[asked](scope, receive, send)
        else:
            await sent(asked, scope, send)

    async def _change(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = self._collections.owner(scope["path"])
        validity = self._validities[service]
        try:
            await self._ways[service](with_plain_tags(scope), receive, _changing(validity, send))
        finally:
            # a change whose answer was lost may have happened all the same
            validity.changed()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        started = False
        try:
            async with self._running():
                started = True
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            stage = "shutdown" if started else "startup"
            await send({"type": f"lifespan.{stage}.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._verifier.trust.running())
            for way in self._ways.values():
                await stack.enter_async_context(way.upstream.running())
            if self._external is not None:
                await stack.enter_async_context(self._external.running())
            if self._calls is not None:
                await stack.enter_async_context(self._calls.running())
            watching = [asyncio.create_task(watcher.run()) for watcher in self._watchers()]
            try:
                yield
            finally:
                for task in watching:
                    task.cancel()
                await asyncio.gather(*watching, return_exceptions=True)

    def _watchers(self) -> list[Watcher]:
        if not self._caching:
            return []
        every = self._settings.feed_interval.total_seconds()
        return [
            Watcher(
                name, way.upstream, validity=self._validities[name], clock=monotonic, every=every
            )
            for name, way in self._ways.items()
        ]


def _changing(validity: Validity, send: Send) -> Send:
    """Make kept answers doubtful before the caller hears that a change is done."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            validity.changed()
        await send(message)

    return told


def _elsewhere(name: str, settings: Settings) -> Upstream:
    url = settings.url_of(name)
    if url is None:
        raise NoWayToService(f"{name}: set GATEWAY_{name.upper()}_URL, or run it in this process")
    return OverHttp(url, connect=settings.connect_timeout)


def _way(name: str, settings: Settings, upstream: Upstream) -> Forwarder:
    limit = Limit(settings.concurrency, settings.concurrency_low, settings.concurrency_high)
    exports = Limit(settings.export_concurrency, 1, settings.export_concurrency)
    return Forwarder(
        name=name,
        upstream=upstream,
        reads=Deadlines.of(settings.first_byte_timeout, settings.total_timeout),
        exports=Deadlines.of(settings.export_first_byte_timeout, None),
        writes=Deadlines.of(settings.write_timeout, None),
        slots=Slots(limit),
        export_slots=Slots(exports),
        clock=monotonic,
    )
