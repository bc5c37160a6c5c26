"""Conventions: drafted by a town, observed, deliberated, signed, amended, read on any day."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.towns.conventions.contract import (
    CnamActionIn,
    ConventionDiff,
    ConventionDraft,
    ConventionPage,
    ConventionReading,
    WrittenConvention,
)
from tests.towns.asking import Towns, fault
from tests.towns.conventions import (
    ACTS,
    DIRECTORATE,
    HERE,
    ITS_TOWN,
    OTHER_TOWN,
    SIGNED,
    TO_SIGNATURE,
    a_sheet,
    act,
    amended,
    brought,
    drafted,
    signed,
)


async def test_a_convention_goes_from_its_draft_to_its_signature(desk: Towns) -> None:
    path = await drafted(desk)
    draft = await desk.ask("GET", f"{path}/draft", ITS_TOWN)
    steps = [await act(desk, path, noun) for noun in TO_SIGNATURE]
    shown = await desk.ask("GET", path, None)

    assert draft.status_code == 200, draft.text
    ConventionDraft.model_validate_json(draft.content)
    written = [WrittenConvention.model_validate_json(one.content, strict=True) for one in steps]
    assert [one.status for one in written] == ["observed", "deliberated", "signed"]
    assert [one.headers["etag"] for one in steps] == ['"2"', '"3"', '"4"']
    reading = ConventionReading.model_validate_json(shown.content)
    assert (reading.status, reading.number, reading.acv_id) == ("signed", 1, HERE)
    assert reading.content is not None
    party = reading.content.parties[0]
    assert (party.act_reference, str(party.act_decided_on)) == ("D 12", "2023-11-20")
    assert (await desk.ask("GET", f"{path}/draft", ITS_TOWN)).status_code == 404
    told = await desk.heard(None, path.removeprefix("/v1/"), count=1)
    assert [event["type"] for event in told] == ["fr.acdt.towns.convention.signed.v1"]


async def test_the_feed_tells_its_town_every_step(desk: Towns) -> None:
    path = await drafted(desk)
    await desk.ask("PATCH", f"{path}/draft", ITS_TOWN, headers={"If-Match": '"1"'}, json={})
    await brought(desk, path, "observation", "waivers", "deliberation", "abandonment")
    told = await desk.heard(ITS_TOWN, path.removeprefix("/v1/"), count=6)

    assert [event["type"] for event in told] == [
        "fr.acdt.towns.convention.drafted.v1",
        "fr.acdt.towns.convention.draft-changed.v1",
        "fr.acdt.towns.convention.observed.v1",
        "fr.acdt.towns.convention.guard-waived.v1",
        "fr.acdt.towns.convention.deliberated.v1",
        "fr.acdt.towns.convention.abandoned.v1",
    ]
    assert (told[3]["data"]["guard"], told[5]["data"]["why"]) == ("new-convention-late", "given-up")
    assert (await desk.ask("GET", path, ITS_TOWN)).json()["status"] == "abandoned"


async def test_the_text_in_effect_is_that_of_the_last_version_of_the_day(desk: Towns) -> None:
    path = await signed(desk)
    await amended(
        desk, path, signed_on="2024-06-30", action_sheets=[a_sheet("A5-1"), a_sheet("A5-2")]
    )
    found = {}
    for day in ("2023-12-14", "2023-12-15", "2024-06-29", "2024-06-30"):
        shown = (await desk.ask("GET", f"{path}?as_of={day}", None)).json()
        found[day] = (shown["status"], shown["number"], len((shown["content"] or {}).get(
            "action_sheets", [])))  # fmt: skip

    assert found == {
        "2023-12-14": ("signed", None, 0),
        "2023-12-15": ("signed", 1, 1),
        "2024-06-29": ("signed", 1, 1),
        "2024-06-30": ("amended", 2, 2),
    }


async def test_an_amendment_that_moves_the_end_prolongs_until_it_expires(desk: Towns) -> None:
    path = await signed(desk, ends_on="2025-12-31")
    await amended(desk, path, signed_on="2024-06-30", purpose="extension", ends_on="2026-01-31")
    days = ("2024-01-01", "2024-07-01", "2026-02-01")
    found = [(await desk.ask("GET", f"{path}?as_of={day}", None)).json() for day in days]

    assert [one["status"] for one in found] == ["signed", "prolonged", "expired"]
    assert [one["ends_on"] for one in found] == ["2025-12-31", "2026-01-31", "2026-01-31"]
    assert (await desk.ask("GET", path, None)).json()["status"] == "expired"


async def test_the_differences_of_two_versions_are_named_place_by_place(desk: Towns) -> None:
    path = await signed(desk)
    sheet = a_sheet("A5-1", maturity="to-detail", budget_including_tax_eur="130000.00")
    await amended(desk, path, signed_on="2024-06-30", action_sheets=[a_sheet("A1-1"), sheet])
    shown = await desk.ask("GET", f"{path}/diff?from=1&to=2", None)
    last = await desk.ask("GET", f"{path}/diff", None)

    diff = ConventionDiff.model_validate_json(shown.content, strict=True)
    assert [(one.pointer, one.before, one.after) for one in diff.changes[1:]] == [
        ("/action_sheets/1/budget_including_tax_eur", "120000.00", "130000.00"),
        ("/action_sheets/1/maturity", "mature", "to-detail"),
    ]
    assert (diff.changes[0].pointer, diff.changes[0].before) == ("/action_sheets/0", None)
    assert last.json() == shown.json()
    nothing = await desk.ask("GET", f"{path}/diff?to=3", None)
    assert fault(nothing) == (404, "convention-version-not-found")
    assert fault(await desk.ask("GET", f"{path}/diff?from=2&to=1", None)) == (422, "invalid-value")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"acv_id={HERE}&status=signed&phase=acv2", 1),
        (f"acv_id={HERE}&status=draft", 1),
        ("acv_id=acv-002&phase=acv2", 0),
        ("department=51&region=44&epci=200066876&phase=acv2", 2),
        (f"acv_id={HERE}&signed_on_gte=2023-12-15&signed_on_lte=2023-12-15", 1),
        (f"acv_id={HERE}&ends_on_gte=2028-12-31&ends_on_lte=2028-12-31", 1),
        (f"acv_id={HERE}&phase=acv2&updated_since=2026-01-31T08:00:00Z", 2),
        (f"acv_id={HERE}&phase=acv2&sort=-updated_at", 2),
    ],
)
async def test_conventions_are_filtered(desk: Towns, query: str, found: int) -> None:
    await signed(desk)
    await drafted(desk)
    page = await desk.ask("GET", f"/v1/conventions?{query}&include_total=true", ITS_TOWN)

    assert page.json()["total"] == found == len(page.json()["items"])
    ConventionPage.model_validate_json(page.content, strict=True)


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx", "geojson"])
async def test_conventions_are_had_in_every_format(desk: Towns, form: str) -> None:
    path = await signed(desk)
    answer = await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&format={form}", None)

    assert answer.status_code == 200
    assert form == "xlsx" or path.rsplit("/", 1)[1] in answer.text


async def test_of_two_signatures_at_once_one_is_too_late(desk: Towns) -> None:
    paths = [await drafted(desk) for _ in range(2)]
    for path in paths:
        await brought(desk, path, "observation", "deliberation")
    answers = await asyncio.gather(*[act(desk, path, "signature") for path in paths])

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {fault(answer) for answer in answers if answer.status_code == 409} == {
        (409, "another-convention-signed")
    }


async def test_of_two_amendments_begun_at_once_one_is_too_late(desk: Towns) -> None:
    path = await signed(desk)
    answers = await asyncio.gather(*[act(desk, path, "amendments") for _ in range(4)])

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_the_database_refuses_to_change_what_was_signed(desk: Towns, fresh_url: str) -> None:
    await signed(desk)
    connection = await asyncpg.connect(fresh_url)
    try:
        for change in (
            "UPDATE towns.convention_version SET ends_on = NULL WHERE content IS NOT NULL",
            "DELETE FROM towns.convention_version WHERE content IS NOT NULL",
        ):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(change)
        assert await connection.fetchval("SELECT count(*) FROM towns.convention_waiver") == 0
        many = "SELECT count(*) FROM towns.convention WHERE source IS NULL"
        assert await connection.fetchval(many) == 1
    finally:
        await connection.close()


async def test_what_is_offered_is_what_the_acts_answer(desk: Towns) -> None:
    path = await drafted(desk)
    for noun in ("observation", "deliberation", "signature", "amendments", "abandonment"):
        for who in (ITS_TOWN, DIRECTORATE, OTHER_TOWN):
            shown = await desk.ask("GET", path, who)
            offers = shown.json().get("allowed_actions", [])
            for offer in [one for one in offers if one["reason"] is not None]:
                body = _BODIES[offer["action"]]
                method = "PATCH" if offer["action"] == "change_convention_draft" else "POST"
                tag = {"If-Match": "*"}
                answer = await desk.ask(method, offer["href"], who, json=body, headers=tag)
                assert answer.json()["code"] == offer["reason"], offer
        await brought(desk, path, noun)


_BODIES: dict[str, dict[str, Any]] = {
    "change_convention_draft": {},
    "observe_convention": {"observed_on": "2023-10-10", "observation": "x", "validated": True},
    "deliberate_convention": ACTS,
    "sign_convention": SIGNED,
    "abandon_convention": {"reason": "given-up"},
    "waive_convention_guard": {"guard": "ort-after-end", "reason": "Accord"},
    "amend_convention": {"purpose": "other"},
    "write_cnam_action": CnamActionIn.model_json_schema()["examples"][0],
}
