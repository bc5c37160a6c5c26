"""The towns service, asked by one caller or another, for tests of what partners write."""

import asyncio
from typing import Any

import httpx

from chassis.identity import Principal
from tests.callers import bearer

PATIENCE = 20.0


class Towns:
    """The service, and what its feed tells."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(
        self, method: str, path: str, principal: Principal | None, **request: Any
    ) -> httpx.Response:
        """Send one request as a caller."""
        headers = bearer(principal) | request.pop("headers", {})
        return await self._client.request(method, path, headers=headers, **request)

    async def made(self, path: str, principal: Principal, body: dict[str, Any]) -> str:
        """Make something of a collection; return its path."""
        answer = await self.ask("POST", path, principal, json=body)
        assert answer.status_code == 201, answer.text
        location: str = answer.headers["location"]
        return location

    async def heard(
        self, principal: Principal | None, about: str, *, count: int
    ) -> list[dict[str, Any]]:
        """What the feed tells about subjects, once it is as much: others' changes may delay it."""
        async with asyncio.timeout(PATIENCE):
            told = await self.told(principal, about)
            while len(told) < count:
                await asyncio.sleep(0.05)
                told = await self.told(principal, about)
        return told

    async def told(self, principal: Principal | None, about: str) -> list[dict[str, Any]]:
        """What the feed tells a caller by now, about subjects that begin so: `contacts/`."""
        page = "/v1/events/towns?limit=200"
        found: list[dict[str, Any]] = []
        while page:
            answer = (await self.ask("GET", page, principal)).json()
            found += answer["items"]
            page = answer.get("next", "")
        return [event for event in found if event["subject"].startswith(about)]


def fault(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]
