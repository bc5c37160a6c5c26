"""Secrets of clients: made so that scanners find a leaked one, kept as digests, verified aside.

256 random bits are not guessed, however cheap a guess is: scrypt takes as little as it can. A
secret kept before that was so takes 16 MiB and 70 ms: two threads do it, not the event loop.
"""

import asyncio
import re
import string
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import scrypt
from hmac import compare_digest
from secrets import choice, token_bytes
from threading import BoundedSemaphore
from typing import NamedTuple

from chassis.problems import ServiceUnavailable

FORM = re.compile(r"acdt_(?:live|test)_([a-z0-9]{8})_[A-Za-z0-9]{43}")
"""What a scanner of leaked secrets looks for; the group is the prefix, which is no secret."""

_MARKS = {"production": "live", "sandbox": "test"}
_OF_PREFIX = string.ascii_lowercase + string.digits
_OF_SECRET = string.ascii_letters + string.digits
_CHARACTERS = 43
"""Of an alphabet of 62: 256 bits."""
_COST = 4
"""Binary logarithm of scrypt's N: 16 KiB and 60 us; decision 65 says why no more."""
_SALT_BYTES = 16

_HASHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="secrets")
_PLACES = BoundedSemaphore(50)
"""Running and waiting: the last one waits a second or two where all are old."""


class Kept(NamedTuple):
    """What the registry keeps of a secret."""

    salt: bytes
    digest: bytes
    cost: int


NONE = Kept(bytes(16), b"", _COST)
"""Compared with where there is no secret, so that it takes as long."""


def made(environment: str) -> tuple[str, str]:
    """Return a new secret of an environment, and the prefix under which it is shown."""
    prefix = "".join(choice(_OF_PREFIX) for _ in range(8))
    body = "".join(choice(_OF_SECRET) for _ in range(_CHARACTERS))
    return f"acdt_{_MARKS[environment]}_{prefix}_{body}", prefix


def prefix_of(text: str) -> str | None:
    """Return the prefix of a secret, or None if the text cannot be one of ours."""
    found = FORM.fullmatch(text)
    return None if found is None else found[1]


def digest(text: str, salt: bytes, *, cost: int = _COST) -> bytes:
    """Return what is kept of a secret; slow for old ones: never call it on the event loop."""
    return scrypt(text.encode(), salt=salt, n=2**cost, r=8, p=1, maxmem=2**25, dklen=32)


async def kept(text: str) -> Kept:
    """Return what to keep of a new secret.

    Raises:
        ServiceUnavailable: too many callers wait already.
    """
    salt = token_bytes(_SALT_BYTES)
    return Kept(salt, await _digested(text, salt, cost=_COST), _COST)


async def verified(text: str, known: Kept) -> bool:
    """Tell whether a secret is the one that was kept.

    Raises:
        ServiceUnavailable: too many callers wait already.
    """
    return compare_digest(await _digested(text, known.salt, cost=known.cost), known.digest)


async def _digested(text: str, salt: bytes, *, cost: int) -> bytes:
    if not _PLACES.acquire(blocking=False):
        raise ServiceUnavailable(headers={"Retry-After": "1"})
    try:
        job = partial(digest, text, salt, cost=cost)
        return await asyncio.get_running_loop().run_in_executor(_HASHERS, job)
    finally:
        _PLACES.release()
