"""What callers are told that they may do with a need is what they may do."""

from typing import Any

import asyncpg
import pytest

from tests.towns.asking import Towns
from tests.towns.needing import (
    CNAM,
    COVERED,
    ITS_CENTRE,
    ITS_TOWN,
    MOTIVE,
    OTHER_CENTRE,
    OTHER_TOWN,
    PREFECTURE,
    declared,
)


@pytest.mark.parametrize(
    "who",
    [None, ITS_TOWN, OTHER_TOWN, ITS_CENTRE, OTHER_CENTRE, CNAM, PREFECTURE],
    ids=lambda who: who.organisation if who else "public",
)
async def test_what_is_offered_is_what_is_allowed(desk: Towns, fresh_url: str, who: Any) -> None:
    qualified, covered, withdrawn, expired = [await declared(desk) for _ in range(4)]
    for path in (qualified, covered):
        await desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE)
    await desk.ask("POST", f"{covered}/coverage", CNAM, json=COVERED)
    await desk.ask("POST", f"{withdrawn}/withdrawal", ITS_TOWN, json=MOTIVE)
    await aged_one(fresh_url, expired)
    for path in (await declared(desk), qualified, covered, withdrawn, expired):
        await _offers_hold(desk, path, who)


async def aged_one(url: str, path: str) -> None:
    """Let one need expire yesterday."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "UPDATE towns.need SET expires_on = current_date - 1 WHERE id = $1",
            path.rsplit("/", 1)[1],
        )
    finally:
        await connection.close()


async def _offers_hold(desk: Towns, path: str, who: Any) -> None:
    """Try every act that is refused: the answer is the reason that was shown."""
    bodies = {"change_need": {"expires_on": "2101-01-01"}, "cover_need": COVERED}
    for action in (await desk.ask("GET", path, who)).json()["allowed_actions"]:
        if action["allowed"]:
            continue
        method = "PATCH" if action["action"] == "change_need" else "POST"
        answer = await desk.ask(
            method,
            action["href"],
            who,
            json=bodies.get(action["action"], MOTIVE),
            headers={"If-Match": "*"} if method == "PATCH" else {},
        )
        assert answer.json()["code"] == action["reason"], action
