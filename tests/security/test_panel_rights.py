"""Who may work on a bid and decide on it: every operation, without token, scope, or perimeter."""

from typing import Any

import pytest

from chassis.identity import Principal
from tests.callers import caller
from tests.towns.asking import fault
from tests.towns.deciding import CORRECTION, MOTIVE, PLAN, SELECTED, judged, proposed
from tests.towns.panelling import (
    CARRIER,
    CNAM,
    EVERYONE,
    FAVOURABLE,
    INTEREST,
    OUTSIDER,
    VDF,
    Bench,
    a_sheet,
    key_of,
)

POOR = caller("cnam_national", "applications:write", name="poor")
READS, ASSESSES = "applications:read", "applications:assess"
EXAMINES, DECIDES = "applications:examine", "applications:decide"
NOTHING = "0198c0de-0000-7000-8000-00000000beef"
PANEL = {"cnam", "directorate", "ministry", "villes de france", "bdt"}


def operations(bid: str, decision: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return every operation that needs a right: method, path, scope, body."""
    of_bid = f"/v1/applications/{bid}"
    acts: list[tuple[str, str, dict[str, Any]]] = [
        (f"/v1/applications/{bid}/conflicts", ASSESSES, INTEREST),
        (f"/v1/applications/{bid}/scores", ASSESSES, a_sheet()),
        (f"/v1/applications/{bid}/opinions", ASSESSES, FAVOURABLE),
        (f"/v1/applications/{bid}/messages", EXAMINES, {"text": "Un mot"}),
        (f"/v1/applications/{bid}/support-plan", EXAMINES, PLAN),
        (f"/v1/applications/{bid}/decision", DECIDES, SELECTED),
        (f"/v1/decisions/{decision}/confirmation", DECIDES, {}),
        (f"/v1/decisions/{decision}/abandonment", DECIDES, MOTIVE),
        (f"/v1/decisions/{decision}/corrections", DECIDES, CORRECTION),
        (f"/v1/decisions/{decision}/notification", DECIDES, {}),
        (f"/v1/decisions/{decision}/revocation", DECIDES, MOTIVE),
        (f"/v1/decisions/{decision}/revocation-confirmation", DECIDES, {}),
        (f"/v1/decisions/{decision}/revocation-abandonment", DECIDES, {}),
    ]
    return [
        ("GET", f"/v1/applications/{bid}/panel", READS, {}),
        *(("GET", f"{of_bid}/{noun}", READS, {}) for noun in ("scores", "opinions")),
        ("GET", f"{of_bid}/messages", EXAMINES, {}),
        ("GET", f"{of_bid}/support-plan", READS, {}),
        ("PATCH", f"{of_bid}/support-plan", EXAMINES, {"owner": "Cnam"}),
        *(("POST", path, scope, body) for path, scope, body in acts),
    ]


async def asked(bench: Bench, operation: Any, who: Principal | None) -> Any:
    """Ask for an operation as somebody."""
    method, path, _, body = operation
    headers = {"If-Match": '"1"'} if method == "PATCH" else {}
    sent = {} if method == "GET" else {"json": body}
    return await bench.desk.ask(method, path, who, headers=headers, **sent)


async def test_every_operation_names_the_scope_that_a_token_lacks(bench: Bench) -> None:
    bid = await judged(bench)
    decision = await proposed(bench, bid)
    for operation in operations(key_of(bid), key_of(decision)):
        stranger = await asked(bench, operation, None)
        poor = await asked(bench, operation, POOR)
        assert (stranger.status_code, poor.status_code) == (401, 403), operation
        assert poor.json()["missing_scope"] == operation[2], operation


@pytest.mark.parametrize(
    ("who", "status", "out"),
    [
        (CARRIER, "draft", {"conflicts", "scores", "opinions", "support-plan", "messages"}),
        (CARRIER, "examined", {"conflicts", "scores", "opinions", "support-plan", "messages"}),
        (OUTSIDER, "examined", set[str]()),
        (VDF, "draft", set[str]()),
    ],
    ids=["carrier, draft", "carrier", "outsider", "body, draft"],
)
async def test_what_may_not_be_known_is_as_if_it_did_not_exist(
    bench: Bench, who: Principal, status: str, out: set[str]
) -> None:
    """Acts on a bid that one may know of are outside the perimeter, all else is not there."""
    bid = await bench.a_bid(status=status)
    decision = await proposed(bench, await judged(bench))
    there, absent = (operations(key_of(bid), key_of(decision)), operations(NOTHING, NOTHING))
    for operation, nothing in zip(there, absent, strict=True):
        if operation[2] not in who.scopes:
            continue
        real, none = await asked(bench, operation, who), await asked(bench, nothing, who)
        noun = key_of(operation[1])
        known = operation[0] != "GET" and noun in out | ({"decision"} if out else set())
        expected = (403, "outside-perimeter") if known else fault(none)
        assert (fault(real), none.status_code) == (expected, 404), operation


async def test_the_panel_of_a_bid_is_read_by_the_parties_and_its_bodies(bench: Bench) -> None:
    bid = await judged(bench)
    draft = await bench.a_bid(status="draft")
    for noun in ("panel", "scores", "opinions"):
        for path, known in ((bid, PANEL), (draft, set[str]())):
            answers = {
                name: await bench.desk.ask("GET", f"{path}/{noun}", who)
                for name, who in EVERYONE.items()
            }
            assert {name for name, answer in answers.items() if answer.is_success} == known


async def test_a_body_of_another_call_reads_and_says_nothing(bench: Bench) -> None:
    call = await bench.call()
    bid = await bench.bid(call)
    await bench.run("DELETE FROM towns.call_body WHERE call_id = $1 AND body LIKE 'villes%'", call)
    for noun, body in (("scores", a_sheet()), ("opinions", FAVOURABLE), ("conflicts", INTEREST)):
        hidden = await bench.act(bid, noun, VDF, body)
        assert fault(hidden) == (404, "application-not-found")
    assert (await bench.desk.ask("GET", f"{bid}/panel", VDF)).status_code == 404
    assert (await bench.desk.ask("GET", f"{bid}/panel", CNAM)).status_code == 200
