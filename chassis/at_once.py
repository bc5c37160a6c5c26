"""Answers that need no waiting: given by a plain call, without a task or messages.

A server's app may have a method `at_once` beside its ASGI call, each layer asking the one below:
the protocol tries it first. Why: docs/decisions/0054.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast


class Ready(NamedTuple):
    """A whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


AtOnce = Callable[[Any], Ready | None]


def never(_scope: Any) -> None:
    """Leave every request to the ASGI call."""


def at_once_of(app: Any) -> AtOnce:
    """Return how an app answers at once; one that has no such method never does."""
    return cast("AtOnce", getattr(app, "at_once", never))
