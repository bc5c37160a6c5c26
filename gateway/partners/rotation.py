"""Which signing key signs now, which ones are published, when the next is due: rules of instants.

Keys are given as `kid` to the instant of their creation, in seconds of the Unix epoch.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

Created = Mapping[str, float]

ACTIVATION = timedelta(seconds=10)
"""How long a key is published before it signs: every verifier has looked meanwhile."""
EVERY = timedelta(days=30)
"""Age of the newest key at which another is made."""
KEPT = timedelta(minutes=7)
"""For which a key is published after the last token it signed: 5 minutes of life, 10 s of skew,
and a margin for clocks that differ."""


def signing(created: Created, *, now: float, activation: timedelta = ACTIVATION) -> str:
    """Return the key that signs: the newest that is ripe, or the oldest while none is."""
    order = in_order(created)
    ripe = [kid for kid in order if created[kid] + activation.total_seconds() <= now]
    return ripe[-1] if ripe else order[0]


def published(created: Created, *, now: float, activation: timedelta = ACTIVATION) -> list[str]:
    """Return the keys that verifiers must know, oldest first; files of the others may go."""
    order = in_order(created)
    lag = (activation + KEPT).total_seconds()
    kept = [kid for kid, successor in pairwise(order) if created[successor] + lag > now]
    return kept + order[-1:]


def is_due(created: Created, *, now: float, every: timedelta = EVERY) -> bool:
    """Tell whether another key is to be made."""
    return not created or max(created.values()) + every.total_seconds() <= now


def in_order(created: Created) -> list[str]:
    """Return the keys, oldest first."""
    return sorted(created, key=lambda kid: (created[kid], kid))
