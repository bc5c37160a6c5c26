"""Which service owns a path: learnt from the committed contracts, looked up in a dictionary."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from chassis.problems import NotFound, Text
from gateway.contracts import Contract

_EVERYONE_HAS = ("/health", "/metrics", "/openapi")
_ELSEWHERE = (
    (
        re.compile(r"swagger|redoc|rapidoc|scalar|openapi|schema|ya?ml|wsdl|postman"),
        "/openapi.json",
    ),
    (
        re.compile(r"swagger|redoc|rapidoc|scalar|docs?\b|documentation|reference|help|aide"),
        "/docs",
    ),
    (re.compile(r"health|ready|live|alive|ping|status|up$"), "/health/ready"),
    (re.compile(r"health|stat(us|e)|up$"), "/status"),
    (re.compile(r"^/(api|v\d+|index\.\w+|collections)?(/v\d+)?/?$"), "/v1"),
)
"""What other APIs call what we have elsewhere."""


class CollectionClaimedTwice(Exception):
    """Two services claim the same paths; the gateway cannot start."""


class UnknownCollection(NotFound):
    """No service owns the path."""

    title = Text("Aucune collection à cette adresse", "No collection at this address")


class Collections:
    """The collections of all the services, and who owns each."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._owners: dict[str, str] = {}
        for service, contract in contracts.items():
            for prefix in claims(contract):
                self._claim(prefix, service)
        depths = {prefix.count("/") for prefix in self._owners}
        # two levels first: `/v1/towns` is by far the commonest shape
        self._depths = sorted(depths, key=lambda depth: (depth != 2, depth))  # noqa: PLR2004
        self._deepest = max(depths, default=0) + 1

    def owned(self) -> list[tuple[str, str]]:
        """Return every collection with its service, in order."""
        return sorted(self._owners.items())

    def owner(self, path: str) -> str:
        """Return the service that owns `path`.

        Raises:
            UnknownCollection: none does; the detail names the nearest collections.
        """
        parts = path.split("/", self._deepest)
        for depth in self._depths:
            service = self._owners.get("/".join(parts[: depth + 1]))
            if service is not None:
                return service
        raise self._unknown(path)

    def _claim(self, prefix: str, service: str) -> None:
        for other, owner in self._owners.items():
            nested = f"{other}/".startswith(f"{prefix}/") or f"{prefix}/".startswith(f"{other}/")
            if nested and owner != service:
                raise CollectionClaimedTwice(
                    f"{service} claims {prefix}, which is within {other} of {owner}"
                    if prefix != other
                    else f"{prefix} is claimed by both {owner} and {service}"
                )
        self._owners[prefix] = service

    def _unknown(self, path: str) -> UnknownCollection:
        elsewhere = [ours for smell, ours in _ELSEWHERE if smell.search(path[:200].lower())]
        if elsewhere:
            return _nothing_here("Voir", "See", elsewhere)
        near = get_close_matches(path[:200], self._owners, n=3, cutoff=0.4)
        if near:
            return _nothing_here("Collections proches :", "Nearest collections:", near)
        return _nothing_here("Toutes les adresses :", "All addresses:", ["/v1", "/docs"])


def _nothing_here(french: str, english: str, listed: list[str]) -> UnknownCollection:
    paths = ", ".join(listed)
    return UnknownCollection(
        Text(
            f"Aucun service ne répond à cette adresse. {french} {paths}",
            f"No service answers at this address. {english} {paths}",
        )
    )


def claims(contract: Contract) -> list[str]:
    """Return the shortest literal prefixes that cover every path of a contract."""
    literal = sorted({path.split("/{", 1)[0].split("{", 1)[0] for path in contract["paths"]})
    kept: list[str] = []
    for prefix in literal:
        covered = any(f"{prefix}/".startswith(f"{shorter}/") for shorter in kept)
        if not covered and not prefix.startswith(_EVERYONE_HAS):
            kept.append(prefix.rstrip("/"))
    return kept
