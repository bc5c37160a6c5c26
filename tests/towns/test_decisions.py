"""Decisions of the two parties on bids: taken, notified, corrected, revoked, over HTTP."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from services.towns.decisions.contract import Decision, DecisionPage, WrittenDecision
from tests.contracts.decided import decided as example
from tests.towns.asking import fault
from tests.towns.deciding import (
    CORRECTION,
    MOTIVE,
    PLAN,
    SELECTED,
    decided,
    in_an_hour,
    judged,
    proposed,
    revoked,
)
from tests.towns.panelling import (
    BDT,
    CARRIER,
    CNAM,
    DECIDES,
    DIRECTORATE,
    INTEREST,
    MINISTRY,
    VDF,
    Bench,
    key_of,
)

EXAMPLE_ID = UUID("0198c0de-0000-7000-8000-00000000beef")


async def test_one_party_proposes_and_the_other_confirms(bench: Bench) -> None:
    path = await judged(bench)
    made = await bench.act(path, "decision", CNAM, SELECTED)
    decision = made.headers["location"]
    pending = await bench.shown(decision, MINISTRY)
    confirmed = await bench.act(decision, "confirmation", MINISTRY, {})
    answer = await bench.desk.ask("GET", decision, None)
    shown = Decision.model_validate_json(answer.content, strict=True)
    (bid,) = await bench.run("SELECT status, decided_at, decision_told_at FROM towns.application")

    assert (made.status_code, confirmed.status_code, pending["status"]) == (201, 201, "proposed")
    written = WrittenDecision.model_validate_json(confirmed.content, strict=True)
    assert decision == f"/v1/decisions/{written.id}"
    assert (shown.status, shown.outcome, shown.version) == ("decided", "selected", 2)
    assert shown.confirmation is not None
    assert (shown.proposal.kind, shown.confirmation.kind) == ("cnam_national", "ministry")
    assert (shown.opinions_count, shown.quorum, shown.submitted_number) == (2, 2, 1)
    assert shown.published_at == shown.confirmation.at
    assert len(shown.ruleset_sha256) == 64
    assert (bid["status"], bid["decided_at"] is not None) == ("selected", True)


async def test_what_is_published_is_listed_in_every_format(bench: Bench) -> None:
    decision = key_of(await decided(bench))
    page = await bench.desk.ask("GET", "/v1/decisions?include_total=true", None)
    listed = DecisionPage.model_validate_json(page.content, strict=True)

    assert [str(one.id) for one in listed.items] == [decision]
    assert listed.total == 1
    for form in ("csv", "ndjson", "xlsx"):
        assert (await bench.desk.ask("GET", f"/v1/decisions?format={form}", None)).is_success
    for query, count in {
        "outcome=selected&status=decided&acv_id=acv-051&region=44&department=51": 1,
        "insee_code=51108&updated_since=2020-01-01T00:00:00Z": 1,
        "published_at_gte=2020-01-01T00:00:00Z&published_at_lte=2020-01-02T00:00:00Z": 0,
        "outcome=refused": 0,
        "epci=200066876": 0,
    }.items():
        items = (await bench.shown(f"/v1/decisions?{query}", None))["items"]
        assert len(items) == count, query


@pytest.mark.parametrize("pair", [(MINISTRY, DIRECTORATE), (CNAM, CNAM)], ids=["state", "cnam"])
async def test_one_party_alone_decides_nothing(bench: Bench, pair: Any) -> None:
    path = await judged(bench)
    made = await bench.act(path, "decision", pair[0], SELECTED)
    alone = await bench.act(made.headers["location"], "confirmation", pair[1], {})

    assert fault(alone) == (409, "same-party")
    with pytest.raises(asyncpg.CheckViolationError, match="two_parties"):
        await bench.run(
            "UPDATE towns.decision SET status = 'decided', confirmed_by = 'x', decided_at = now(),"
            " confirmed_kind = proposed_kind, opinions_count = 2, quorum = 2"
        )


async def test_a_decision_needs_the_quorum_of_opinions_that_count(bench: Bench) -> None:
    path = await judged(bench)
    decision = await proposed(bench, path)
    await bench.done(path, "conflicts", BDT, INTEREST)
    refused = await bench.act(decision, "confirmation", DIRECTORATE, {})
    (bid,) = await bench.run("SELECT status FROM towns.application")

    assert fault(refused) == (409, "quorum-not-reached")
    assert (refused.json()["given"], refused.json()["quorum"]) == (1, 2)
    assert bid["status"] == "examined"


async def test_two_confirmations_at_once_give_one_decision(bench: Bench) -> None:
    decision = await proposed(bench, await judged(bench))
    acts = [bench.act(decision, "confirmation", who, {}) for who in (MINISTRY, DIRECTORATE)]
    answers = await asyncio.gather(*acts)
    steps = await bench.run("SELECT act FROM towns.application_step")

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [step["act"] for step in steps] == ["select_application"]


async def test_two_proposals_at_once_give_one(bench: Bench) -> None:
    path = await judged(bench)
    acts = [bench.act(path, "decision", who, SELECTED) for who in (CNAM, MINISTRY)]
    answers = await asyncio.gather(*acts)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {fault(one) for one in answers if not one.is_success} == {(409, "decision-stands")}


@pytest.mark.parametrize("status", ["submitted", "consolidation", "withdrawn"])
async def test_only_an_examined_bid_is_decided_on(bench: Bench, status: str) -> None:
    path = await bench.a_bid(status=status)

    refused = await bench.act(path, "decision", CNAM, SELECTED)
    assert fault(refused) == (409, "illegal-transition")
    assert refused.json()["allowed_from"] == ["examined"]


async def test_a_bid_withdrawn_meanwhile_is_not_decided_on(bench: Bench) -> None:
    decision = await proposed(bench, await judged(bench))
    await bench.run("UPDATE towns.application SET status = 'withdrawn'")

    refused = await bench.act(decision, "confirmation", DIRECTORATE, {})
    assert fault(refused) == (409, "illegal-transition")
    assert (await bench.shown(decision, CNAM))["status"] == "proposed"


async def test_a_late_proposal_says_why_it_is_late(bench: Bench) -> None:
    path = await judged(bench)
    late = {"late_motive": "Dossier égaré par le secrétariat"}
    early = await bench.act(path, "decision", CNAM, SELECTED | late)
    await bench.run(
        "UPDATE towns.call SET status = 'decided', decided_by = 'm', decided_at = now(),"
        " conclusion_motive = 'm'"
    )
    refused = await bench.act(path, "decision", CNAM, SELECTED)
    decision = await decided(bench, path, **late)

    assert fault(early) == (422, "not-late")
    assert fault(refused) == (409, "late-proposal")
    assert (await bench.shown(decision, None))["late_motive"] == late["late_motive"]


async def test_nothing_is_decided_in_a_cancelled_call(bench: Bench) -> None:
    path = await judged(bench)
    decision = await proposed(bench, path)
    await bench.run(
        "UPDATE towns.call SET status = 'cancelled', cancelled_by = 'm', cancelled_at = now(),"
        " cancellation_motive = 'm'"
    )
    confirmed = await bench.act(decision, "confirmation", DIRECTORATE, {})
    await bench.done(decision, "abandonment", CNAM, MOTIVE)
    again = await bench.act(path, "decision", CNAM, SELECTED)

    assert fault(confirmed) == fault(again) == (409, "call-cancelled")


async def test_an_embargo_that_is_over_is_refused(bench: Bench) -> None:
    over = SELECTED | {"embargo_until": "2020-01-01T00:00:00Z"}
    refused = await bench.act(await judged(bench), "decision", CNAM, over)
    assert fault(refused) == (422, "embargo-passed")


async def test_a_proposal_is_given_up_by_either_party_and_kept(bench: Bench) -> None:
    path = await judged(bench)
    first = await proposed(bench, path)
    await bench.done(first, "abandonment", MINISTRY, MOTIVE)
    second = await proposed(bench, path, outcome="refused")
    kept = await bench.shown(first, CNAM)

    assert (kept["status"], kept["abandonment"]["motive"]) == ("abandoned", MOTIVE["motive"])
    assert (await bench.shown(second, CNAM))["number"] == 2
    assert (await bench.desk.ask("GET", first, None)).status_code == 404


async def test_a_correction_keeps_the_earlier_text_and_the_notification(bench: Bench) -> None:
    decision = await decided(bench)
    await bench.done(decision, "notification", CNAM, {})
    before = await bench.shown(decision, None)
    await bench.done(decision, "corrections", MINISTRY, CORRECTION)
    after = await bench.shown(decision, None)
    again = await bench.act(decision, "notification", MINISTRY, {})

    assert after["motive"] == CORRECTION["motive"]
    assert [text["motive"] for text in after["texts"]] == [SELECTED["motive"], CORRECTION["motive"]]
    assert after["texts"][1]["reason"] == CORRECTION["reason"]
    assert after["notification"] == before["notification"] is not None
    assert (after["outcome"], after["confirmation"]) == (before["outcome"], before["confirmation"])
    assert fault(again) == (409, "already-notified")


async def test_a_decision_is_revoked_by_both_parties_and_stays_readable(bench: Bench) -> None:
    path = await judged(bench)
    decision = await decided(bench, path)
    public = await bench.desk.ask("GET", decision, None)
    await bench.done(decision, "revocation", DIRECTORATE, MOTIVE)
    meanwhile = await bench.desk.ask("GET", decision, None)
    alone = await bench.act(decision, "revocation-confirmation", MINISTRY, {})
    await bench.done(decision, "revocation-confirmation", CNAM, {})
    after = await bench.shown(decision, None)
    second = await decided(bench, path, outcome="refused")

    assert (public.text, public.headers["etag"]) == (meanwhile.text, meanwhile.headers["etag"])
    assert fault(alone) == (409, "same-party")
    assert (after["status"], after["outcome"]) == ("revoked", "selected")
    assert after["revocation"]["confirmed"]["kind"] == "cnam_national"
    assert after["texts"] == public.json()["texts"]
    assert (await bench.shown(second, None))["number"] == 2
    steps = await bench.run("SELECT act FROM towns.application_step ORDER BY number")
    assert [step["act"] for step in steps] == [
        "select_application", "revoke_application_decision", "refuse_application",
    ]  # fmt: skip


async def test_a_revocation_that_is_given_up_leaves_the_decision(bench: Bench) -> None:
    decision = await decided(bench)
    await bench.done(decision, "revocation", DIRECTORATE, MOTIVE)
    corrected = await bench.act(decision, "corrections", CNAM, CORRECTION)
    await bench.done(decision, "revocation-abandonment", CNAM, {})
    shown = await bench.shown(decision, MINISTRY)

    assert fault(corrected) == (409, "illegal-transition")
    assert (shown["status"], shown["revocation"]) == ("decided", None)


async def test_who_is_no_party_decides_nothing(bench: Bench) -> None:
    path = await judged(bench)
    hidden = await proposed(bench, path)
    outside = await bench.act(path, "decision", CARRIER, SELECTED)
    unknown = await bench.act(hidden, "confirmation", CARRIER, {})
    body = await bench.act(path, "decision", VDF, SELECTED)
    await bench.done(hidden, "confirmation", MINISTRY, {})
    known = await bench.act(hidden, "corrections", CARRIER, CORRECTION)
    assert fault(outside) == fault(known) == (403, "outside-perimeter")
    assert fault(unknown) == (404, "decision-not-found")
    assert (fault(body), body.json()["missing_scope"]) == (
        (403, "forbidden"),
        DECIDES[-1],
    )


@pytest.mark.parametrize("table", ["decision_text", "exchange_message"])
async def test_the_database_refuses_to_change_what_parties_wrote(bench: Bench, table: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await bench.run(f"DELETE FROM towns.{table}")


async def test_a_bid_is_accompanied_by_a_plan_that_is_there_first(bench: Bench) -> None:
    path = await judged(bench)
    accompanied = SELECTED | {"outcome": "accompanied", "embargo_until": in_an_hour()}
    refused = await bench.act(path, "decision", CNAM, accompanied)
    await bench.done(path, "support-plan", CNAM, PLAN)
    await decided(bench, path, **accompanied)

    assert fault(refused) == (409, "support-plan-missing")
    assert [row["status"] for row in await bench.run("SELECT status FROM towns.application")] == [
        "accompanied"
    ]


async def test_what_is_taken_and_revoked_is_one_act_each(bench: Bench) -> None:
    decision = await decided(bench)
    await revoked(bench, decision)
    for noun, body in (("notification", {}), ("corrections", CORRECTION), ("revocation", MOTIVE)):
        assert fault(await bench.act(decision, noun, CNAM, body)) == (409, "illegal-transition")


async def test_the_decision_of_the_examples_is_one_that_everybody_reads(bench: Bench) -> None:
    engine = create_async_engine(sqlalchemy_url(bench.url))
    async with AsyncSession(engine) as session, session.begin():
        for row in example(EXAMPLE_ID):
            session.add(row)
            await session.flush()
    await engine.dispose()
    shown = await bench.desk.ask("GET", f"/v1/decisions/{EXAMPLE_ID}", None)

    assert Decision.model_validate_json(shown.content, strict=True).outcome == "refused"
