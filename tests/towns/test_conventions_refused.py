"""What is refused about conventions: each by its name, all that is missing at once."""

from typing import Any

import pytest

from tests.towns.asking import Towns, fault
from tests.towns.conventions import (
    ACTS,
    HERE,
    ITS_TOWN,
    NOWHERE,
    a_sheet,
    a_text,
    act,
    brought,
    drafted,
    signed,
)


async def test_a_signature_names_those_who_did_not_deliberate(desk: Towns) -> None:
    path = await drafted(desk)
    await brought(desk, path, "observation")
    refused = await act(desk, path, "deliberation", {"acts": []})
    stranger = [{**ACTS["acts"][0], "organisation": "Une autre"}]
    unknown = await act(desk, path, "deliberation", {"acts": stranger})
    await brought(desk, path, "deliberation")
    early = await act(desk, path, "signature", {"signed_on": "2023-11-19"})

    assert fault(refused) == (409, "deliberations-missing")
    assert refused.json()["missing"] == ["Commune de Châlons-en-Champagne"]
    assert fault(unknown) == (422, "unknown-signatory")
    assert fault(early) == (409, "deliberations-missing")


async def test_every_guard_that_is_not_met_is_named_until_somebody_answers_for_it(
    desk: Towns,
) -> None:
    path = await drafted(desk, stage="deployment", confirmed_on=None, ort=None)
    await brought(desk, path, "observation", "deliberation")
    late = {"signed_on": "2024-02-01"}
    refused = await act(desk, path, "signature", late)
    guards = refused.json()["guards"]
    for guard in guards:
        await brought(desk, path, "waivers", waivers={"guard": guard, "reason": "Accord"})
    waived = (await desk.ask("GET", f"{path}/draft", ITS_TOWN)).json()["waivers"]

    assert fault(refused) == (409, "guards-not-met")
    assert guards == [
        "deployment-without-project",
        "confirmation-late",
        "new-convention-late",
        "ort-after-end",
    ]
    assert [one["code"] for one in refused.json()["errors"]] == guards
    assert {(one["guard"], one["reason"], one["author"]) for one in waived} == {
        (guard, "Accord", "acv_directorate") for guard in guards
    }
    assert (await act(desk, path, "signature", late)).status_code == 201


@pytest.mark.parametrize(
    ("phase", "day", "code"),
    [
        ("acv2", "2123-12-15", "days-out-of-order"),
        ("acv2", "2023-10-09", "days-out-of-order"),
        ("acv1", "2023-12-15", "another-convention-signed"),
    ],
)
async def test_a_signature_that_cannot_be_is_refused(
    desk: Towns, phase: str, day: str, code: str
) -> None:
    path = await drafted(desk, phase)
    await brought(desk, path, "observation", "deliberation")

    refused = await act(desk, path, "signature", {"signed_on": day})
    assert refused.json()["code"] == code


async def test_an_extension_that_extends_nothing_is_refused(desk: Towns) -> None:
    path = await signed(desk)
    await brought(
        desk, path, *("amendments", "observation", "deliberation"),
        amendments={"purpose": "extension"},
    )  # fmt: skip
    refused = await act(desk, path, "signature", {"signed_on": "2024-06-30"})

    assert fault(refused) == (409, "end-not-moved")


async def test_what_the_state_does_not_allow_is_refused_by_name(desk: Towns) -> None:
    path = await drafted(desk)
    early = await act(desk, path, "signature")
    unsigned = await act(desk, path, "amendments")
    await brought(desk, path, "observation", "deliberation")
    settled = await desk.ask(
        "PATCH", f"{path}/draft", ITS_TOWN, headers={"If-Match": '"3"'}, json={"ends_on": None}
    )
    await brought(desk, path, "signature")
    over = await act(desk, path, "observation")
    await brought(desk, path, "amendments")
    twice = await act(desk, path, "amendments")

    # the prefecture of the department records signatures, it may know of any draft of its place
    assert fault(early) == (409, "illegal-transition")
    assert fault(unsigned) == (409, "convention-not-signed")
    assert fault(settled) == (409, "text-is-settled")
    assert fault(over) == (409, "nothing-in-preparation")
    assert fault(twice) == (409, "already-in-preparation")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"action_sheets": [a_sheet("1"), a_sheet("1")]}, "/content/action_sheets/0/number"),
        (
            {"action_sheets": [a_sheet("1", starts_on="2024-01-02", ends_on="2024-01-01")]},
            "/content/action_sheets/0/ends_on",
        ),
        (
            {"action_sheets": [a_sheet("1", budget_including_tax_eur="1.00")]},
            "/content/action_sheets/0/budget_including_tax_eur",
        ),
    ],
)
async def test_a_text_that_contradicts_itself_is_refused(
    desk: Towns, change: dict[str, Any], pointer: str
) -> None:
    body = {"acv_id": HERE, "phase": "acv2", "content": a_text(**change)}
    refused = await desk.ask("POST", "/v1/conventions", ITS_TOWN, json=body)

    assert fault(refused) == (422, "content-inconsistent")
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_town_that_is_none_has_no_convention(desk: Towns) -> None:
    body = {"acv_id": "acv-999", "phase": "acv2", "content": a_text()}
    refused = await desk.ask("POST", "/v1/conventions", ITS_TOWN, json=body)
    assert fault(refused) == (422, "unknown-town")
    assert fault(await desk.ask("GET", NOWHERE, ITS_TOWN)) == (404, "convention-not-found")


async def test_a_change_of_another_version_is_refused(desk: Towns) -> None:
    path = await drafted(desk)
    stale = {"If-Match": '"7"'}
    late = await desk.ask("PATCH", f"{path}/draft", ITS_TOWN, headers=stale, json={})
    assert fault(late) == (412, "precondition-failed")
