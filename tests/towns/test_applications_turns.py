"""Bids at the same time: nobody takes a place twice, nothing is submitted twice."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.bidding import WRITES, a_bid, a_call, act, drafted

QUOTA, BIDDERS = 2, 6


async def test_parallel_bids_from_outside_do_not_exceed_the_quota(
    desk: Towns, fresh_url: str
) -> None:
    soon = datetime.now(UTC) + timedelta(days=3)
    call_id = await a_call(fresh_url, priority_ends_at=soon, outside_quota=QUOTA)
    bids = []
    for number in range(BIDDERS):
        town = f"2218{number}"
        who = caller("commune", *WRITES, name=town, town=town)
        lead = {"insee_code": town, "role": "lead"}
        bids.append((await desk.made("/v1/applications", who, a_bid(call_id, lead)), who))
    answers = await asyncio.gather(*(act(desk, path, "submission", who) for path, who in bids))

    refused = [answer.json()["code"] for answer in answers if answer.status_code == 409]
    assert refused == ["outside-quota-reached"] * (BIDDERS - QUOTA)
    assert sum(answer.status_code == 201 for answer in answers) == QUOTA


async def test_a_bid_submitted_many_times_at_once_is_submitted_once(
    desk: Towns, fresh_url: str
) -> None:
    path = await drafted(desk, await a_call(fresh_url))
    answers = await asyncio.gather(*(act(desk, path, "submission") for _ in range(5)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if not answer.is_success} == {
        "illegal-transition"
    }


async def test_two_drafts_of_a_lead_at_once_make_one_bid(desk: Towns, fresh_url: str) -> None:
    call_id = await a_call(fresh_url)
    paths = [await drafted(desk, call_id) for _ in range(4)]
    answers = await asyncio.gather(*(act(desk, path, "submission") for path in paths))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if not answer.is_success} == {
        "already-bidding"
    }
