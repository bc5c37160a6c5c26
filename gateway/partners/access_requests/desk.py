"""What a process needs to take requests for access: who sends them, whose the areas are."""

from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from starlette.types import Scope

from chassis.identity import ANONYMOUS, principal_of
from gateway.partners.towns_client import TownsClient
from gateway.settings import Settings

_OF_ONE_CALLER = 64
"""Bits of an IPv6 address that its network has in common: whoever holds one holds all."""


class Source(NamedTuple):
    """Who sends a request, as a keyed digest, and how many it may send in a day."""

    digest: bytes
    most: int


class Desk:
    """Takes requests for access, in one process."""

    def __init__(self, settings: Settings, towns: TownsClient) -> None:
        self.towns = towns
        secret = settings.cursor_secret.get_secret_value().encode()
        self._key = blake2b(secret, digest_size=32, person=b"access-source").digest()
        self._most = settings.access_requests_a_day

    def source(self, scope: Scope) -> Source:
        """Return who sends: the system whose token it shows, else the network of its address."""
        principal = principal_of(scope)
        known = principal is not ANONYMOUS
        name = f"client {principal.client}" if known else f"network {_network(scope)}"
        return Source(blake2b(name.encode(), digest_size=16, key=self._key).digest(), self._most)


def _network(scope: Scope) -> str:
    """Return the address of the peer; what headers say of others is anybody's word."""
    peer = scope.get("client")
    try:
        address = ip_address(peer[0] if peer else "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, _OF_ONE_CALLER), strict=False))
