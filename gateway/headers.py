"""Which headers cross the gateway, in each direction."""

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_CLAIMS_OF_OTHERS = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-real-ip",
        b"x-request-id",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-original-url",
        b"x-rewrite-url",
    }
)
# no service reads cookies: authority comes with a token or not at all
_NEVER_IN = _HOP_BY_HOP | _CLAIMS_OF_OTHERS | {b"cookie", b"expect"}
_NEVER_OUT = _HOP_BY_HOP | {b"date", b"server", b"via", b"x-request-id", b"set-cookie"}
_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})
_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since"})
_INTERNAL = b"x-acdt-"
_STRIPPED = (b"access-control-", _INTERNAL)
_USUAL = (b"keep-alive", b"close")

READS = frozenset({"GET", "HEAD"})
_NEVER_IN_READS = _NEVER_IN | _BODY
_NEVER_IN_CACHEABLE = _NEVER_IN_READS | _CONDITIONS


def end_to_end(scope: Scope, *, unconditional: bool = False) -> Headers:
    """Return the headers of a request that the service should see.

    `unconditional` drops `If-None-Match` too: the gateway answers 304 itself.
    """
    never = _NEVER_IN
    if scope["method"] in READS:
        never = _NEVER_IN_CACHEABLE if unconditional else _NEVER_IN_READS
    for name, value in scope["headers"]:
        if name == b"connection" and value not in _USUAL:
            never = never | _named(value)
    kept = [
        pair
        for pair in scope["headers"]
        if pair[0] not in never and not pair[0].startswith(_INTERNAL)
    ]
    kept.append((b"x-request-id", scope["state"]["request_id"].encode("latin-1")))
    return kept


def answered(headers: Headers) -> Headers:
    """Return the headers of a service's answer that the caller should see."""
    never = _NEVER_OUT
    for name, value in headers:
        if name == b"connection":
            never = never | _named(value)
    return [pair for pair in headers if pair[0] not in never and not pair[0].startswith(_STRIPPED)]


def _named(connection: bytes) -> frozenset[bytes]:
    listed = {name.strip().lower() for name in connection.split(b",")}
    # a caller may not use Connection to make us drop what end-to-end safety needs
    return frozenset(listed - {b"authorization", b"host", b"content-type", b"content-length"})
