"""What bodies of a panel say of bids: conflicts, scores, opinions, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.towns.panel.contract import ApplicationPanel, PanelOpinionPage, ScoreSheetPage
from services.towns.panel.events import ApplicationScored, ConflictDeclared, OpinionGiven
from tests.towns.asking import fault
from tests.towns.panelling import (
    BDT,
    BODIES,
    CARRIER,
    CNAM,
    FAVOURABLE,
    INTERCO,
    INTEREST,
    MINISTRY,
    ORGANISATIONS,
    OUTSIDER,
    VDF,
    Bench,
    a_sheet,
    key_of,
)


async def test_a_body_scores_a_bid_and_the_parties_read_what_it_is_worth(bench: Bench) -> None:
    path = await bench.a_bid()
    written = await bench.done(path, "scores", VDF, a_sheet(4, 2))
    answer = await bench.desk.ask("GET", f"{path}/scores", MINISTRY)
    (sheet,) = ScoreSheetPage.model_validate_json(answer.content, strict=True).items

    assert written == {
        "application_id": key_of(path), "body": "villes-de-france", "revision": 1
    }  # fmt: skip
    assert (sheet.total.exact, sheet.total.rate) == ("56/75", "0.746667")
    assert (sheet.counted, sheet.submitted_number, sheet.organisation) == (
        True, 1, ORGANISATIONS["villes-de-france"],
    )  # fmt: skip
    assert [(one.criterion, one.points) for one in sheet.scores] == [("need", 4), ("premises", 2)]
    assert len(sheet.ruleset_sha256) == 64


async def test_scores_are_handed_in_anew_and_none_is_lost(bench: Bench) -> None:
    path = await bench.a_bid()
    for need in (1, 2, 5):
        await bench.done(path, "scores", VDF, a_sheet(need))
    sheets = (await bench.shown(f"{path}/scores", MINISTRY))["items"]
    spread = (await bench.shown(f"{path}/panel", MINISTRY))["spread"]

    assert [(one["revision"], one["counted"]) for one in sheets] == [
        (1, False), (2, False), (3, True),
    ]  # fmt: skip
    assert spread["sheets_count"] == 1
    assert spread["lowest"] == spread["highest"] == sheets[2]["total"]


async def test_the_spread_is_shown_for_each_criterion_and_for_the_whole(bench: Bench) -> None:
    path = await bench.a_bid()
    for who, need, premises in ((VDF, 4, 2), (BDT, 1, 3), (CNAM, 5, 3)):
        await bench.done(path, "scores", who, a_sheet(need, premises))
    panel = await bench.desk.ask("GET", f"{path}/panel", MINISTRY)
    board = ApplicationPanel.model_validate_json(panel.content, strict=True)

    assert [
        (one.criterion, one.sheets_count, one.lowest, one.highest, one.difference)
        for one in board.criteria
    ] == [("need", 3, 1, 5, 4), ("premises", 3, 2, 3, 1)]
    assert board.spread is not None
    assert [
        board.spread.lowest.exact, board.spread.highest.exact, board.spread.difference.exact
    ] == ["39/75", "75/75", "36/75"]  # fmt: skip
    assert [(one.body, one.scored) for one in board.bodies] == [
        (body, body in {"cnam", "villes-de-france", "bdt"}) for body in BODIES
    ]


async def test_a_panel_that_said_nothing_has_no_spread(bench: Bench) -> None:
    board = await bench.shown(f"{await bench.a_bid()}/panel", MINISTRY)

    assert (board["spread"], board["criteria"], board["opinions_count"]) == (None, [], 0)
    assert board["quorum"] == 2


@pytest.mark.parametrize(
    ("scores", "faults"),
    [
        ([{"criterion": "need", "points": 6}], {"criterion-missing", "points-above-scale"}),
        ([{"criterion": "taste", "points": 1}], {"criterion-missing", "unknown-criterion"}),
        ([{"criterion": "need", "points": 1}] * 2, {"criterion-missing", "criterion-twice"}),
    ],
    ids=["above the scale", "unknown", "twice"],
)
async def test_a_sheet_that_is_not_whole_is_refused_and_kept_nowhere(
    bench: Bench, scores: list[dict[str, Any]], faults: set[str]
) -> None:
    path = await bench.a_bid()
    body = {"scores": [one | {"comment": "Vu"} for one in scores]}
    answer = await bench.act(path, "scores", VDF, body)

    assert fault(answer) == (422, "sheet-inconsistent")
    assert {error["code"] for error in answer.json()["errors"]} == faults
    assert (await bench.shown(f"{path}/scores", MINISTRY))["items"] == []


async def test_a_body_in_conflict_neither_scores_nor_gives_its_opinion(bench: Bench) -> None:
    path = await bench.a_bid()
    await bench.done(path, "conflicts", BDT, INTEREST)

    assert fault(await bench.act(path, "scores", BDT, a_sheet())) == (409, "conflict-stands")
    assert fault(await bench.act(path, "opinions", BDT, FAVOURABLE)) == (409, "conflict-stands")
    again = await bench.act(path, "conflicts", BDT, INTEREST)
    assert fault(again) == (409, "conflict-already-declared")
    board = await bench.shown(f"{path}/panel", VDF)
    declared = {one["body"]: one["conflict"] for one in board["bodies"]}
    assert declared["bdt"]["reason"] == INTEREST["reason"]
    assert [body for body, conflict in declared.items() if conflict] == ["bdt"]


async def test_a_conflict_declared_late_sets_aside_what_the_body_said(bench: Bench) -> None:
    path = await bench.a_bid()
    for who, need in ((BDT, 0), (VDF, 4)):
        await bench.done(path, "scores", who, a_sheet(need))
        await bench.done(path, "opinions", who, FAVOURABLE)
    before = await bench.shown(f"{path}/panel", MINISTRY)
    await bench.done(path, "conflicts", BDT, INTEREST)
    after = await bench.shown(f"{path}/panel", MINISTRY)
    sheets = (await bench.shown(f"{path}/scores", MINISTRY))["items"]
    opinions = await bench.desk.ask("GET", f"{path}/opinions", MINISTRY)
    said = PanelOpinionPage.model_validate_json(opinions.content, strict=True).items

    assert (before["opinions_count"], after["opinions_count"]) == (2, 1)
    assert before["spread"]["lowest"]["exact"] == "20/75"
    assert after["spread"]["lowest"] == after["spread"]["highest"]
    assert {one["body"]: one["counted"] for one in sheets} == {
        "bdt": False, "villes-de-france": True,
    }  # fmt: skip
    assert {one.body: one.counted for one in said} == {"bdt": False, "villes-de-france": True}


async def test_a_body_sees_what_others_said_once_it_has_spoken_itself(bench: Bench) -> None:
    path = await bench.a_bid()
    await bench.done(path, "scores", BDT, a_sheet())
    await bench.done(path, "opinions", BDT, FAVOURABLE)

    async def seen(who: Any) -> tuple[int, int, Any]:
        lists = [(await bench.shown(f"{path}/{noun}", who))["items"] for noun in _SAID]
        spread = (await bench.shown(f"{path}/panel", who))["spread"]
        return len(lists[0]), len(lists[1]), spread and spread["sheets_count"]

    assert await seen(VDF) == (0, 0, None)
    assert await seen(MINISTRY) == await seen(BDT) == (1, 1, 1)
    await bench.done(path, "scores", VDF, a_sheet(0))
    assert await seen(VDF) == (2, 0, 2)
    await bench.done(path, "opinions", VDF, FAVOURABLE)
    assert await seen(VDF) == (2, 2, 2)
    assert await seen(INTERCO) == (0, 0, None)
    await bench.pass_time(timedelta(minutes=61), path)
    assert await seen(INTERCO) == (2, 0, 2)
    await bench.pass_time(timedelta(minutes=60), path)
    assert await seen(INTERCO) == (2, 2, 2)


_SAID = ("scores", "opinions")


async def test_a_body_that_stood_aside_after_it_scored_sees_no_more_than_its_own(
    bench: Bench,
) -> None:
    path = await bench.a_bid()
    await bench.done(path, "scores", BDT, a_sheet())
    await bench.done(path, "scores", VDF, a_sheet(0))
    await bench.done(path, "conflicts", VDF, INTEREST)
    sheets = (await bench.shown(f"{path}/scores", VDF))["items"]

    assert [one["body"] for one in sheets] == ["villes-de-france"]


async def test_bodies_work_between_the_closing_of_the_call_and_the_deadlines(bench: Bench) -> None:
    path = await bench.a_bid()
    await bench.pass_time(timedelta(hours=-2), path)
    for noun, body in (("scores", a_sheet()), ("opinions", FAVOURABLE)):
        assert fault(await bench.act(path, noun, VDF, body)) == (409, "scoring-not-begun")
    await bench.pass_time(timedelta(minutes=181), path)
    assert fault(await bench.act(path, "scores", VDF, a_sheet())) == (409, "scoring-closed")
    await bench.done(path, "opinions", VDF, FAVOURABLE)
    await bench.pass_time(timedelta(minutes=60), path)
    assert fault(await bench.act(path, "opinions", VDF, FAVOURABLE)) == (409, "opinions-closed")


@pytest.mark.parametrize("status", ["withdrawn", "refused"])
async def test_nothing_is_said_of_a_bid_that_is_not_before_the_panel(
    bench: Bench, status: str
) -> None:
    path = await bench.a_bid()
    await bench.run(
        "UPDATE towns.application SET status = $1, decided_at = now(), decision_told_at = now()",
        status,
    )
    for noun, body in (("conflicts", INTEREST), ("scores", a_sheet()), ("opinions", FAVOURABLE)):
        assert fault(await bench.act(path, noun, VDF, body)) == (409, "bid-not-assessed")


async def test_who_is_no_body_of_the_panel_says_nothing(bench: Bench) -> None:
    path = await bench.a_bid()
    draft = await bench.a_bid(status="draft")
    for noun, body in (("conflicts", INTEREST), ("scores", a_sheet()), ("opinions", FAVOURABLE)):
        assert fault(await bench.act(path, noun, MINISTRY, body)) == (403, "outside-perimeter")
        assert fault(await bench.act(path, noun, CARRIER, body)) == (403, "outside-perimeter")
        for hidden in (await bench.act(path, noun, OUTSIDER, body),
                       await bench.act(draft, noun, VDF, body)):  # fmt: skip
            assert fault(hidden) == (404, "application-not-found")


async def test_a_body_is_no_body_before_its_organisation_is_attached(bench: Bench) -> None:
    path = await bench.a_bid()
    await bench.run("UPDATE towns.call_body SET organisation_id = NULL WHERE body = 'bdt'")

    hidden = await bench.act(path, "scores", BDT, a_sheet())
    assert fault(hidden) == (404, "application-not-found")


async def test_what_bodies_say_is_told_to_the_parties_and_to_themselves(bench: Bench) -> None:
    path = await bench.a_bid()
    about = f"panels/{key_of(path)}"
    await bench.done(path, "scores", BDT, a_sheet())
    await bench.done(path, "opinions", BDT, FAVOURABLE)
    await bench.done(path, "conflicts", BDT, INTEREST)
    told = await bench.desk.heard(CNAM, about, count=3)

    assert [event["type"] for event in told] == [
        ApplicationScored.name, OpinionGiven.name, ConflictDeclared.name,
    ]  # fmt: skip
    assert told[0]["data"] == {
        "application_id": key_of(path), "body": "bdt", "revision": 1,
    }  # fmt: skip
    assert len(await bench.desk.told(BDT, about)) == 3
    for who in (VDF, CARRIER, None):
        assert await bench.desk.told(who, about) == []


@pytest.mark.parametrize("table", ["panel_conflict", "panel_sheet", "panel_score", "panel_opinion"])
async def test_the_database_refuses_to_change_what_was_said(bench: Bench, table: str) -> None:
    with pytest.raises(Exception, match="append-only"):
        await bench.run(f"DELETE FROM towns.{table}")


async def test_two_sheets_at_once_are_two_revisions(bench: Bench) -> None:
    path = await bench.a_bid()
    acts = [bench.act(path, "scores", VDF, a_sheet(need)) for need in (1, 5, 3)]
    answers = await asyncio.gather(*acts)

    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.json()["revision"] for answer in answers} == {1, 2, 3}


async def test_a_conflict_and_scores_at_once_leave_no_score_that_counts(bench: Bench) -> None:
    path = await bench.a_bid()
    scored, declared = await asyncio.gather(
        bench.act(path, "scores", VDF, a_sheet()), bench.act(path, "conflicts", VDF, INTEREST)
    )

    assert declared.status_code == 201
    assert scored.status_code in {201, 409}
    assert (await bench.shown(f"{path}/panel", MINISTRY))["spread"] is None
