"""Under embargo nothing of a decision reaches anyone but those who may know, in any way."""

from typing import Any

import httpx
import pytest

from chassis.identity import Principal
from tests.towns.asking import fault
from tests.towns.deciding import (
    CORRECTION,
    MOTIVE,
    PLAN,
    decided,
    in_an_hour,
    judged,
    lift,
    proposed,
    revoked,
)
from tests.towns.panelling import (
    CARRIER,
    CNAM,
    EVERYONE,
    MINISTRY,
    VDF,
    Bench,
    a_sheet,
    key_of,
)

NAMED = {"X-Request-Id": "embargo-request-0001"}
PARTIES = {"cnam", "directorate", "ministry"}


async def knowing(bench: Bench, decision: str) -> set[str]:
    """Who is shown a decision: alike by its path, in the list, the count, and in every file."""
    key = key_of(decision)
    ways = [decision, "/v1/decisions", "/v1/decisions?include_total=true&fields=id"]
    ways += [f"/v1/decisions?format={form}" for form in ("csv", "ndjson")]
    found = []
    for way in ways:
        answers = {name: await bench.desk.ask("GET", way, who) for name, who in EVERYONE.items()}
        found.append({name for name, answer in answers.items() if key in answer.text
                      and answer.is_success})  # fmt: skip
    counts = {
        name: (await bench.shown("/v1/decisions?include_total=true", who))["total"]
        for name, who in EVERYONE.items()
    }
    found.append({name for name, count in counts.items() if count})
    assert all(names == found[0] for names in found), found
    return found[0]


async def test_the_parties_know_then_the_carrier_then_everybody(bench: Bench) -> None:
    path = await judged(bench)
    decision = await proposed(bench, path, embargo_until=in_an_hour())
    states = [await knowing(bench, decision)]
    await bench.done(decision, "confirmation", MINISTRY, {})
    states.append(await knowing(bench, decision))
    await bench.done(decision, "notification", CNAM, {})
    states.append(await knowing(bench, decision))
    await bench.done(decision, "corrections", CNAM, CORRECTION)
    states.append(await knowing(bench, decision))
    await lift(bench, decision)
    states.append(await knowing(bench, decision))

    notified = PARTIES | {"carrier"}
    assert states == [PARTIES, PARTIES, notified, notified, set(EVERYONE)]


async def test_what_was_revoked_under_embargo_is_shown_as_revoked_once_it_ends(
    bench: Bench,
) -> None:
    decision = await decided(bench, embargo_until=in_an_hour())
    await revoked(bench, decision)
    before = await knowing(bench, decision)
    await lift(bench, decision)

    assert before == PARTIES
    assert await knowing(bench, decision) == set(EVERYONE)
    assert (await bench.shown(decision, None))["status"] == "revoked"


async def test_what_a_test_call_decides_is_never_published(bench: Bench) -> None:
    call = await bench.call(mode="test", quorum=1)
    path = await bench.bid(call)
    await bench.done(path, "opinions", VDF, {"opinion": "favourable", "motive": "Essai"})
    decision = await decided(bench, path)

    assert await knowing(bench, decision) == PARTIES
    assert (await bench.shown(decision, CNAM))["published_at"] is None


def told(answer: httpx.Response) -> tuple[Any, ...]:
    """Return all that an answer tells, but the instant and the number of the request."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in {"date", "x-request-id", "server-timing"}
    }
    return answer.status_code, answer.text, headers


@pytest.mark.parametrize("who", [CARRIER, VDF], ids=["carrier", "body"])
async def test_nothing_that_others_ask_about_the_bid_changes_when_it_is_decided(
    bench: Bench, who: Principal
) -> None:
    path = await judged(bench)
    await bench.done(path, "support-plan", CNAM, PLAN)
    ways = [f"{path}/{noun}" for noun in ("panel", "scores", "opinions", "messages")]
    ways += [path, "/v1/applications?include_total=true", f"{path}/steps", f"{path}/versions"]
    ways += [f"{path}/support-plan", "/v1/decisions", "/v1/events/towns?limit=200"]
    before = [told(await bench.desk.ask("GET", way, who, headers=NAMED)) for way in ways]
    plan = {"outcome": "accompanied", "embargo_until": in_an_hour()}
    decision = await decided(bench, path, **plan)
    await bench.desk.heard(CNAM, f"decisions/{key_of(decision)}", count=1)
    after = [told(await bench.desk.ask("GET", way, who, headers=NAMED)) for way in ways]

    for way, one, other in zip(ways, before, after, strict=True):
        same = key_of(decision) not in other[1] if "events" in way else one == other
        assert same, way


async def test_a_body_scores_under_embargo_as_if_nothing_was_decided(bench: Bench) -> None:
    path = await judged(bench)
    decision = await decided(bench, path, embargo_until=in_an_hour())
    unaware = await bench.act(path, "scores", VDF, a_sheet())
    aware = await bench.act(path, "scores", CNAM, a_sheet())
    await lift(bench, decision)
    later = await bench.act(path, "scores", VDF, a_sheet())

    assert unaware.status_code == 201
    assert fault(aware) == fault(later) == (409, "bid-not-assessed")


async def test_an_embargo_leaves_the_version_of_the_bid_as_it_was(bench: Bench) -> None:
    path = await judged(bench)
    written = "SELECT version, updated_at FROM towns.application"
    before = await bench.run(written)
    decision = await decided(bench, path, embargo_until=in_an_hour())
    during = await bench.run(written)
    await revoked(bench, decision)

    assert before == during == await bench.run(written)


async def test_the_feed_tells_of_a_decision_those_who_may_know_then(bench: Bench) -> None:
    path = await judged(bench)
    decision = await decided(bench, path, embargo_until=in_an_hour())
    about = f"decisions/{key_of(decision)}"
    await bench.done(decision, "notification", CNAM, {})
    await bench.done(decision, "revocation", CNAM, MOTIVE)
    await bench.done(decision, "revocation-abandonment", CNAM, {})
    await lift(bench, decision)
    await bench.done(decision, "corrections", CNAM, CORRECTION)
    heard = [event["type"] for event in await bench.desk.heard(CNAM, about, count=3)]
    counts = {name: len(await bench.desk.told(who, about)) for name, who in EVERYONE.items()}
    between = f"exchanges/{key_of(path)}"
    said = [event["type"] for event in await bench.desk.heard(CNAM, between, count=3)]

    assert heard == [
        "fr.acdt.towns.decision.taken.v1",
        "fr.acdt.towns.decision.notified.v1",
        "fr.acdt.towns.decision.corrected.v1",
    ]
    others = dict.fromkeys(EVERYONE.keys() - PARTIES - {"carrier"}, 1)
    assert counts == {**dict.fromkeys(PARTIES, 3), "carrier": 2, **others}
    assert said == [
        "fr.acdt.towns.decision.proposed.v1",
        "fr.acdt.towns.decision.revocation-proposed.v1",
        "fr.acdt.towns.decision.revocation-abandoned.v1",
    ]
    for name in EVERYONE.keys() - PARTIES:
        assert await bench.desk.told(EVERYONE[name], between) == []
