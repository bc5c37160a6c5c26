"""What every answer of the gateway carries: who may read it, and how browsers must treat it."""

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.at_once import Kept, Ready, at_once_of
from gateway.headers import Headers

_POLICY = b"content-security-policy"
_SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_NOTHING_RUNS = (_POLICY, b"default-src 'none'; frame-ancestors 'none'")
_EXPOSED = (
    b"Age, Allow, Content-Disposition, Content-Location, ETag, Idempotent-Replayed, Link, Location,"
    b" Retry-After, X-Request-Id"
)
_ALLOWED_HEADERS = (
    b"Accept, Accept-Language, Authorization, Cache-Control, Content-Type, Idempotency-Key,"
    b" If-Match, If-None-Match, X-Request-Id, traceparent"
)
_DAY = b"86400"


class Decorated:
    """The outermost layer: answers CORS preflights, adds the same headers to all other answers.

    Credentials are never allowed: callers send tokens, not cookies.
    """

    def __init__(
        self, app: ASGIApp, origins: Sequence[str], *, methods: Callable[[str], Sequence[str]]
    ) -> None:
        self._app = app
        self._at_once = at_once_of(app)
        self._methods = methods
        self._all = "*" in origins
        self._origins = frozenset(origin.encode() for origin in origins)
        everyone = [(b"access-control-allow-origin", b"*")] if self._all else []
        self._constant: Headers = [
            *_SECURITY,
            *everyone,
            (b"access-control-expose-headers", _EXPOSED),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and _is_preflight(scope):
            await self._preflight(scope, send)
            return

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._decorated(message["headers"], scope)
            await send(message)

        await self._app(scope, receive, decorated)

    def at_once(self, scope: Scope) -> Ready | None:
        """Return the app's answer if it needs no waiting."""
        ready = self._at_once(scope)
        if ready is None:
            return None
        status, headers, body, own = ready
        if not self._all:
            return Ready(status, Kept(self._decorated(headers, scope)), body, own)
        decorated = headers.made.get(self)
        if decorated is None:
            decorated = headers.made[self] = Kept(self._decorated(headers, scope))
        return Ready(status, decorated, body, own)

    def _decorated(self, headers: Sequence[tuple[bytes, bytes]], scope: Scope) -> Headers:
        policy = [] if _POLICY in dict(headers) else [_NOTHING_RUNS]
        origin = [] if self._all else self._for_origin(scope)
        return [*headers, *self._constant, *origin, *policy]

    def _for_origin(self, scope: Scope) -> Headers:
        vary = (b"vary", b"Origin")
        for name, value in scope["headers"]:
            if name == b"origin" and value in self._origins:
                return [(b"access-control-allow-origin", value), vary]
        return [vary]

    async def _preflight(self, scope: Scope, send: Send) -> None:
        methods = ", ".join(self._methods(scope["path"])).encode()
        headers = [
            *self._constant,
            *([] if self._all else self._for_origin(scope)),
            (b"access-control-allow-methods", methods),
            (b"access-control-allow-headers", _ALLOWED_HEADERS),
            (b"access-control-max-age", _DAY),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _is_preflight(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"origin" in names and b"access-control-request-method" in names
