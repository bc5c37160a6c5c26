"""What callers are told that they may do with a bid is what they may do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.towns.asking import Towns
from tests.towns.bidding import (
    CNAM,
    EPCI,
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    NOUNS,
    OUTSIDE,
    OUTSIDER,
    a_bid,
    a_call,
    brought,
    decided,
    drafted,
    run,
    submitted,
)


@pytest.mark.parametrize("who", [ITS_TOWN, EPCI, CNAM], ids=lambda who: who.organisation)
async def test_what_is_offered_is_what_is_allowed(desk: Towns, fresh_url: str, who: Any) -> None:
    carriers = ({"insee_code": HERE}, {"epci_siren": ITS_EPCI, "role": "partner"})
    paths = []
    for acts in (
        (),
        ("submission",),
        ("submission", "consolidation"),
        ("submission", "examination"),
        ("withdrawal",),
    ):
        body = a_bid(await a_call(fresh_url), *carriers)
        paths.append(await desk.made("/v1/applications", ITS_TOWN, body))
        for noun in acts:
            await brought(desk, paths[-1], noun)
    told, hidden = [await examined(desk, fresh_url) for _ in range(2)]
    await decided(fresh_url, told, "refused")
    await decided(fresh_url, hidden, "refused", told_in_days=9)
    for path in (*paths, told, hidden):
        shown = await desk.ask("GET", path, who)
        if shown.is_success:
            await _offers_hold(desk, shown.json()["allowed_actions"], who)


async def examined(desk: Towns, url: str) -> str:
    """Bring a bid to the end of its examination; return its path."""
    path = await submitted(desk, await a_call(url))
    await brought(desk, path, "examination")
    return path


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("opens_at", "now() + interval '1 hour'"),
        ("closes_at", "now()"),
        ("outside_quota", "NULL"),
        ("outside_quota", "1"),
        ("outside_quota", "2"),
        ("priority_ends_at", "now()"),
    ],
)
async def test_the_window_is_offered_as_it_is_kept(
    desk: Towns, fresh_url: str, column: str, value: str
) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    call_id = await a_call(fresh_url, priority_ends_at=soon, outside_quota=9)
    lead = {"insee_code": OUTSIDE, "role": "lead"}
    first, second = [
        await desk.made("/v1/applications", OUTSIDER, a_bid(call_id, lead)) for _ in range(2)
    ]
    await run(fresh_url, "UPDATE towns.application SET lead_code = id::text")
    await desk.ask("POST", f"{first}/submission", OUTSIDER)
    incomplete = await drafted(desk, call_id, premises=None)
    await run(fresh_url, f"UPDATE towns.call SET {column} = {value}")
    for path, who in ((second, OUTSIDER), (incomplete, ITS_TOWN)):
        offered = (await desk.ask("GET", path, who)).json()["allowed_actions"]
        await _offers_hold(desk, [one for one in offered if "submit" in one["action"]], who)


async def _offers_hold(desk: Towns, offered: list[dict[str, Any]], who: Any) -> None:
    """Try every act that is refused: the answer is the reason that was shown; then one allowed."""
    for action in sorted(offered, key=lambda one: one["allowed"]):
        noun = action["href"].rsplit("/", 1)[1]
        method = "PATCH" if action["action"] == "change_application" else "POST"
        headers = {"If-Match": "*"} if method == "PATCH" else {}
        said = NOUNS.get(noun, (None, {}))[1] or {}
        answer = await desk.ask(method, action["href"], who, json=said, headers=headers)
        if action["allowed"]:
            assert answer.is_success, (action, answer.text)
            return
        assert answer.json()["code"] == action["reason"], action
