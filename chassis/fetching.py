"""A JSON object at an address that the configuration names: bounded, and never redirected."""

import asyncio
from typing import Any

import httpx

from chassis.jws import read_object


class UnfitAnswer(ValueError):
    """The address does not answer as it should; the message repeats nothing of the answer."""


async def object_at(url: str, *, largest: int, deadline: float) -> dict[str, Any]:
    """Return the object; an answer that moved, is compressed or too large is refused.

    `largest` is in bytes, `deadline` in seconds for all of it.

    Raises:
        UnfitAnswer: not 200, or more bytes.
        InvalidToken: not one JSON object, each name once.
        httpx.HTTPError, TimeoutError: no answer.
    """
    verify = httpx.create_ssl_context() if url.startswith("https:") else False
    asked = {"Accept": "application/json", "Accept-Encoding": "identity"}
    raw = b""
    async with (
        asyncio.timeout(deadline),
        httpx.AsyncClient(verify=verify, timeout=deadline, trust_env=False) as client,
        client.stream("GET", url, headers=asked) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise UnfitAnswer(str(answer.status_code))
        async for part in answer.aiter_raw():
            raw += part
            if len(raw) > largest:
                raise UnfitAnswer("too large")
    return read_object(raw)
