"""Acts on calls for bids: who may do them, from which status, and what happens at once."""

import asyncio
import json

from services.towns.calls.contract import (
    CallForBidsRulesetList,
)
from tests.towns.asking import Towns, fault
from tests.towns.calling import (
    BODY,
    CNAM,
    EVERYWHERE,
    LATER,
    MOTIVE,
    NOWHERE,
    ORGANISATION,
    READER,
    SEEN,
    WRITER,
    act,
    brought,
    drafted,
    past_its_day,
    published,
    shown,
)


async def test_what_is_published_is_not_changed(desk: Towns) -> None:
    path = await published(desk)
    refused = await desk.ask("PATCH", path, CNAM, json={"quorum": 1}, headers=SEEN)
    again = await act(desk, path, "publication")
    assert fault(refused) == fault(again) == (409, "illegal-transition")


async def test_an_extension_makes_the_next_rule_set_and_keeps_the_first(desk: Towns) -> None:
    path = await published(desk)
    first = await shown(desk, f"{path}/ruleset", None)
    earlier = await act(desk, path, "extension", LATER | {"closes_at": BODY["closes_at"]})
    crossed = await act(desk, path, "extension", LATER | {"closes_at": "2100-05-15T00:00:00Z"})
    extended = await brought(desk, path, "extension")
    answer = await desk.ask("GET", f"{path}/rulesets", None)
    rulesets = CallForBidsRulesetList.model_validate_json(answer.content, strict=True).items
    call = await shown(desk, path, None)

    assert fault(earlier) == (422, "deadline-not-extended")
    assert fault(crossed) == (409, "call-incomplete")
    assert [one.number for one in rulesets] == [1, 2]
    assert rulesets[0].sha256 == first["ruleset"]["sha256"] != rulesets[1].sha256
    assert rulesets[1].motive == MOTIVE["motive"]
    assert json.loads(rulesets[1].document)["closes_at"] == "2100-04-20T16:00:00.000000Z"
    assert (call["closes_at"], call["status"]) == ("2100-04-20T16:00:00.000000Z", "published")
    assert call["ruleset"]["sha256"] == extended.json()["ruleset_sha256"] == rulesets[1].sha256


async def test_a_call_closes_on_its_day_and_is_then_only_decided_or_cancelled(
    desk: Towns, fresh_url: str
) -> None:
    path = await published(desk)
    await past_its_day(fresh_url, path)
    call = await shown(desk, path, None)
    refused = [await act(desk, path, noun) for noun in ("extension", "closure")]
    decided = await brought(desk, path, "conclusion")
    after = await shown(desk, path, None)

    assert (call["status"], call["closure"]) == ("closed", None)
    assert [fault(answer) for answer in refused] == [(409, "illegal-transition")] * 2
    assert decided.json()["status"] == after["status"] == "decided"
    assert after["conclusion"]["motive"] == MOTIVE["motive"]
    assert fault(await act(desk, path, "cancellation")) == (409, "illegal-transition")


async def test_a_draft_whose_closing_has_passed_is_not_published(desk: Towns) -> None:
    path = await drafted(desk, opens_at="2020-01-01T00:00:00Z", priority_ends_at=None,
                         outside_quota=None, closes_at="2020-02-01T00:00:00Z")  # fmt: skip
    refused = await act(desk, path, "publication")
    offered = {one["action"]: one for one in (await shown(desk, path))["allowed_actions"]}

    assert fault(refused) == (409, "call-incomplete")
    assert [error["code"] for error in refused.json()["errors"]] == ["closing-passed"]
    assert offered["publish_call"]["reason"] == "call-incomplete"


async def test_each_act_is_told_to_those_who_may_know(desk: Towns) -> None:
    path = await drafted(desk)
    await desk.ask("PATCH", path, WRITER, json={"quorum": 2}, headers=SEEN)
    await brought(desk, path, "publication", "extension", "attachment", "closure", "conclusion")
    given_up = await published(desk)
    await brought(desk, given_up, "cancellation")
    told = await desk.heard(READER, path.removeprefix("/v1/"), count=7)
    ended = await desk.heard(None, given_up.removeprefix("/v1/"), count=2)

    assert [(event["type"], event["data"]["version"]) for event in told] == [
        ("fr.acdt.towns.call.drafted.v1", 1),
        ("fr.acdt.towns.call.changed.v1", 2),
        ("fr.acdt.towns.call.published.v1", 3),
        ("fr.acdt.towns.call.extended.v1", 4),
        ("fr.acdt.towns.call.body-attached.v1", 5),
        ("fr.acdt.towns.call.closed.v1", 6),
        ("fr.acdt.towns.call.decided.v1", 7),
    ]
    assert ended[-1]["type"] == "fr.acdt.towns.call.cancelled.v1"
    assert await desk.told(None, path.removeprefix("/v1/")) == told[2:]


