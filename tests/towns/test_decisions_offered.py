"""What the parties are told that they may do about decisions is what they may do."""

from typing import Any

import pytest

from tests.towns.asking import fault
from tests.towns.deciding import CORRECTION, MOTIVE, PLAN, SELECTED, decided, judged, proposed
from tests.towns.panelling import (
    BDT,
    CARRIER,
    CNAM,
    DIRECTORATE,
    INTEREST,
    MINISTRY,
    VDF,
    Bench,
    key_of,
)

BODIES: dict[str, dict[str, Any]] = {
    "abandonment": MOTIVE,
    "corrections": CORRECTION,
    "revocation": MOTIVE,
    "messages": {"text": "Un mot"},
    "support-plan": PLAN,
    "decision": SELECTED,
}


async def offers_hold(bench: Bench, path: str, who: Any) -> int:
    """Try what is refused: the answer is the reason shown; return how much is allowed."""
    actions = (await bench.shown(path, who))["allowed_actions"]
    for action in actions:
        if not action["allowed"]:
            noun = key_of(action["href"])
            answer = await bench.desk.ask("POST", action["href"], who, json=BODIES.get(noun, {}))
            assert fault(answer)[1] == action["reason"], action
    return sum(action["allowed"] for action in actions)


@pytest.mark.parametrize(
    ("who", "counts"),
    [
        (CNAM, [1, 1, 3, 2, 1, 0, 1]),
        (MINISTRY, [2, 1, 3, 2, 2, 0, 1]),
        (CARRIER, [0, 0, 0]),
        (VDF, [0, 0, 0]),
        (None, [0, 0, 0]),
    ],
    ids=["cnam", "ministry", "carrier", "body", "stranger"],
)
async def test_what_a_decision_offers_is_what_is_allowed(
    bench: Bench, who: Any, counts: list[int]
) -> None:
    waiting, unheard = await proposed(bench, await judged(bench)), await judged(bench)
    short = await proposed(bench, unheard)
    for body in (BDT, VDF):
        await bench.done(unheard, "conflicts", body, INTEREST)
    taken, notified, pending, revoked = [await decided(bench) for _ in range(4)]
    await bench.done(notified, "notification", CNAM, {})
    for path in (pending, revoked):
        await bench.done(path, "revocation", CNAM, MOTIVE)
    await bench.done(revoked, "revocation-confirmation", DIRECTORATE, {})
    gone = await proposed(bench, await judged(bench))
    await bench.run(
        "UPDATE towns.application SET status = 'withdrawn' WHERE id ="
        " (SELECT application_id FROM towns.decision WHERE id::text = $1)",
        key_of(gone),
    )
    public = [taken, notified, revoked]
    paths = [waiting, short, taken, notified, pending, revoked, gone] if len(counts) > 3 else public

    assert [await offers_hold(bench, path, who) for path in paths] == counts


@pytest.mark.parametrize("who", [CNAM, MINISTRY], ids=["cnam", "ministry"])
async def test_what_an_exchange_and_a_plan_offer_is_what_is_allowed(bench: Bench, who: Any) -> None:
    submitted, planned = await bench.a_bid(status="submitted"), await judged(bench)
    await bench.done(planned, "support-plan", CNAM, PLAN)
    waiting, selected = await judged(bench), await judged(bench)
    await proposed(bench, waiting)
    await bench.done(selected, "support-plan", CNAM, PLAN)
    await decided(bench, selected)
    paths = (await judged(bench), submitted, planned, waiting, selected)
    counts = [await offers_hold(bench, f"{path}/messages", who) for path in paths]
    plans = [
        (await bench.shown(f"{path}/support-plan", who))["allowed_actions"][0]["reason"]
        for path in (planned, selected)
    ]

    assert counts == [3, 1, 2, 2, 1]
    assert plans == [None, "support-plan-closed"]
