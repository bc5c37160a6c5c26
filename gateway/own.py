"""What the gateway answers itself: documents that are ready, and a few made when asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache

from starlette.types import Scope, Send

from chassis.headers import header
from chassis.http import not_allowed
from gateway.cache import computed_etag, matches
from gateway.compression import (
    SMALLEST,
    asks_for_gzip,
    encoded,
    gzipped_now,
    shrinks,
    varying,
)
from gateway.headers import READS, Headers

Handler = Callable[[Scope, Send], Awaitable[None]]

JSON = b"application/json"
HTML = b"text/html; charset=utf-8"
_PAGES_MAY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
    b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Document:
    """An answer that is ready."""

    media: bytes
    body: bytes
    varies_by: bytes = b""
    lifetime: int = 300

    @property
    def shrinks(self) -> bool:
        """Whether a compressed form is worth its while."""
        return len(self.body) >= SMALLEST and shrinks(self.media)

    def headers(self) -> Headers:
        """Return everything of the plain form but the length."""
        made: Headers = [
            (b"content-type", self.media),
            (b"etag", computed_etag(self.body)),
            (b"cache-control", b"public, max-age=%d" % self.lifetime),
        ]
        if self.varies_by:
            made.append((b"vary", self.varies_by))
        if self.media == HTML:
            made.append((b"content-security-policy", _PAGES_MAY))
        return varying(made) if self.shrinks else made


async def sent(document: Document, scope: Scope, send: Send, *, status: int = 200) -> None:
    """Send a document, or 304 to a caller who has it."""
    if scope["method"] not in READS:
        raise not_allowed({"GET"})
    headers, body = document.headers(), document.body
    seen = header(scope, b"if-none-match")
    if document.shrinks and asks_for_gzip(scope) and not _has(seen, headers):
        headers, body = encoded(headers, length=None), _compressed(body)
    if status == 200 and _has(seen, headers):  # noqa: PLR2004
        status, body = 304, b""
    else:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    silent = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if silent else body})


def _has(seen: bytes, headers: Headers) -> bool:
    return bool(seen) and matches(seen, dict(headers)[b"etag"])


_compressed = lru_cache(maxsize=64)(gzipped_now)  # made at first use, then kept


def fixed(document: Document) -> Handler:
    """Return the handler that always sends `document`."""

    async def answer(scope: Scope, send: Send) -> None:
        await sent(document, scope, send)

    return answer


def wants_html(scope: Scope) -> bool:
    """Say whether the caller is a person's browser: it names HTML before JSON."""
    accept = header(scope, b"accept")
    html, json = accept.find(b"text/html"), accept.find(b"json")
    return html >= 0 and (json < 0 or html < json)
