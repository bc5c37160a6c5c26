"""Request headers: repeated lines joined, preference lists read within bounds."""

import re
from functools import lru_cache

from starlette.types import Scope

_LONGEST_LIST = 1_024
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)", re.IGNORECASE)


def header(scope: Scope, wanted: bytes) -> bytes:
    """Return a request header, its repeated lines joined by commas; empty if absent."""
    found = b""
    for name, value in scope["headers"]:
        if name == wanted:
            found = found + b", " + value if found else value
    return found


@lru_cache(maxsize=512)
def preferred(values: str) -> tuple[str, ...]:
    """Return the members of `Accept` or `Accept-Language`, the best first, refused ones left out.

    What is beyond 1,024 characters is not read: no sound client sends as much.
    """
    ranked: list[tuple[float, str]] = []
    for part in values[:_LONGEST_LIST].lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [found[1] for text in parameters if (found := _WEIGHT.fullmatch(text))]
        quality = float(weights[0]) if weights else 1.0
        if name and quality > 0:
            ranked.append((-quality, name))
    return tuple(name for _, name in sorted(ranked, key=lambda pair: pair[0]))
