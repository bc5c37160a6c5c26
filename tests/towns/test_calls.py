"""Calls for bids: prepared by the parties, published with frozen rules, moved, closed, decided."""

import json
from hashlib import sha256
from typing import Any

import pytest

from services.towns.calls.contract import (
    CallForBids,
    CallForBidsRulesetShown,
    CallForBidsWritten,
)
from tests.towns.asking import Towns, fault
from tests.towns.calling import (
    BODY,
    CNAM,
    DIRECTORATE,
    EVERYWHERE,
    ORGANISATION,
    READER,
    SEEN,
    TOWN,
    WRITER,
    act,
    brought,
    drafted,
    shown,
)


async def test_a_draft_is_known_to_the_parties_and_to_nobody_else(desk: Towns) -> None:
    made = await desk.ask("POST", "/v1/calls", DIRECTORATE, json=BODY)
    path = made.headers["location"]
    written = CallForBidsWritten.model_validate_json(made.content, strict=True)
    seen = await desk.ask("GET", path, READER)
    call = CallForBids.model_validate_json(seen.content, strict=True)

    assert made.status_code == 201
    assert path == f"/v1/calls/{written.id}" == call.links.self
    assert (call.status, call.version, call.faults, call.ruleset) == ("draft", 1, [], None)
    assert (call.author, call.mode, call.milestones) == ("acv_directorate", "live", [])
    assert made.headers["etag"] == seen.headers["etag"] == '"1"'
    assert [item.code for item in call.criteria] == ["need", "premises"]
    assert (call.panel[0].body, call.panel[0].organisation_id) == ("cnam", None)
    for who in (None, TOWN, EVERYWHERE):
        assert fault(await desk.ask("GET", path, who)) == (404, "call-not-found")
        assert fault(await desk.ask("GET", f"{path}/ruleset", who)) == (404, "call-not-found")
        page = (await desk.ask("GET", "/v1/calls", who)).json()
        assert [one["status"] for one in page["items"]] == ["decided", "decided"]
    assert await desk.told(TOWN, f"calls/{written.id}") == []
    assert len(await desk.heard(READER, f"calls/{written.id}", count=1)) == 1


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (None, (401, "unauthenticated")),
        (TOWN, (403, "forbidden")),
        (EVERYWHERE, (403, "outside-perimeter")),
    ],
    ids=["a stranger", "a town", "an evaluator"],
)
async def test_only_the_parties_begin_a_call(
    desk: Towns, who: Any, refusal: tuple[int, str]
) -> None:
    assert fault(await desk.ask("POST", "/v1/calls", who, json=BODY)) == refusal


async def test_a_draft_may_lack_rules_and_says_which(desk: Towns) -> None:
    path = await desk.made("/v1/calls", WRITER, {"name": "Vague 4"})
    lacking = (await shown(desk, path))["faults"]
    refused = await act(desk, path, "publication")

    assert fault(refused) == (409, "call-incomplete")
    assert [error["code"] for error in refused.json()["errors"]] == lacking
    assert set(lacking) == {
        *("no-opening", "no-closing", "no-scores-deadline", "no-opinions-deadline"),
        *("no-criterion", "no-body", "no-quorum"),
    }


async def test_a_draft_is_changed_by_who_saw_it_and_its_seats_stay(desk: Towns) -> None:
    path = await drafted(desk)
    await brought(desk, path, "attachment")
    panel = [{"body": "anah", "label": "Anah"}, {"body": "cnam", "label": "Le Cnam"}]
    stale = await desk.ask(
        "PATCH", path, WRITER, json={"name": "Autre"}, headers={"If-Match": '"1"'}
    )
    changed = await desk.ask(
        "PATCH", path, WRITER, json={"panel": panel, "outside_quota": None}, headers=SEEN
    )
    call = await shown(desk, path)

    assert fault(stale) == (412, "precondition-failed")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"3"')
    assert call["panel"] == [
        {**panel[0], "organisation_id": None},
        {**panel[1], "organisation_id": ORGANISATION},
    ]
    assert (call["outside_quota"], call["faults"]) == (None, ["quorum-out-of-reach"])
    assert BODY["criteria"] == call["criteria"]


@pytest.mark.parametrize("key", ["criteria", "evidence", "panel"])
async def test_a_code_named_twice_is_refused(desk: Towns, key: str) -> None:
    twice = {key: BODY[key] * 2}
    path = await drafted(desk)
    made = await desk.ask("POST", "/v1/calls", CNAM, json=BODY | twice)
    changed = await desk.ask("PATCH", path, CNAM, json=twice, headers=SEEN)
    assert fault(made) == fault(changed) == (422, "named-twice")


@pytest.mark.parametrize(
    "wrong",
    [
        {"criteria": [BODY["criteria"][0] | {"weight": 0.5}]},
        {"criteria": [BODY["criteria"][0] | {"weight": "1.5"}]},
        {"opens_at": "2100-01-10"},
        {"quorum": 0},
        {"mode": "demo"},
        {"status": "published"},
        {"panel": [{"body": "Cnam Paris", "label": "Cnam"}]},
        {"panel": [{"body": "cnam", "label": "Cnam", "organisation_id": ORGANISATION}]},
        {"name": " "},
    ],
    ids=[
        *("a number for a weight", "more than all", "a day for an instant", "no quorum at all"),
        *("another mode", "a status", "no code", "a seat", "no name"),
    ],
)
async def test_what_the_contract_does_not_allow_is_refused(
    desk: Towns, wrong: dict[str, Any]
) -> None:
    refused = await desk.ask("POST", "/v1/calls", CNAM, json=BODY | wrong)
    assert fault(refused) == (422, "invalid-value")


async def test_a_published_call_is_open_data_with_rules_that_anyone_can_hash(desk: Towns) -> None:
    path = await drafted(desk)
    before = [
        await shown(desk, f"{path}/ruleset"),
        await shown(desk, f"{path}/rulesets"),
    ]
    written = await brought(desk, path, "publication")
    call = CallForBids.model_validate(await shown(desk, path, None))
    answer = await desk.ask("GET", f"{path}/ruleset", None)
    ruleset = CallForBidsRulesetShown.model_validate_json(answer.content, strict=True).ruleset

    assert (before[0]["ruleset"], before[1]["items"]) == (None, [])
    assert ruleset is not None
    assert ruleset.sha256 == sha256(ruleset.document.encode()).hexdigest()
    assert call.ruleset is not None
    assert call.ruleset.sha256 == ruleset.sha256 == written.json()["ruleset_sha256"]
    assert (ruleset.number, ruleset.motive, ruleset.organisation) == (1, None, "cnam_national")
    rules = json.loads(ruleset.document)
    assert (rules["name"], rules["quorum"], rules["required_evidence"]) == (
        "Vague 3",
        3,
        ["letter"],
    )
    assert call.publication is not None
    assert (call.status, call.publication.organisation) == ("published", "cnam_national")
    told = await desk.heard(None, path.removeprefix("/v1/"), count=1)
    assert [event["type"] for event in told] == ["fr.acdt.towns.call.published.v1"]
    assert told[0]["data"]["ruleset_sha256"] == ruleset.sha256
