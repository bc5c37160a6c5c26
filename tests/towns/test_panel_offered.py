"""What bodies are told that they may do in a panel is what they may do."""

from datetime import timedelta
from typing import Any

import pytest

from tests.towns.panelling import (
    DIRECTORATE,
    FAVOURABLE,
    INTEREST,
    MINISTRY,
    VDF,
    Bench,
    a_sheet,
    key_of,
)


@pytest.mark.parametrize("who", [VDF, MINISTRY, DIRECTORATE], ids=["body", "ministry", "anct"])
async def test_what_a_body_is_offered_is_what_it_is_allowed(bench: Bench, who: Any) -> None:
    fresh, aside, early, late, withdrawn = [await bench.a_bid() for _ in range(5)]
    if who is not MINISTRY:
        await bench.done(aside, "conflicts", who, INTEREST)
    await bench.pass_time(timedelta(hours=-2), early)
    await bench.pass_time(timedelta(hours=3), late)
    await bench.run(
        "UPDATE towns.application SET status = 'withdrawn' WHERE id::text = $1", key_of(withdrawn)
    )
    bodies = {"conflicts": INTEREST, "scores": a_sheet(), "opinions": FAVOURABLE}
    for path in (fresh, aside, early, late, withdrawn):
        conflict, *others = (await bench.shown(f"{path}/panel", who))["allowed_actions"]
        for action in (*others, conflict):
            noun = key_of(action["href"])
            answer = await bench.act(path, noun, who, bodies[noun])
            code = None if answer.is_success else answer.json()["code"]
            assert (code, code is None) == (action["reason"], action["allowed"]), action
