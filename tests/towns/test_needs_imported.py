"""Files of needs: checked row by row, within the perimeter of whoever hands them in."""

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from chassis.identity import Principal
from chassis.imports.contract import ImportJob
from tests.callers import caller
from tests.towns.asking import Towns, fault
from tests.towns.needing import (
    BODY,
    CNAM,
    COVERED,
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    MOTIVE,
    OTHER_TOWN,
    THERE,
)

ROW: dict[str, Any] = {
    "external_namespace": "sirh-ville",
    "external_id": "b-1",
    **BODY,
    "rome_codes": "|".join(BODY["rome_codes"]),
    "skills": "|".join(BODY["skills"]),
}
COLLEAGUE = caller("commune", "needs:write", town=HERE)


def table(*rows: Mapping[str, Any]) -> str:
    """A CSV of needs; what a row leaves out is blank."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROW), lineterminator="\n")
    writer.writeheader()
    writer.writerows([ROW | dict(row) for row in rows])
    return text.getvalue()


async def ended(
    desk: Towns, file: str, who: Principal = ITS_TOWN, *, query: str = "", kind: str = "text/csv"
) -> dict[str, Any]:
    """Hand a file in and wait for the end of its job."""
    sent: dict[str, Any] = {"content": file.encode(), "headers": {"content-type": kind}}
    answer = await desk.ask("POST", "/v1/needs/imports", who, params=query, **sent)
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(20):
        while True:
            job = await desk.ask("GET", answer.headers["location"], who)
            if job.json()["finished_at"]:
                ImportJob.model_validate_json(job.content)
                return dict(job.json())
            await asyncio.sleep(0.05)


async def findings(
    desk: Towns, job: dict[str, Any], who: Principal = ITS_TOWN
) -> list[tuple[int, str | None, str]]:
    """The report as (row, column, code)."""
    body = (await desk.ask("GET", job["links"]["report"], who)).json()
    return [(item["row"], item["column"], item["code"]) for item in body["items"]]


async def needs(desk: Towns) -> list[dict[str, Any]]:
    """Every need."""
    return list((await desk.ask("GET", "/v1/needs", None)).json()["items"])


async def test_a_file_declares_needs_and_tells_of_each(desk: Towns) -> None:
    job = await ended(desk, table({}, {"external_id": "b-2", "volume_count": 3}))
    found = {need["external_id"]["id"]: need for need in await needs(desk)}
    told = await desk.heard(None, "needs/", count=2)

    assert (job["status"], job["outcome"]["inserted"]) == ("succeeded", 2)
    assert BODY.items() <= found["b-1"].items()
    assert (found["b-2"]["volume_count"], found["b-2"]["author"]) == (3, "commune")
    assert {UUID(need["id"]).version for need in found.values()} == {7}
    assert {event["type"] for event in told} == {"fr.acdt.towns.need.declared.v1"}


async def test_the_same_file_again_changes_nothing_and_a_blank_changes_nothing(
    desk: Towns,
) -> None:
    await ended(desk, table({}))
    (before,) = await needs(desk)
    job = await ended(desk, table({"level": "", "evidence_title": ""}))
    (after,) = await needs(desk)

    assert (job["outcome"]["unchanged"], job["outcome"]["updated"]) == (1, 0)
    assert after == before


async def test_a_row_that_differs_changes_its_need_and_it_waits_to_be_qualified_again(
    desk: Towns,
) -> None:
    await ended(desk, table({}))
    (before,) = await needs(desk)
    await desk.ask("POST", f"{before['links']['self']}/qualification", CNAM, json=MOTIVE)
    job = await ended(desk, table({"volume_count": 99, "level": "#VIDE"}))
    (after,) = await needs(desk)
    told = await desk.heard(None, "needs/", count=3)

    assert job["outcome"]["updated"] == 1
    assert (after["id"], after["version"], after["status"]) == (before["id"], 3, "declared")
    assert (after["volume_count"], after["level"], after["qualification"]) == (99, None, None)
    assert told[-1]["type"] == "fr.acdt.towns.need.changed.v1"


async def test_a_row_outside_the_perimeter_is_a_finding_and_never_imported(desk: Towns) -> None:
    rows = table({}, {"external_id": "b-2", "acv_id": THERE})
    whole = await ended(desk, rows)
    assert whole["status"] == "rejected"
    assert await needs(desk) == []
    partial = await ended(desk, rows, query="mode=partial")

    assert (3, "acv_id", "outside-perimeter") in await findings(desk, partial)
    assert [need["acv_id"] for need in await needs(desk)] == [HERE]
    rejected = await desk.ask("GET", partial["links"]["rejections"], ITS_TOWN)
    assert "outside-perimeter" in rejected.text
    assert THERE in rejected.text


@pytest.mark.parametrize(
    "who",
    [
        caller("epci", "needs:write", epci=ITS_EPCI),
        caller("department_prefecture", "needs:write", department="51"),
        caller("region_prefecture", "needs:write", region="44"),
        caller("acv_directorate", "needs:write"),
    ],
    ids=lambda who: who.kind,
)
async def test_each_perimeter_imports_what_it_may_declare(desk: Towns, who: Principal) -> None:
    epci = {"external_id": "b-2", "acv_id": "", "epci_siren": ITS_EPCI}
    job = await ended(desk, table_with_epci({}, epci), who)
    assert job["status"] == "succeeded", await findings(desk, job, who)
    town = await ended(desk, table_with_epci(epci | {"external_id": "b-3"}), OTHER_TOWN)
    assert (2, "acv_id", "outside-perimeter") in await findings(desk, town, OTHER_TOWN)


def table_with_epci(*rows: Mapping[str, Any]) -> str:
    """A CSV that has the column of EPCIs too."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*ROW, "epci_siren"], lineterminator="\n")
    writer.writeheader()
    writer.writerows([ROW | dict(row) for row in rows])
    return text.getvalue()


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"acv_id": "acv-999"}, "acv_id", "unknown-town"),
        ({"acv_id": ""}, "acv_id", "one-territory"),
        ({"acv_id": "", "epci_siren": "356000000"}, "epci_siren", "unknown-epci"),
        ({"rome_codes": "", "skills": ""}, "rome_codes", "nothing-needed"),
        ({"rome_codes": "soudeur"}, "rome_codes", "string-pattern-mismatch"),
        ({"horizon_until": "2100-08-31"}, "horizon_until", "period-reversed"),
        ({"evidence_url": ""}, "evidence_url", "evidence-missing"),
        ({"expires_on": "2026-01-01"}, "expires_on", "expiry-passed"),
        ({"volume_count": "0"}, "volume_count", "greater-than-equal"),
        ({"strength": "certain"}, "strength", "literal-error"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value),
)
async def test_a_row_meets_the_rules_of_a_need(
    desk: Towns, change: dict[str, Any], column: str, code: str
) -> None:
    job = await ended(desk, table_with_epci(change))
    assert job["status"] == "rejected"
    assert (2, column, code) in await findings(desk, job)
    assert await needs(desk) == []


