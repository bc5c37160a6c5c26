"""Public reads through the cache: sent again while nothing changed, revalidated otherwise."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.types import Message, Receive, Scope, Send

from chassis.at_once import Ready
from gateway.cache import Entry, Key, Store, Validity, entry_of, key_of, matches, only_for_304
from gateway.compression import Compressing, gzipped, suffixed, takes_gzip
from gateway.forwarding import Forwarder, is_export
from gateway.headers import Headers

_VARIES_BY = frozenset({b"accept", b"accept-language", b"origin"})
_FORBIDDING = frozenset({b"private", b"no-store", b"no-cache", b"s-maxage=0"})
_LARGEST_HELD = 262_144


class Asked(NamedTuple):
    """What a read says about caching."""

    key: Key
    if_none_match: bytes | None
    afresh: bool
    gzip: bool


def asked_publicly(scope: Scope) -> Asked | None:
    """Return what a read says about caching, or `None` if it must not be cached."""
    headers = scope["headers"]
    said = dict(headers)
    accept = said.get(b"accept", b"")
    if is_export(scope["query_string"], accept):
        return None
    # with a token too: only what is the same for all is kept, whoever asked for it
    if len(said) != len(headers) or b"cookie" in said:
        return None
    control = said.get(b"cache-control")
    if control is not None and b"no-store" in control:
        return None
    afresh = b"pragma" in said if control is None else b"no-cache" in control
    key = key_of(scope, accept, said.get(b"accept-language", b""))
    encodings = said.get(b"accept-encoding")
    gzip = encodings is not None and takes_gzip(encodings)
    return Asked(key, said.get(b"if-none-match"), afresh, gzip)


class Cache:
    """The answers kept for all services."""

    def __init__(
        self,
        store: Store,
        validities: Mapping[str, Validity],
        *,
        lifetime: float,
        clock: Callable[[], float],
    ) -> None:
        self.store = store
        self.clock = clock
        self._validities = validities
        self._lifetime = lifetime

    def fresh(self, asked: Asked) -> Entry | None:
        """Return an entry that may be sent as it is."""
        if asked.afresh:
            return None
        entry = self.store.get(asked.key)
        return entry if entry is not None and entry.fresh(self.clock()) else None

    async def sent(self, entry: Entry, asked: Asked, scope: Scope, send: Send) -> None:
        """Send a kept answer, or 304 to a caller who has it."""
        if asked.gzip and entry.shrinks:
            entry = await suited(entry, asked)
        status, headers, body, _ = self._ready(entry, asked, scope)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    def at_once(self, asked: Asked, scope: Scope) -> Ready | None:
        """Return a kept answer that may be sent as it is, in the form that suits the caller."""
        entry = self.fresh(asked)
        if entry is not None and asked.gzip and entry.shrinks and not seen_by(asked, entry.etag):
            entry = entry.shrunk
        if entry is None:
            return None
        scope["state"]["operation"] = entry.operation
        return self._ready(entry, asked, scope)

    def _ready(self, entry: Entry, asked: Asked, scope: Scope) -> Ready:
        unchanged = seen_by(asked, entry.etag)
        headers = entry.headers(self.clock(), unchanged=unchanged)
        body = b"" if unchanged or scope["method"] == "HEAD" else entry.body
        return Ready(304 if unchanged else 200, headers, body)

    async def fetched(
        self, asked: Asked, forward: Forwarder, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Ask the service, keep what it answers or confirms, and send that."""
        kept = None if asked.afresh else self.store.get(asked.key)
        known = self._validities[forward.name]
        collector = _Collector(self, asked, scope, send, kept=kept, validity=known)
        await forward(scope, receive, collector, known_etag=kept.upstream_etag if kept else None)

    def kept(
        self, key: Key, body: bytes, *, headers: Headers, validity: Validity, generation: int
    ) -> Entry:
        """Keep a whole public answer; what is kept already is only renewed."""
        known = self.store.get(key)
        if known is not None and known.body == body and known.given == headers:
            self.confirmed(known, generation)
            return known
        entry = entry_of(
            body,
            headers,
            validity=validity,
            generation=generation,
            now=self.clock(),
            lifetime=self._lifetime,
        )
        self.store.put(key, entry)
        return entry

    def confirmed(self, entry: Entry, generation: int) -> None:
        """Take note that the service still gives this answer."""
        entry.renewed(self.clock(), generation=generation, lifetime=self._lifetime)


