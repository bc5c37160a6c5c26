"""How a test has a person attached, and what the product then answers."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from chassis.database import Database
from tests.external.signing_in import bearer
from tests.partners.attaching import attachment_asked, attachment_judged
from tests.partners.callers import Caller

FRESH = 5.0
"""Seconds within which a suspension or a revocation is felt."""


class Straight(NamedTuple):
    """The registry itself, its database, and those who attach and approve."""

    registry: httpx.AsyncClient
    database: Database
    state: Caller
    prefecture: Caller
    town: Caller


@dataclass(frozen=True, slots=True)
class World:
    """The product, and straight to its registry those who attach and approve."""

    product: httpx.AsyncClient
    registry: httpx.AsyncClient
    database: Database
    state: Caller
    prefecture: Caller
    town: Caller

    async def me(self, token: str) -> dict[str, Any]:
        """Return what the product tells a person."""
        told: dict[str, Any] = (await self.product.get("/v1/me", headers=bearer(token))).json()
        return told

    async def identity(self, token: str) -> str:
        """Return the name that a person has here, whom nobody has attached."""
        told = await self.me(token)
        assert told.get("reason") == "not-attached", told
        name: str = told["identity"]
        return name

    async def attached(self, of: Caller, identity: str, **changes: Any) -> str:
        """Have a person attached to a system; return the id of the attachment."""
        made = await attachment_asked(self.registry, of, identity=identity, **changes)
        judges = (self.state, self.prefecture)
        told = [await attachment_judged(self.registry, made, by=one) for one in judges]
        assert [one.json()["status"] for one in told] == ["pending", "granted"]
        return made

    async def felt(self, token: str) -> dict[str, Any]:
        """Return the first refusal, which must come within five seconds."""
        began = time.monotonic()
        while True:
            told = await self.me(token)
            if told.get("status") == 401:
                return told
            assert time.monotonic() - began < FRESH, "still let in"
            await asyncio.sleep(0.1)
