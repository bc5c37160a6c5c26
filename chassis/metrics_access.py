"""Who may read `/metrics`: on a server that only neighbours reach everyone, else operators."""

import hmac
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from pydantic import SecretStr
from starlette.types import Scope

from chassis.headers import header

MayRead = Callable[[Scope], bool]

_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via")


def everyone(_scope: Scope) -> bool:
    """Let every caller read: the network decides who reaches the server."""
    return True


def operators(token: SecretStr | None) -> MayRead:
    """Let those read who show the token, or call from this machine and for nobody else."""
    wanted = b"" if token is None else b"Bearer " + token.get_secret_value().encode()

    def may_read(scope: Scope) -> bool:
        if wanted and hmac.compare_digest(header(scope, b"authorization"), wanted):
            return True
        # a proxy on this machine speaks for callers from elsewhere
        return _is_here(scope) and not any(header(scope, name) for name in _FORWARDED)

    return may_read


def _is_here(scope: Scope) -> bool:
    peer = scope.get("client")
    if peer is None:
        return False
    try:
        address = ip_address(peer[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