async def test_a_call_is_closed_early_and_decided_with_motives(desk: Towns) -> None:
    path = await published(desk)
    await brought(desk, path, "closure", "conclusion")
    call = await shown(desk, path, None)
    told = await desk.heard(None, path.removeprefix("/v1/"), count=3)

    assert call["closure"]["motive"] == call["conclusion"]["motive"] == MOTIVE["motive"]
    assert [event["type"].split(".")[-2] for event in told] == ["published", "closed", "decided"]
    assert [event["data"]["status"] for event in told] == ["published", "closed", "decided"]


async def test_a_cancelled_draft_stays_hidden_and_a_cancelled_call_stays_public(
    desk: Towns,
) -> None:
    draft, call = await drafted(desk), await published(desk)
    await brought(desk, draft, "cancellation")
    await brought(desk, call, "cancellation")

    assert fault(await desk.ask("GET", draft, None)) == (404, "call-not-found")
    assert (await shown(desk, draft))["cancellation"]["motive"] == MOTIVE["motive"]
    assert (await shown(desk, call, None))["status"] == "cancelled"


async def test_an_organisation_takes_a_seat_without_changing_the_rules(desk: Towns) -> None:
    path = await published(desk)
    before = await shown(desk, f"{path}/ruleset", None)
    await brought(desk, path, "attachment")
    seated = await shown(desk, path, None)
    twice = {"body": "villes-de-france", "organisation_id": ORGANISATION}
    refused = [
        await act(desk, path, "attachment", said)
        for said in (twice, twice | {"body": "anah"}, twice | {"organisation_id": "anct"})
    ]
    left = await act(desk, path, "attachment", {"body": "cnam", "organisation_id": None})

    assert seated["panel"][0]["organisation_id"] == ORGANISATION
    assert (await shown(desk, f"{path}/ruleset", None)) == before
    assert [fault(answer) for answer in refused] == [
        (422, "named-twice"),
        (422, "unknown-body"),
        (422, "invalid-value"),
    ]
    assert left.status_code == 201
    told = await desk.heard(None, path.removeprefix("/v1/"), count=3)
    assert [event["type"] for event in told[1:]] == ["fr.acdt.towns.call.body-attached.v1"] * 2
    assert [event["data"]["organisation_id"] for event in told[1:]] == [ORGANISATION, None]


async def test_publishing_needs_its_own_right(desk: Towns) -> None:
    path = await drafted(desk)
    lacking = await desk.ask("POST", f"{path}/publication", WRITER)
    stranger = await desk.ask("POST", f"{path}/publication", EVERYWHERE)
    nothing = await desk.ask("POST", f"{NOWHERE}/publication", CNAM)
    call = await published(desk)
    outside = await desk.ask("POST", f"{call}/closure", EVERYWHERE, json=MOTIVE)

    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "calls:publish")
    assert fault(stranger) == fault(nothing) == (404, "call-not-found")
    assert fault(outside) == (403, "outside-perimeter")


async def test_two_who_publish_at_once_freeze_one_rule_set(desk: Towns) -> None:
    path = await drafted(desk)
    answers = await asyncio.gather(*[act(desk, path, "publication") for _ in range(6)])
    rulesets = (await shown(desk, f"{path}/rulesets", None))["items"]

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert {fault(one)[1] for one in answers if one.is_error} == {"illegal-transition"}
    assert [one["number"] for one in rulesets] == [1]


async def test_what_is_published_is_what_the_draft_said_when_both_happen_at_once(
    desk: Towns,
) -> None:
    for _ in range(5):
        path = await drafted(desk)
        await asyncio.gather(
            desk.ask("PATCH", path, CNAM, json={"quorum": 5}, headers=SEEN),
            act(desk, path, "publication"),
        )
        quorum = (await shown(desk, path))["quorum"]
        frozen = (await shown(desk, f"{path}/ruleset"))["ruleset"]
        assert json.loads(frozen["document"])["quorum"] == quorum


async def test_extensions_at_once_are_numbered_one_after_the_other(desk: Towns) -> None:
    path = await published(desk)
    later = [LATER | {"closes_at": f"2100-04-2{day}T16:00:00Z"} for day in range(5)]
    answers = await asyncio.gather(*[act(desk, path, "extension", said) for said in later])
    rulesets = (await shown(desk, f"{path}/rulesets", None))["items"]
    closings = [json.loads(one["document"])["closes_at"] for one in rulesets]

    assert {answer.status_code for answer in answers} <= {201, 422}
    assert len(rulesets) == 1 + sum(answer.is_success for answer in answers)
    assert closings == sorted(closings)
