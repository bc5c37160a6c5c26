"""What comes before a decision: the exchange of the parties, and support plans."""

from typing import Any

import pytest

from services.towns.decisions.contract import ExchangeMessagePage, SupportPlan
from services.towns.decisions.events import (
    DecisionAbandoned,
    DecisionRevoked,
    MessageSent,
    SupportPlanChanged,
    SupportPlanWritten,
)
from tests.callers import caller
from tests.towns.asking import fault
from tests.towns.deciding import MOTIVE, PLAN, decided, in_an_hour, judged, lift, proposed, revoked
from tests.towns.panelling import CARRIER, CNAM, EVERYONE, HERE, MINISTRY, VDF, Bench, key_of

PARTIES = {"cnam", "directorate", "ministry"}
NOBODY = "0198c0de-0000-7000-8000-00000000beef"


async def test_the_parties_write_to_each_other_and_answer(bench: Bench) -> None:
    path = await bench.a_bid()
    first = await bench.done(path, "messages", CNAM, {"text": "Quel site à Châlons ?"})
    answer = {"text": "Le bâtiment de la gare", "reply_to": first["id"]}
    await bench.done(path, "messages", MINISTRY, answer)
    page = await bench.desk.ask("GET", f"{path}/messages", CNAM)
    messages = ExchangeMessagePage.model_validate_json(page.content, strict=True).items

    assert [(one.text, one.kind, one.reply_to and str(one.reply_to)) for one in messages] == [
        ("Quel site à Châlons ?", "cnam_national", None),
        ("Le bâtiment de la gare", "ministry", first["id"]),
    ]


async def test_an_answer_is_to_a_message_about_the_same_bid(bench: Bench) -> None:
    path, other = await bench.a_bid(), await bench.a_bid()
    elsewhere = await bench.done(other, "messages", CNAM, {"text": "Ailleurs"})
    for strange in (elsewhere["id"], NOBODY):
        refused = await bench.act(path, "messages", CNAM, {"text": "Ici", "reply_to": strange})
        assert fault(refused) == (422, "unknown-message")


async def test_the_exchange_is_the_parties_alone(bench: Bench) -> None:
    path = await bench.a_bid()
    await bench.done(path, "messages", CNAM, {"text": "Entre nous"})
    told = await bench.desk.heard(CNAM, f"exchanges/{key_of(path)}", count=1)
    answers = {
        name: await bench.desk.ask("GET", f"{path}/messages", who) for name, who in EVERYONE.items()
    }
    draft = await bench.a_bid(status="draft")

    assert [event["type"] for event in told] == [MessageSent.name]
    assert "Entre nous" not in str(told)
    assert {name for name, answer in answers.items() if answer.is_success} == PARTIES
    assert fault(answers["carrier"]) == (404, "application-not-found")
    for who in (CNAM, MINISTRY):
        sent = await bench.act(draft, "messages", who, {"text": "Brouillon"})
        assert fault(sent) == (404, "application-not-found")


async def test_a_plan_is_written_changed_and_read_by_the_parties(bench: Bench) -> None:
    path = await bench.a_bid()
    written = await bench.done(path, "support-plan", CNAM, PLAN)
    again = await bench.act(path, "support-plan", MINISTRY, PLAN)
    items = [PLAN["items"][0] | {"done_on": "2026-11-01"}]
    changed = await change(bench, path, {"items": items})
    answer = await bench.desk.ask("GET", f"{path}/support-plan", MINISTRY)
    plan = SupportPlan.model_validate_json(answer.content, strict=True)
    stale = await change(bench, path, {"owner": "Ville"})

    (kept,) = await bench.run("SELECT written_by FROM towns.support_plan")

    assert kept["written_by"] == CNAM.organisation
    assert (written["version"], changed.json()["version"]) == (1, 2)
    assert fault(again) == (409, "support-plan-exists")
    assert (plan.owner, plan.target_wave, plan.target_call_id) == ("Cnam Grand Est", 3, None)
    assert str(plan.items[0].done_on) == "2026-11-01"
    assert answer.headers["etag"] == '"2"'
    assert fault(stale) == (412, "precondition-failed")
    told = await bench.desk.heard(CNAM, f"support-plans/{key_of(path)}", count=2)
    assert [event["type"] for event in told] == [SupportPlanWritten.name, SupportPlanChanged.name]
    assert await bench.desk.told(CARRIER, f"support-plans/{key_of(path)}") == []