async def test_a_need_that_is_covered_or_would_move_is_a_finding(desk: Towns) -> None:
    directorate = caller("acv_directorate", "needs:write", "needs:qualify")
    await ended(desk, table({}, {"external_id": "b-2"}), directorate)
    first = next(n for n in await needs(desk) if n["external_id"]["id"] == "b-1")
    path = first["links"]["self"]
    await desk.ask("POST", f"{path}/qualification", directorate, json=MOTIVE)
    await desk.ask("POST", f"{path}/coverage", directorate, json=COVERED)
    job = await ended(
        desk, table({"volume_count": 3}, {"external_id": "b-2", "acv_id": THERE}), directorate
    )

    assert await findings(desk, job, directorate) == [
        (2, "external_id", "illegal-transition"),
        (3, "acv_id", "need-cannot-move"),
    ]


async def test_a_dry_run_says_what_would_change_and_tells_nothing(desk: Towns) -> None:
    job = await ended(desk, table({}), query="dry_run=true")
    (change,) = job["outcome"]["sample"]

    assert (change["change"], change["key"]) == ("inserted", "sirh-ville/b-1")
    assert change["columns"]["volume_count"] == [None, 25]
    assert await needs(desk) == await desk.told(None, "needs/") == []


async def test_lines_of_json_are_read_like_a_table(desk: Towns) -> None:
    job = await ended(desk, json.dumps(ROW), kind="application/x-ndjson")
    assert job["outcome"]["inserted"] == 1


async def test_a_job_is_shown_to_the_organisation_that_handed_it_in(desk: Towns) -> None:
    job = await ended(desk, table({"acv_id": THERE}))
    for name in ("self", "report", "rejections"):
        path = job["links"][name]
        assert (await desk.ask("GET", path, COLLEAGUE)).status_code == 200
        assert fault(await desk.ask("GET", path, OTHER_TOWN)) == (404, "import-not-found")
    unknown = "/v1/needs/imports/0198c0de-0000-7000-8000-00000000beef"
    assert fault(await desk.ask("GET", unknown, ITS_TOWN)) == (404, "import-not-found")
    reports = [
        "/v1/needs/imports/0198c0de-0000-7000-8000-00000000beef/report",
        "/v1/needs/imports/0198c0de-0000-7000-8000-00000000beef/rejections",
    ]
    for path in reports:
        assert fault(await desk.ask("GET", path, ITS_TOWN)) == (404, "import-not-found")


async def test_another_organisation_may_use_the_same_ids(desk: Towns) -> None:
    await ended(desk, table({}))
    job = await ended(desk, table({"acv_id": THERE}), OTHER_TOWN)
    assert job["outcome"]["inserted"] == 1
    assert len(await needs(desk)) == 2


async def test_imports_are_handed_in_and_never_listed(desk: Towns) -> None:
    for method in ("GET", "HEAD", "PATCH"):
        answer = await desk.ask(method, "/v1/needs/imports", ITS_TOWN)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