class _Collector:
    """Stands between the service and the caller: holds a public answer until it is whole."""

    def __init__(
        self,
        cache: Cache,
        asked: Asked,
        scope: Scope,
        send: Send,
        *,
        kept: Entry | None,
        validity: Validity,
    ) -> None:
        self._cache = cache
        self._asked = asked
        self._scope = scope
        self._send = send
        self._kept = kept
        self._validity = validity
        self._generation = validity.generation
        self._start: Message = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._holding = True
        self._silent = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            if not (message["status"] == 304 or _storable(message)):  # noqa: PLR2004
                await self._let_pass()
        elif not self._holding:
            if not self._silent:
                await self._send(message)
        else:
            await self._held(message)

    async def _held(self, message: Message) -> None:
        self._chunks.append(message.get("body", b""))
        self._size += len(self._chunks[-1])
        if not message.get("more_body", False):
            await self._whole(b"".join(self._chunks))
        elif self._size > _LARGEST_HELD:
            await self._let_pass()
            body = b"".join(self._chunks)
            if not self._silent:
                await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def _whole(self, body: bytes) -> None:
        if self._kept is not None and self._start["status"] == 304:  # noqa: PLR2004
            self._cache.confirmed(self._kept, self._generation)
            await self._cache.sent(self._kept, self._asked, self._scope, self._send)
            return
        entry = self._cache.kept(
            self._asked.key,
            body,
            headers=self._start["headers"],
            validity=self._validity,
            generation=self._generation,
        )
        entry.operation = self._scope["state"].get("operation", "none")
        if self._asked.gzip and entry.shrinks:
            entry = await suited(entry, self._asked)
        unchanged = seen_by(self._asked, entry.etag)
        self._start["status"] = 304 if unchanged else 200
        self._start["headers"] = (entry.unchanged if unchanged else entry.whole).copy()
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": b"" if unchanged else entry.body})

    async def _let_pass(self) -> None:
        """Stop holding; the caller's own condition was set aside, so it is answered here."""
        self._holding = False
        if self._asked.gzip:
            self._send = Compressing(self._scope, self._send)
        etag = next((value for name, value in self._start["headers"] if name == b"etag"), None)
        if self._start["status"] == 200 and etag and self._has(etag):  # noqa: PLR2004
            self._start["status"] = 304
            self._start["headers"] = only_for_304(self._start["headers"])
            self._silent = True
        await self._send(self._start)
        if self._silent:
            await self._send({"type": "http.response.body", "body": b""})

    def _has(self, etag: bytes) -> bool:
        asked = self._asked
        return seen_by(asked, etag) or (asked.gzip and seen_by(asked, suffixed(etag)))


async def suited(entry: Entry, asked: Asked) -> Entry:
    """Return the compressed form, made at its first use; the plain one to who has that already."""
    if seen_by(asked, entry.etag):
        return entry
    return entry.shrunk or entry.shrunk_to(await gzipped(entry.body))


def seen_by(asked: Asked, etag: bytes) -> bool:
    """Say whether the caller has the answer already."""
    return asked.if_none_match is not None and matches(asked.if_none_match, etag)


def _storable(start: Message) -> bool:
    if start["status"] != 200:  # noqa: PLR2004
        return False
    public = False
    for name, value in start["headers"]:
        if name == b"cache-control":
            listed = {part.strip().lower() for part in value.split(b",")}
            public = b"public" in listed and not listed & _FORBIDDING
        elif name == b"vary":
            if {part.strip().lower() for part in value.split(b",")} - _VARIES_BY:
                return False
        elif name == b"content-encoding":
            return False
    return public