async def change(bench: Bench, path: str, body: dict[str, Any]) -> Any:
    """Change the first version of a plan."""
    headers = {"If-Match": '"1"'}
    return await bench.desk.ask(
        "PATCH", f"{path}/support-plan", MINISTRY, headers=headers, json=body
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target_wave": None}, "no-target"),
        ({"target_call_id": NOBODY}, "unknown-call"),
        ({"items": []}, "invalid-value"),
    ],
    ids=["no target", "unknown call", "nothing missing"],
)
async def test_a_plan_says_what_is_missing_and_where_it_leads(
    bench: Bench, changes: dict[str, Any], code: str
) -> None:
    path = await bench.a_bid()
    assert fault(await bench.act(path, "support-plan", CNAM, PLAN | changes)) == (422, code)
    missing = await bench.desk.ask("GET", f"{path}/support-plan", CNAM)
    assert fault(missing) == (404, "support-plan-not-found")
    assert fault(await change(bench, path, {"owner": "x"})) == (404, "support-plan-not-found")


async def test_a_plan_is_changed_after_the_bid_is_accompanied_and_not_after_it_is_refused(
    bench: Bench,
) -> None:
    path, other = await judged(bench), await judged(bench, of=("acv-002", "34003"))
    for bid in (path, other):
        await bench.done(bid, "support-plan", CNAM, PLAN)
    await decided(bench, path, outcome="accompanied")
    await decided(bench, other, outcome="refused")

    assert (await change(bench, path, {"owner": "Ville"})).status_code == 200
    assert fault(await change(bench, other, {"owner": "x"})) == (409, "support-plan-closed")


async def test_the_carrier_reads_its_plan_once_it_may_know_that_it_is_accompanied(
    bench: Bench,
) -> None:
    path = await judged(bench)
    await bench.done(path, "support-plan", CNAM, PLAN)

    async def readers() -> set[str]:
        answers = {
            name: await bench.desk.ask("GET", f"{path}/support-plan", who)
            for name, who in EVERYONE.items()
        }
        return {name for name, answer in answers.items() if answer.is_success}

    states = [await readers()]
    decision = await decided(bench, path, outcome="accompanied", embargo_until=in_an_hour())
    states.append(await readers())
    await bench.done(decision, "notification", CNAM, {})
    states.append(await readers())
    await lift(bench, decision)
    states.append(await readers())

    assert states == [PARTIES, PARTIES, PARTIES | {"carrier"}, PARTIES | {"carrier"}]


async def test_a_plan_tells_which_bids_carry_it_on_once_they_are_submitted(bench: Bench) -> None:
    path = await judged(bench)
    await bench.done(path, "support-plan", CNAM, PLAN)
    next_bids = [await bench.a_bid(status=status) for status in ("draft", "submitted")]
    await bench.run(
        "UPDATE towns.application SET carried_from = $1::text::uuid WHERE id::text = ANY ($2)",
        key_of(path),
        [key_of(one) for one in next_bids],
    )

    plan = await bench.shown(f"{path}/support-plan", MINISTRY)
    assert plan["carried_to"] == [key_of(next_bids[1])]


async def test_what_parties_give_up_and_revoke_is_told(bench: Bench) -> None:
    path = await judged(bench)
    await bench.done(await proposed(bench, path), "abandonment", CNAM, MOTIVE)
    decision = await decided(bench, path)
    await revoked(bench, decision)
    between = await bench.desk.heard(CNAM, f"exchanges/{key_of(path)}", count=4)
    told = await bench.desk.heard(VDF, f"decisions/{key_of(decision)}", count=2)

    assert between[1]["type"] == DecisionAbandoned.name
    assert told[-1]["type"] == DecisionRevoked.name
    assert (
        told[0]["data"]["ruleset_sha256"] == (await bench.shown(decision, None))["ruleset_sha256"]
    )


async def test_a_decision_on_a_bid_that_was_withdrawn_under_embargo_can_be_revoked(
    bench: Bench,
) -> None:
    path = await judged(bench)
    decision = await decided(bench, path, embargo_until=in_an_hour())
    lead = caller("commune", "applications:read", "applications:write", town=HERE[1])
    await bench.done(path, "withdrawal", lead, MOTIVE)
    await revoked(bench, decision)

    assert (await bench.shown(decision, CNAM))["status"] == "revoked"
    assert (await bench.shown(f"{path}/panel", CNAM))["status"] == "withdrawn"
