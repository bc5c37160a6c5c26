"""Which methods the contracts offer at a path; asked only by preflights, which browsers keep."""

import re
from collections.abc import Iterable, Mapping

from gateway.contracts import Contract

_PARAMETER = re.compile(r"\\\{[^/]+?\\\}")
_OFFERED = ("get", "post", "put", "patch", "delete")
_ANY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Methods:
    """The methods of every path of some contracts."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._known = [
            (_matching(path), tuple(_named(item)))
            for contract in contracts
            for path, item in contract["paths"].items()
        ]

    def at(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path; of one that no contract has, all, so that the 404 is read.

        A literal path that a template covers too has the methods of both.
        """
        found = {name for known, names in self._known if known.fullmatch(path) for name in names}
        return tuple(name for name in _ANY if name in found) or _ANY


def _matching(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub("[^/]+", re.escape(path)))


def _named(item: Mapping[str, object]) -> list[str]:
    offered = [method.upper() for method in _OFFERED if method in item]
    return [*offered, "HEAD"] if "GET" in offered else offered
