"""Answers that need no waiting: given by a plain call, without a task or messages.

A server's app may have a method `at_once` beside its ASGI call, each layer asking the one below:
the protocol tries it first. Why: docs/decisions/0054.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Self, cast


class Kept(tuple[tuple[bytes, bytes], ...]):  # noqa: SLOT001 -- a tuple takes no slots
    """Headers that many answers share: each layer makes what it needs of them once.

    `made` holds that, under the layer's own key.
    """

    made: dict[object, Any]

    def __new__(cls, pairs: Iterable[tuple[bytes, bytes]] = ()) -> Self:
        """Keep the pairs, of which nothing is made yet."""
        kept = super().__new__(cls, pairs)
        kept.made = {}
        return kept


class Ready(NamedTuple):
    """A whole answer: `own` are the headers that no other answer has."""

    status: int
    headers: Kept
    body: bytes
    own: tuple[tuple[bytes, bytes], ...] = ()


AtOnce = Callable[[Any], Ready | None]


def never(_scope: Any) -> None:
    """Leave every request to the ASGI call."""


def at_once_of(app: Any) -> AtOnce:
    """Return how an app answers at once; one that has no such method never does."""
    return cast("AtOnce", getattr(app, "at_once", never))
