"""What callers are told that they may do with a site is what they may do."""

from typing import Any

import pytest

from tests.towns.asking import Towns
from tests.towns.siting import (
    CNAM,
    ITS_CENTRE,
    OF_REGION,
    OTHER_CENTRE,
    PLACED,
    TOWN,
    announced,
    at,
    did,
    on,
    opened,
)


@pytest.mark.parametrize(
    "who",
    [None, CNAM, ITS_CENTRE, OF_REGION, OTHER_CENTRE, TOWN],
    ids=lambda who: who.organisation if who else "public",
)
async def test_what_is_offered_is_what_is_allowed(desk: Towns, who: Any) -> None:
    new, bare, moved = [await announced(desk) for _ in range(3)]
    await did(desk, bare, "prepare_site")
    for act in ("prepare_site", "add_site_premises"):
        await did(desk, moved, act)
    ends = [await opened(desk, *acts) for acts in ((), ("suspend_site",), ("close_site",))]
    for path in (new, bare, moved, *ends, await opened(desk, "relocate_site")):
        await _offers_hold(desk, path, who)


async def _offers_hold(desk: Towns, path: str, who: Any) -> None:
    """Try every act that is refused: the answer is the reason that was shown."""
    offers = (await desk.ask("GET", path, who)).json()["allowed_actions"]
    assert len(offers) == 8
    for action in offers:
        if action["allowed"]:
            continue
        name = action["action"]
        body = at("2021-09-01") if name in PLACED else on("2021-09-01")
        sent: dict[str, Any] = {"json": body}
        if name == "change_site":
            sent = {"json": {"name": "Hub"}, "headers": {"If-Match": "*"}}
        method = "PATCH" if name == "change_site" else "POST"
        answer = await desk.ask(method, action["href"], who, **sent)
        assert answer.json()["code"] == action["reason"], action


async def test_what_is_offered_can_be_done(desk: Towns) -> None:
    path = await opened(desk)
    offers = (await desk.ask("GET", path, CNAM)).json()["allowed_actions"]
    allowed = {action["action"] for action in offers if action["allowed"]}
    assert allowed == {"change_site", "suspend_site", "relocate_site", "close_site"}
