"""Compressed forms of answers: gzip, each with an entity tag of its own.

The tag of a compressed form is that of the plain one with a suffix, so that a strong tag names
exact bytes; services only ever see their own tags.
"""

import asyncio
import re
import zlib
from functools import lru_cache

from starlette.types import Message, Scope, Send

from chassis.headers import header
from gateway.headers import Headers

SMALLEST = 1_024
"""Bytes below which an answer travels in one packet anyway."""

_INLINE = 65_536  # beyond, a thread of its own: the event loop waits 1 ms at most
_KEPT_LEVEL = 6
_STREAMED_LEVEL = 1  # five times as fast as the usual level, a tenth larger
_GZIP_FRAME = 31
_SUFFIX = b'-gzip"'
_ENCODING = re.compile(rb"\s*([a-z0-9*-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_TEXTS = re.compile(rb"(?:text/.+|image/svg\+xml|application/(?:.+[+-])?(?:(?:nd)?json|xml))")
_CONDITIONS = frozenset({b"if-none-match", b"if-match"})
_ENCODED = frozenset({b"content-encoding", b"content-range"})
_REPLACED = frozenset({b"etag", b"content-length", b"accept-ranges"})
_VARY = b"Accept-Encoding"


def asks_for_gzip(scope: Scope) -> bool:
    """Say whether the caller takes gzip."""
    return takes_gzip(header(scope, b"accept-encoding"))


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Say whether a value of `Accept-Encoding` lets us send gzip."""
    weights: dict[bytes, float] = {}
    for part in accept_encoding.lower().split(b","):
        found = _ENCODING.fullmatch(part)
        if found is not None:
            weights[found[1]] = float(found[2] or 1)
    return weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0))) > 0


@lru_cache(maxsize=64)
def shrinks(media: bytes) -> bool:
    """Say whether a media type is text: XLSX and the like are compressed already."""
    return _TEXTS.fullmatch(media.partition(b";")[0].strip().lower()) is not None


def compressible(headers: Headers) -> bool:
    """Say whether an answer may be sent compressed: text, as its service made it."""
    text = False
    for name, value in headers:
        if name == b"content-type":
            text = shrinks(value)
        elif name in _ENCODED or (name == b"cache-control" and b"no-transform" in value):
            return False
    return text


def varying(headers: Headers) -> Headers:
    """Return the headers, saying that the answer depends on `Accept-Encoding`."""
    said = [value for name, value in headers if name == b"vary"]
    others = [pair for pair in headers if pair[0] != b"vary"]
    return [*others, (b"vary", b", ".join([*said, _VARY]))]


def encoded(headers: Headers, *, length: int | None) -> Headers:
    """Return the headers of the compressed form of an answer."""
    kept = [pair for pair in headers if pair[0] not in _REPLACED]
    kept += [(name, suffixed(value)) for name, value in headers if name == b"etag"]
    kept.append((b"content-encoding", b"gzip"))
    if length is not None:
        kept.append((b"content-length", b"%d" % length))
    return kept


def suffixed(etag: bytes) -> bytes:
    """Return the tag of the compressed form; a weak tag is that of all forms."""
    return etag if etag.startswith(b"W/") else etag[:-1] + _SUFFIX


def with_plain_tags(scope: Scope) -> Scope:
    """Return the request with the tags that its service knows."""
    for name, value in scope["headers"]:
        if name in _CONDITIONS and _SUFFIX in value:
            break
    else:
        return scope
    headers = [
        (name, value.replace(_SUFFIX, b'"') if name in _CONDITIONS else value)
        for name, value in scope["headers"]
    ]
    return {**scope, "headers": headers}


async def gzipped(body: bytes) -> bytes:
    """Return a body compressed to be kept, without holding up other callers."""
    if len(body) <= _INLINE:
        return gzipped_now(body)
    return await asyncio.to_thread(gzipped_now, body)


def gzipped_now(body: bytes) -> bytes:
    """Return a body compressed; the same bytes for the same body."""
    return zlib.compress(body, _KEPT_LEVEL, _GZIP_FRAME)


class Compressing:
    """Compresses an answer on its way to a caller who takes gzip, if that is worth it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._silent = scope["method"] == "HEAD"
        self._seen = b"".join(value for name, value in scope["headers"] if name == b"if-none-match")
        self._start: Message | None = None
        self._packer: zlib._Compress | None = None

    async def __call__(self, message: Message) -> None:
        """Send a message on."""
        if message["type"] == "http.response.start":
            await self._started(message)
        elif self._start is not None:
            await self._begun(message)
        else:
            await self._passed(message)

    async def _started(self, start: Message) -> None:
        if start["status"] == 304:  # noqa: PLR2004
            start["headers"] = [self._as_seen(pair) for pair in start["headers"]]
        elif start["status"] == 200 and compressible(start["headers"]):  # noqa: PLR2004
            start["headers"] = varying(start["headers"])
            self._start = start  # held until the size is known
            return
        await self._send(start)

    async def _begun(self, message: Message) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        if self._worth(start, message):
            start["headers"] = encoded(start["headers"], length=None)
            if not self._silent:
                self._packer = zlib.compressobj(_STREAMED_LEVEL, zlib.DEFLATED, _GZIP_FRAME)
        await self._send(start)
        await self._passed(message)

    def _worth(self, start: Message, message: Message) -> bool:
        for name, value in start["headers"]:
            if name == b"content-length":
                return int(value) >= SMALLEST
        return bool(message.get("more_body")) or len(message.get("body", b"")) >= SMALLEST

    async def _passed(self, message: Message) -> None:
        packer = self._packer
        if packer is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        more = message.get("more_body", False)
        body = packer.compress(message.get("body", b""))
        if not more:
            body += packer.flush()
        if body or not more:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})

    def _as_seen(self, pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        """Return the tag of the form that the caller has."""
        name, value = pair
        if name == b"etag" and suffixed(value) in self._seen:
            return name, suffixed(value)
        return pair
