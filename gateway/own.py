"""What the gateway answers itself: documents that are ready, and a few made when asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Scope, Send

from chassis.http import not_allowed
from gateway.cache import computed_etag, matches
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

    def headers(self) -> Headers:
        """Return everything but the length."""
        made: Headers = [
            (b"content-type", self.media),
            (b"etag", computed_etag(self.body)),
            (b"cache-control", b"public, max-age=%d" % self.lifetime),
        ]
        if self.varies_by:
            made.append((b"vary", self.varies_by))
        if self.media == HTML:
            made.append((b"content-security-policy", _PAGES_MAY))
        return made


async def sent(document: Document, scope: Scope, send: Send, *, status: int = 200) -> None:
    """Send a document, or 304 to a caller who has it."""
    if scope["method"] not in READS:
        raise not_allowed({"GET"})
    headers, body = document.headers(), document.body
    seen = header(scope, b"if-none-match")
    if status == 200 and seen and matches(seen, dict(headers)[b"etag"]):  # noqa: PLR2004
        status, body = 304, b""
    else:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    silent = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if silent else body})


def fixed(document: Document) -> Handler:
    """Return the handler that always sends `document`."""

    async def answer(scope: Scope, send: Send) -> None:
        await sent(document, scope, send)

    return answer


def header(scope: Scope, wanted: bytes) -> bytes:
    """Return a request header, or nothing."""
    for name, value in scope["headers"]:
        if name == wanted:
            found: bytes = value
            return found
    return b""


def wants_html(scope: Scope) -> bool:
    """Say whether the caller is a person's browser: it names HTML before JSON."""
    accept = header(scope, b"accept")
    html, json = accept.find(b"text/html"), accept.find(b"json")
    return html >= 0 and (json < 0 or html < json)
