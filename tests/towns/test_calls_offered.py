"""What callers are told that they may do with a call is what they may do."""

from typing import Any

import pytest

from tests.towns.asking import Towns
from tests.towns.calling import (
    CNAM,
    EVERYWHERE,
    LATER,
    MOTIVE,
    ORGANISATION,
    READER,
    SEEN,
    TOWN,
    WRITER,
    brought,
    drafted,
    past_its_day,
    published,
)

BODIES: dict[str, dict[str, Any]] = {
    "change_call": {"name": "Autre nom"},
    "publish_call": {},
    "extend_call": LATER,
    "attach_call_body": {"body": "cnam", "organisation_id": ORGANISATION},
}
METHODS = {"change_call": "PATCH"}


@pytest.mark.parametrize(
    "who", [None, TOWN, EVERYWHERE, READER, WRITER, CNAM], ids=lambda who: who and who.organisation
)
async def test_what_is_offered_is_what_is_allowed(desk: Towns, fresh_url: str, who: Any) -> None:
    early, late = await published(desk), await published(desk)
    closed, decided = await published(desk), await published(desk)
    cancelled, draft = await published(desk), await drafted(desk)
    lacking = await drafted(desk, quorum=None)
    await past_its_day(fresh_url, late)
    await brought(desk, closed, "closure")
    await brought(desk, decided, "closure", "conclusion")
    await brought(desk, cancelled, "cancellation")
    for path in (early, late, closed, decided, cancelled, draft, lacking):
        answer = await desk.ask("GET", path, who)
        for offer in answer.json().get("allowed_actions", []):
            await _holds(desk, offer, who)


async def _holds(desk: Towns, offer: dict[str, Any], who: Any) -> None:
    """Try what is refused; what is allowed would change what the others are tried on."""
    if offer["allowed"]:
        assert who in (CNAM, WRITER), offer
        return
    method = METHODS.get(offer["action"], "POST")
    headers = SEEN if method == "PATCH" else {}
    said = BODIES.get(offer["action"], MOTIVE)
    answer = await desk.ask(method, offer["href"], who, json=said, headers=headers)
    assert answer.json()["code"] == offer["reason"], offer


@pytest.mark.parametrize(
    ("nouns", "allowed"),
    [
        ((), {"change_call", "publish_call", "cancel_call", "attach_call_body"}),
        (("publication",), {"extend_call", "close_call", "cancel_call", "attach_call_body"}),
        (("publication", "closure"), {"conclude_call", "cancel_call", "attach_call_body"}),
        (("publication", "closure", "conclusion"), set()),
        (("cancellation",), set()),
    ],
    ids=["draft", "published", "closed", "decided", "cancelled"],
)
async def test_a_party_is_offered_what_the_status_allows(
    desk: Towns, nouns: tuple[str, ...], allowed: set[str]
) -> None:
    path = await drafted(desk)
    for noun in nouns:
        await brought(desk, path, noun)
    offers = (await desk.ask("GET", path, CNAM)).json()["allowed_actions"]
    assert {offer["action"] for offer in offers if offer["allowed"]} == allowed
