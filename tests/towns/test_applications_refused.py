"""What is refused of bids, and under which name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.towns.applications import errors
from tests.callers import caller
from tests.towns.asking import Towns, fault
from tests.towns.bidding import (
    ASKED,
    CNAM,
    DIRECTORATE,
    HERE,
    ITS_TOWN,
    MOTIVE,
    NOBODY_S,
    NOWHERE,
    OTHER_TOWN,
    OUTSIDE,
    OUTSIDER,
    THERE,
    WHOLE,
    WRITES,
    a_bid,
    a_call,
    act,
    brought,
    decided,
    drafted,
    run,
    submitted,
)

ABSENT = NOBODY_S


async def test_only_a_published_call_that_is_not_over_takes_drafts(
    desk: Towns, fresh_url: str
) -> None:
    call_id = await a_call(fresh_url)
    unknown = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=a_bid(ABSENT))
    await run(fresh_url, "UPDATE towns.call SET closes_at = now() - interval '1 minute'")
    closed = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=a_bid(call_id))
    await run(
        fresh_url,
        "UPDATE towns.call SET status = 'draft', published_at = NULL, published_by = NULL",
    )
    draft = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=a_bid(call_id))

    assert fault(unknown) == (422, errors.UnknownCall.slug())
    assert fault(closed) == (409, "call-closed")
    assert draft.json()["code"] == unknown.json()["code"]


@pytest.mark.parametrize(
    ("carriers", "faults"),
    [
        ([{"insee_code": HERE, "role": "partner"}], ["lead-count"]),
        ([{"insee_code": HERE}, {"insee_code": THERE}], ["lead-count"]),
        ([{"insee_code": HERE}, {"insee_code": HERE, "role": "partner"}], ["twice"]),
        ([{"insee_code": HERE, "epci_siren": "200066876"}], ["one-code"]),
        ([{"epci_siren": "356000000"}], ["unknown-carrier"]),
        ([{"insee_code": "98735"}], ["unknown-carrier"]),
    ],
    ids=["no lead", "two leads", "twice", "two codes", "no EPCI", "no department"],
)
async def test_a_bid_has_one_lead_and_known_carriers(
    desk: Towns, fresh_url: str, carriers: list[dict[str, Any]], faults: list[str]
) -> None:
    body = a_bid(await a_call(fresh_url), *carriers)
    refused = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body)
    assert fault(refused) == (422, errors.CarriersInconsistent.slug())
    assert [one["code"] for one in refused.json()["errors"]] == faults


async def test_a_bid_names_what_its_call_has(desk: Towns, fresh_url: str) -> None:
    nothing = {"title": None, "url": None, "reference": None}
    answers = [{"criterion": code, "text": "Oui"} for code in ("need", "need", "charm")]
    changes = {"needs": [ABSENT], "answers": answers, "evidence": [{"code": "song", **nothing}]}
    body = a_bid(await a_call(fresh_url), **changes)
    refused = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body)

    assert fault(refused) == (422, errors.BidInconsistent.slug())
    assert {(one["code"], one["pointer"]) for one in refused.json()["errors"]} == {
        ("unknown-criterion", "/content/answers/2/criterion"),
        ("unknown-evidence", "/content/evidence/0/code"),
        ("unknown-need", "/content/needs/0"),
        ("twice", "/content/answers/1/criterion"),
    }


async def test_a_bid_that_is_not_whole_is_not_submitted(desk: Towns, fresh_url: str) -> None:
    unnamed = {"code": "deliberation", "title": "Délibération", "url": None, "reference": None}
    path = await drafted(desk, await a_call(fresh_url), evidence=[unnamed], premises=None)
    refused = await act(desk, path, "submission")

    assert fault(refused) == (409, errors.BidIncomplete.slug())
    assert refused.json()["missing"] == [
        {"part": "premises", "code": None},
        {"part": "evidence", "code": "deliberation"},
    ]
    assert [one["pointer"] for one in refused.json()["errors"]] == [
        *("/content/premises", "/content/evidence"),
    ]
    assert (await desk.ask("GET", path, ITS_TOWN)).json()["status"] == "draft"


async def test_the_window_of_the_call_is_kept(desk: Towns, fresh_url: str) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    call_id = await a_call(fresh_url, priority_ends_at=soon)
    lead = {"insee_code": OUTSIDE, "role": "lead"}
    outside = await desk.made("/v1/applications", OUTSIDER, a_bid(call_id, lead))
    refused = await act(desk, outside, "submission", OUTSIDER)
    await run(fresh_url, "UPDATE towns.call SET outside_quota = 1")
    taken = await act(desk, outside, "submission", OUTSIDER)
    lead = {"insee_code": "22187", "role": "lead"}
    late = caller("commune", *WRITES, name="plerin", town="22187")
    second = await desk.made("/v1/applications", late, a_bid(call_id, lead))
    over = await act(desk, second, "submission", late)
    await act(desk, outside, "withdrawal", OUTSIDER)
    freed = await act(desk, second, "submission", late)
    inside = await act(desk, await drafted(desk, call_id), "submission")
    path = await desk.made("/v1/applications", OTHER_TOWN, a_bid(call_id, {"insee_code": THERE}))
    await run(fresh_url, "UPDATE towns.call SET closes_at = now()")
    closed = await act(desk, path, "submission", OTHER_TOWN)

    assert fault(refused) == (409, "reserved-to-programme")
    assert fault(over) == (409, "outside-quota-reached")
    assert [answer.status_code for answer in (taken, freed, inside)] == [201, 201, 201]
    assert fault(closed) == (409, "call-closed")


async def test_a_lead_has_one_submitted_bid_in_a_call(desk: Towns, fresh_url: str) -> None:
    call_id = await a_call(fresh_url)
    first, second = [await drafted(desk, call_id) for _ in range(2)]
    await brought(desk, first, "submission")
    refused = await act(desk, second, "submission")
    await brought(desk, first, "withdrawal")
    after = await act(desk, second, "submission")

    assert fault(refused) == (409, errors.AlreadyBidding.slug())
    assert after.status_code == 201


async def test_what_is_submitted_is_settled(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    patch = {"headers": {"If-Match": '"2"'}, "json": {"learners_count": 1}}
    settled = await desk.ask("PATCH", path, ITS_TOWN, **patch)
    again = await act(desk, path, "resubmission")
    stale = await desk.ask("PATCH", path, ITS_TOWN, headers={"If-Match": '"1"'}, json={})

    assert fault(settled) == (409, errors.BidSettled.slug())
    assert fault(again) == (409, "illegal-transition")
    assert stale.status_code == 412


async def test_a_call_that_is_over_takes_no_resubmission(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    await brought(desk, path, "consolidation")
    await run(fresh_url, "UPDATE towns.call SET closes_at = now()")
    late = await act(desk, path, "resubmission")
    await brought(desk, path, "consolidation")
    await run(
        fresh_url,
        "UPDATE towns.call SET status = 'cancelled', cancelled_by = 'cnam', cancelled_at = now(),"
        " cancellation_motive = 'x'",
    )
    refused = await act(desk, path, "resubmission")

    assert late.status_code == 201
    assert fault(refused) == (409, "call-closed")


async def test_parties_ask_for_what_a_bid_can_hold(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    asked = [
        {"part": "evidence", "code": "song", "comment": "?"},
        {"part": "answers", "code": "charm", "comment": "?"},
        {"part": "premises", "code": "need", "comment": "?"},
    ]
    refused = await act(desk, path, "consolidation", body={"asked": asked})
    none = await act(desk, path, "consolidation", body={"asked": []})

    assert fault(refused) == (422, "bid-inconsistent")
    assert [one["pointer"] for one in refused.json()["errors"]] == [
        f"/asked/{place}/code" for place in range(3)
    ]
    assert none.status_code == 422


async def test_only_what_is_accompanied_is_carried_over(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    await brought(desk, path, "examination")
    former = {"carried_from": path.rsplit("/", 1)[1]}
    later = await a_call(fresh_url)

    async def carried(who: Any = ITS_TOWN, lead: str = HERE, call_id: str = later) -> Any:
        body = a_bid(call_id, {"insee_code": lead, "role": "lead"}) | former
        return fault(await desk.ask("POST", "/v1/applications", who, json=body))

    undecided = await carried()
    await decided(fresh_url, path, "accompanied", told_in_days=2)
    untold = await carried()
    await decided(fresh_url, path, "accompanied")
    same_call = await carried(call_id=(await desk.ask("GET", path, CNAM)).json()["call_id"])
    other = await carried(OTHER_TOWN, THERE)
    body = a_bid(later) | {"carried_from": ABSENT}
    absent = fault(await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body))

    refused = (409, errors.NotAccompanied.slug())
    assert [undecided, untold, same_call] == [refused, refused, refused]
    assert other == absent == (422, errors.UnknownApplication.slug())


async def test_a_bid_says_something(desk: Towns, fresh_url: str) -> None:
    body = a_bid(await a_call(fresh_url))
    del body["content"]
    empty = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body)
    named = WHOLE | {"contact_role": "Mme Martin"}
    person = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body | {"content": named})

    assert [answer.status_code for answer in (empty, person)] == [422, 422]
    assert person.json()["errors"][0]["pointer"] == "/content/contact_role"


async def test_what_does_not_exist_is_not_found(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    for tail in ("", "/versions", "/versions/1", "/steps"):
        missing = await desk.ask("GET", f"{NOWHERE}{tail}", DIRECTORATE)
        assert fault(missing) == (404, errors.ApplicationNotFound.slug())
    key = path.rsplit("/", 1)[1]
    version = await desk.ask("GET", f"/v1/applications/{key}/versions/2", DIRECTORATE)
    assert fault(version) == (404, errors.ApplicationVersionNotFound.slug())


async def test_a_bid_that_nobody_made_is_unknown_on_every_path(desk: Towns) -> None:
    asked: list[tuple[str, Any, str, Any]] = [
        ("GET", ITS_TOWN, f"/v1/applications/{NOBODY_S}/versions", None),
        ("GET", ITS_TOWN, f"/v1/applications/{NOBODY_S}/versions/1", None),
        ("GET", ITS_TOWN, f"/v1/applications/{NOBODY_S}/steps", None),
        ("POST", ITS_TOWN, f"/v1/applications/{NOBODY_S}/submission", {}),
        ("POST", ITS_TOWN, f"/v1/applications/{NOBODY_S}/resubmission", {}),
        ("POST", DIRECTORATE, f"/v1/applications/{NOBODY_S}/consolidation", ASKED),
        ("POST", CNAM, f"/v1/applications/{NOBODY_S}/examination", MOTIVE),
        ("POST", ITS_TOWN, f"/v1/applications/{NOBODY_S}/withdrawal", MOTIVE),
    ]
    for method, who, path, body in asked:
        sent = {} if body is None else {"json": body}
        answer = await desk.ask(method, path, who, **sent)
        assert answer.status_code == 404, path
