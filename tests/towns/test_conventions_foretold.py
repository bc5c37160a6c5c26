"""A refusal of a signature that no day could avoid is foretold, with its reason."""

from typing import Any

import pytest

from tests.towns.asking import Towns, fault
from tests.towns.conventions import (
    ACT,
    DEPARTMENT,
    DIRECTORATE,
    HERE,
    ITS_TOWN,
    OBSERVED,
    a_text,
    act,
    brought,
    drafted,
    signed,
)

READY = ("observation", "deliberation")
ORT_LATE = {"status": "in-progress", "signed_on": None, "planned_on": "2029-06-30"}
LATE = {
    "observation": OBSERVED | {"observed_on": "2024-02-01"},
    "signature": {"signed_on": "2024-03-01"},
}


async def offer(desk: Towns, path: str, action: str, who: Any = DEPARTMENT) -> dict[str, Any]:
    """What the caller is told of an action."""
    shown = (await desk.ask("GET", path, who)).json()["allowed_actions"]
    return next(one for one in shown if one["action"] == action)


@pytest.mark.parametrize(
    ("text", "bodies", "guard"),
    [
        ({"stage": "deployment"}, {}, "deployment-without-project"),
        ({"confirmed_on": None}, {}, "confirmation-late"),
        ({"confirmed_on": "2023-09-02"}, {}, "confirmation-late"),
        ({"ort": None}, {}, "ort-after-end"),
        ({"ort": ORT_LATE}, {}, "ort-after-end"),
        ({}, LATE, "new-convention-late"),
    ],
    ids=["no project", "unconfirmed", "confirmed late", "no ort", "ort late", "new late"],
)
async def test_a_guard_is_foretold_until_it_is_waived(
    desk: Towns, text: dict[str, Any], bodies: dict[str, Any], guard: str
) -> None:
    path = await drafted(desk, **text)
    await brought(desk, path, *READY, **bodies)
    before = await offer(desk, path, "sign_convention")
    refused = await act(desk, path, "signature", bodies.get("signature"))
    await brought(desk, path, "waivers", waivers={"guard": guard, "reason": "Accord écrit"})
    after = await offer(desk, path, "sign_convention")

    assert (before["allowed"], before["reason"]) == (False, "guards-not-met")
    assert fault(refused) == (409, "guards-not-met")
    assert refused.json()["guards"] == [guard]
    assert (after["allowed"], after["reason"]) == (True, None)
    assert (await act(desk, path, "signature", bodies.get("signature"))).status_code == 201


async def test_nothing_is_foretold_of_what_can_be_signed(desk: Towns) -> None:
    path = await drafted(desk, ort=ORT_LATE | {"planned_on": "2028-12-31"})
    await brought(desk, path, *READY)
    assert (await offer(desk, path, "sign_convention"))["allowed"]
    await brought(desk, path, "signature")


async def test_an_amendment_after_the_end_or_that_moves_nothing_is_foretold(desk: Towns) -> None:
    path = await signed(desk, ends_on="2024-12-31")
    await brought(desk, path, "amendments", "observation", amendments={"purpose": "extension"})
    await brought(desk, path, "deliberation", deliberation={"acts": []})
    still = await offer(desk, path, "sign_convention")
    answer = await act(desk, path, "signature")
    await brought(desk, path, "abandonment", "amendments")
    late = OBSERVED | {"observed_on": "2025-01-02"}
    await brought(desk, path, "observation", "deliberation", observation=late)
    gone = await offer(desk, path, "sign_convention")

    assert still["reason"] == answer.json()["code"] == "end-not-moved"
    assert gone["reason"] == "guards-not-met"
    refused = await act(desk, path, "signature", {"signed_on": "2025-02-01"})
    assert refused.json()["guards"] == ["signed-after-end"]


async def test_a_first_phase_that_ended_early_is_foretold(desk: Towns) -> None:
    known = await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&phase=acv1", None)
    path = known.json()["items"][0]["links"]["self"]
    whole = {"purpose": "other", "content": a_text(ends_on="2023-06-30")}
    days = {"observation": OBSERVED | {"observed_on": "2023-06-01"}}
    acts = {"acts": [{**ACT, "decided_on": "2023-06-02"}]}
    await brought(desk, path, "amendments", *READY, amendments=whole, deliberation=acts, **days)
    await brought(desk, path, "signature", signature={"signed_on": "2023-06-03"})
    new = await drafted(desk)
    await brought(desk, new, *READY)
    told = await offer(desk, new, "sign_convention")
    refused = await act(desk, new, "signature")

    assert told["reason"] == refused.json()["code"] == "guards-not-met"
    assert refused.json()["guards"] == ["extension-missing"]


async def test_a_second_convention_of_a_phase_and_nobody_to_deliberate_are_foretold(
    desk: Towns,
) -> None:
    await signed(desk)
    second = await drafted(desk)
    await brought(desk, second, *READY)
    told = await offer(desk, second, "sign_convention")
    alone = await drafted(desk, parties=[])
    await brought(desk, alone, "observation")
    nobody = await offer(desk, alone, "deliberate_convention", ITS_TOWN)
    answer = await act(desk, alone, "deliberation", {"acts": []})

    assert told["reason"] == "another-convention-signed"
    assert fault(await act(desk, second, "signature")) == (409, "another-convention-signed")
    assert nobody["reason"] == answer.json()["code"] == "deliberations-missing"


async def test_no_caller_without_the_right_is_told_of_guards(desk: Towns) -> None:
    path = await drafted(desk, ort=None)
    await brought(desk, path, *READY)
    assert (await offer(desk, path, "sign_convention", ITS_TOWN))["reason"] == "forbidden"
    assert (await offer(desk, path, "sign_convention", DIRECTORATE))["reason"] == "guards-not-met"
