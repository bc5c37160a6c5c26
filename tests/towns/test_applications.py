"""Bids: prepared by towns, submitted in a call, completed, examined, withdrawn, carried over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.callers import caller
from tests.towns.asking import Towns
from tests.towns.bidding import (
    ASKED,
    BY_ACV_ID,
    CNAM,
    DIRECTORATE,
    EPCI,
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    OUTSIDE,
    OUTSIDER,
    PANEL,
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


async def test_a_draft_tells_what_it_lacks(desk: Towns, fresh_url: str) -> None:
    call_id = await a_call(fresh_url)
    body = a_bid(call_id) | {"content": {"title": "Un site du Cnam"}}
    made = await desk.ask("POST", "/v1/applications", ITS_TOWN, json=body)
    shown = (await desk.ask("GET", made.headers["location"], ITS_TOWN)).json()

    lacking = [(one["part"], one["code"]) for one in made.json()["missing"]]
    assert lacking == [
        *(("places", None), ("premises", None), ("learners", None), ("contact", None)),
        *(("answers", "need"), ("answers", "premises"), ("evidence", "deliberation")),
    ]
    assert shown["missing"] == made.json()["missing"]
    assert (shown["status"], shown["version"], shown["outside"]) == ("draft", 1, False)
    assert shown["carriers"] == [
        {
            "insee_code": HERE,
            "epci_siren": None,
            "role": "lead",
            "name": "Châlons-en-Champagne",
            "acv_id": "acv-051",
        }
    ]


async def test_a_bid_goes_from_draft_to_examined_and_keeps_all_that_was_submitted(
    desk: Towns, fresh_url: str
) -> None:
    path = await drafted(desk, await a_call(fresh_url))
    first = await brought(desk, path, "submission")
    await brought(desk, path, "consolidation")
    asked = (await desk.ask("GET", path, ITS_TOWN)).json()["asked"]
    changed = await desk.ask(
        "PATCH", path, ITS_TOWN, headers={"If-Match": '"3"'}, json={"learners_count": 200}
    )
    await brought(desk, path, "resubmission", "examination")
    versions = (await desk.ask("GET", f"{path}/versions", PANEL)).json()["items"]
    texts = [(await desk.ask("GET", version["href"], PANEL)).json() for version in versions]
    steps = (await desk.ask("GET", f"{path}/steps", PANEL)).json()["items"]

    assert asked == [one | {"due_on": ASKED["due_on"]} for one in ASKED["asked"]]
    assert (first.json()["status"], first.headers["etag"]) == ("submitted", '"2"')
    assert (changed.status_code, changed.json()["status"]) == (200, "consolidation")
    assert [text["content"]["learners_count"] for text in texts] == [120, 200]
    assert [step["act"] for step in steps] == [
        *("create_application", "submit_application", "consolidate_application"),
        *("resubmit_application", "examine_application"),
    ]
    assert [step["submitted_number"] for step in steps] == [0, 1, 1, 2, 2]
    assert steps[2]["asked"] == asked
    end = (await desk.ask("GET", path, PANEL)).json()
    assert (end["status"], end["asked"], end["submitted_number"]) == ("examined", [], 2)
    assert end["ruleset_sha256"] == versions[-1]["ruleset_sha256"]


async def test_each_version_carries_the_hash_of_the_rules_in_force(
    desk: Towns, fresh_url: str
) -> None:
    call_id = await a_call(fresh_url)
    path = await submitted(desk, call_id)
    await brought(desk, path, "consolidation")
    await run(
        fresh_url,
        "INSERT INTO towns.call_ruleset (call_id, number, sha256, document, made_by)"
        " VALUES ($1, 2, repeat('ab', 32), '{}', 'cnam')",
        UUID(call_id),
    )
    await brought(desk, path, "resubmission")
    versions = (await desk.ask("GET", f"{path}/versions", CNAM)).json()["items"]

    assert versions[1]["ruleset_sha256"] == "ab" * 32
    assert versions[0]["ruleset_sha256"] != versions[1]["ruleset_sha256"]


async def test_who_reads_a_bid_is_not_shown_what_is_being_written(
    desk: Towns, fresh_url: str
) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    await brought(desk, path, "consolidation")
    secret = {"title": "Un autre titre", "evidence": []}
    await desk.ask("PATCH", path, ITS_TOWN, headers={"If-Match": '"3"'}, json=secret)
    own = (await desk.ask("GET", path, ITS_TOWN)).json()
    read = await desk.ask("GET", path, DIRECTORATE)
    listed = await desk.ask("GET", "/v1/applications?q=autre&include_total=true", DIRECTORATE)

    assert own["content"]["title"] == "Un autre titre"
    assert own["missing"] == [{"part": "evidence", "code": "deliberation"}]
    assert "autre titre" not in read.text
    assert read.json()["content"]["evidence"][0]["code"] == "deliberation"
    assert read.json()["missing"] == []
    assert listed.json()["total"] == 0
    await desk.ask("PATCH", path, ITS_TOWN, headers={"If-Match": '"4"'}, json=WHOLE | secret)


async def test_a_joint_bid_is_read_by_its_partners_and_written_by_its_lead(
    desk: Towns, fresh_url: str
) -> None:
    carriers = (
        {"insee_code": HERE, "role": "lead"},
        {"epci_siren": ITS_EPCI, "role": "partner"},
        {"insee_code": OUTSIDE, "role": "partner"},
    )
    body = a_bid(await a_call(fresh_url), *carriers)
    path = await desk.made("/v1/applications", BY_ACV_ID, body)
    shown = (await desk.ask("GET", path, EPCI)).json()
    tried = [await act(desk, path, "submission", who) for who in (EPCI, OUTSIDER, ITS_TOWN)]

    assert [carrier["role"] for carrier in shown["carriers"]] == ["lead", "partner", "partner"]
    assert shown["outside"] is False
    assert {one["reason"] for one in shown["allowed_actions"]} == {"outside-perimeter", "forbidden"}
    assert [answer.status_code for answer in tried] == [403, 403, 201]


async def test_a_commune_that_is_not_held_bids_from_its_department(
    desk: Towns, fresh_url: str
) -> None:
    body = a_bid(await a_call(fresh_url), {"insee_code": "22187", "role": "lead"})
    who = caller("commune", *WRITES, name="plerin", town="22187")
    path = await desk.made("/v1/applications", who, body)
    shown = (await desk.ask("GET", path, who)).json()
    listed = await desk.ask("GET", "/v1/applications?department=22&region=53", who)

    assert (shown["outside"], shown["carriers"][0]["name"]) == (True, None)
    assert [one["id"] for one in listed.json()["items"]] == [shown["id"]]


async def test_a_bid_is_found_by_what_it_says_of_itself(desk: Towns, fresh_url: str) -> None:
    call_id, other = await a_call(fresh_url), await a_call(fresh_url)
    path = await submitted(desk, call_id, title="Le Cnam à la gare")
    await submitted(desk, other)
    key = path.rsplit("/", 1)[1]
    filters = (
        f"call_id={call_id}",
        f"q=gare&call_id={call_id}",
        f"status=submitted&call_id={call_id}",
    )
    more = (
        "acv_id=acv-051",
        f"insee_code={HERE}",
        "department=51",
        "region=44",
        f"epci={ITS_EPCI}",
    )
    for asked in (*filters, *more, "outside=false", "updated_since=2020-01-01T00:00:00Z"):
        listed = await desk.ask("GET", f"/v1/applications?{asked}&sort=-title", CNAM)
        assert key in [one["id"] for one in listed.json()["items"]], asked
    for asked in ("q=port", "status=draft", "acv_id=acv-001", "outside=true", "epci=243400819"):
        listed = await desk.ask("GET", f"/v1/applications?{asked}", CNAM)
        assert listed.json()["items"] == [], asked


async def test_bids_are_had_as_files(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    key = path.rsplit("/", 1)[1]
    for form in ("csv", "ndjson"):
        answer = await desk.ask("GET", f"/v1/applications?format={form}", CNAM)
        assert key in answer.text
    header = (await desk.ask("GET", "/v1/applications?format=csv", CNAM)).text.splitlines()[0]
    assert header.startswith("id,call_id,title,lead_code,town_codes,epci_sirens")


async def test_an_accompanied_bid_goes_on_in_a_later_call(desk: Towns, fresh_url: str) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    await brought(desk, path, "examination")
    await decided(fresh_url, path, "accompanied")
    former = path.rsplit("/", 1)[1]
    body = a_bid(await a_call(fresh_url, criteria=()))
    del body["content"]
    again = await desk.made("/v1/applications", ITS_TOWN, body | {"carried_from": former})
    shown = (await desk.ask("GET", again, ITS_TOWN)).json()

    assert (shown["carried_from"], shown["title"]) == (former, WHOLE["title"])
    assert shown["content"]["evidence"][0]["code"] == "deliberation"
    assert shown["content"]["answers"] == []
    anew = {"carried_from": former, "content": WHOLE | {"title": "Autre", "answers": []}}
    other = await desk.made("/v1/applications", ITS_TOWN, body | anew)
    assert (await desk.ask("GET", other, ITS_TOWN)).json()["title"] == "Autre"


async def test_a_decision_under_embargo_is_told_to_the_parties_only(
    desk: Towns, fresh_url: str
) -> None:
    path = await submitted(desk, await a_call(fresh_url))
    await brought(desk, path, "examination")
    before = await desk.ask("GET", path, ITS_TOWN)
    await decided(fresh_url, path, "selected", told_in_days=3)
    await run(
        fresh_url,
        "INSERT INTO towns.application_step (application_id, number, act, status,"
        " submitted_number, asked, organisation, told_at)"
        " VALUES ($1, 4, 'select_application', 'selected', 1, '[]', 'cnam', now() + '3 days')",
        UUID(path.rsplit("/", 1)[1]),
    )
    during = await desk.ask("GET", path, ITS_TOWN)
    party = await desk.ask("GET", path, CNAM)
    steps = [await desk.ask("GET", f"{path}/steps", who) for who in (ITS_TOWN, PANEL, CNAM)]
    found = [
        (await desk.ask("GET", "/v1/applications?status=selected&include_total=true", who)).json()
        for who in (ITS_TOWN, PANEL, CNAM)
    ]
    await decided(fresh_url, path, "selected")
    after = await desk.ask("GET", path, ITS_TOWN)

    assert (before.text, before.headers["etag"]) == (during.text, during.headers["etag"])
    assert party.json()["status"] == "selected"
    assert [len(answer.json()["items"]) for answer in steps] == [3, 3, 4]
    assert [page["total"] for page in found] == [0, 0, 1]
    assert after.json()["status"] == "selected"
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]


async def test_the_feed_tells_each_act_to_those_who_may_know(desk: Towns, fresh_url: str) -> None:
    path = await drafted(desk, await a_call(fresh_url))
    await desk.ask("PATCH", path, ITS_TOWN, headers={"If-Match": '"1"'}, json={"learners_count": 9})
    await brought(desk, path, "submission", "consolidation")
    await desk.ask("PATCH", path, ITS_TOWN, headers={"If-Match": '"4"'}, json={"learners_count": 8})
    await brought(desk, path, "resubmission", "examination", "withdrawal")
    about = path.removeprefix("/v1/")
    own = [event["type"] for event in await desk.heard(ITS_TOWN, about, count=8)]
    theirs = [event["type"] for event in await desk.heard(PANEL, about, count=5)]

    verbs = [name.split(".")[4] for name in own]
    assert verbs == [
        *("created", "changed", "submitted", "consolidation-asked"),
        *("changed", "submitted", "examined", "withdrawn"),
    ]
    assert [name.split(".")[4] for name in theirs] == [
        *("submitted", "consolidation-asked", "submitted", "examined", "withdrawn"),
    ]


async def test_before_the_opening_one_prepares(desk: Towns, fresh_url: str) -> None:
    soon = datetime.now(UTC) + timedelta(days=2)
    path = await drafted(desk, await a_call(fresh_url, opens_at=soon))
    assert (await act(desk, path, "submission")).json()["code"] == "call-not-open"
