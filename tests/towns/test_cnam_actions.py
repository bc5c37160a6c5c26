"""Writing the action of a Cnam site into the convention of its town."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.conventions.contract import ConventionReading, WrittenCnamAction
from services.towns.conventions.errors import CnamActionNotReady
from services.towns.conventions.writing_rules import Bid, Sheet, check_writing
from tests.towns.asking import Towns, fault
from tests.towns.conventions import (
    HERE,
    ITS_EPCI,
    ITS_TOWN,
    OTHER_TOWN,
    REGION,
    a_sheet,
    a_text,
    amended,
    brought,
    drafted,
    signed,
)
from tests.towns.siting import CNAM, announced, did, on

SHEET = "A5-1"
NOWHERE = "0198c0de-0000-7000-8000-00000000beef"


async def known_site(desk: Towns, query: str = f"acv_id={HERE}") -> str:
    """Return the id of a site that public sources tell of."""
    (site,) = (await desk.ask("GET", f"/v1/sites?{query}", None)).json()["items"]
    return str(site["id"])


async def write(desk: Towns, path: str, site: str, who: Any = ITS_TOWN, **more: Any) -> Any:
    """Ask that the action of a site be written into a convention."""
    body = {"site_id": site, "action_number": SHEET} | more
    key = path.rsplit("/", 1)[1]
    return await desk.ask("POST", f"/v1/conventions/{key}/cnam-actions", who, json=body)


async def test_the_action_is_read_from_its_day_on_and_the_site_tells_where(desk: Towns) -> None:
    path, site = await signed(desk), await known_site(desk)
    answer = await write(desk, path, site, effective_on="2024-02-01")
    written = WrittenCnamAction.model_validate_json(answer.content, strict=True)
    before = await desk.ask("GET", f"{path}?as_of=2024-01-31", None)
    after = await desk.ask("GET", f"{path}?as_of=2024-02-01", None)
    shown = (await desk.ask("GET", f"/v1/sites/{site}", None)).json()

    assert answer.status_code == 201
    assert (written.number, written.action_number) == (1, SHEET)
    assert ConventionReading.model_validate_json(before.content).cnam_actions == []
    (action,) = ConventionReading.model_validate_json(after.content).cnam_actions
    assert (str(action.site_id), str(action.effective_on)) == (site, "2024-02-01")
    assert shown["convention"] == {
        "convention_id": path.rsplit("/", 1)[1],
        "number": 1,
        "action_number": SHEET,
        "effective_on": "2024-02-01",
    }
    told = await desk.heard(None, f"sites/{site}", count=2)
    assert told[-1]["type"] == "fr.acdt.towns.site.written.v1"
    facts = await desk.heard(None, path.removeprefix("/v1/"), count=2)
    assert facts[-1]["type"] == "fr.acdt.towns.convention.cnam-action-written.v1"
    assert facts[-1]["data"]["site_id"] == site


async def test_the_effect_is_that_of_the_version_unless_said_and_never_earlier(
    desk: Towns,
) -> None:
    path, site = await signed(desk), await known_site(desk)
    early = await write(desk, path, site, effective_on="2023-12-14")
    usual = await write(desk, path, site)

    assert fault(early) == (422, "days-out-of-order")
    assert (usual.status_code, usual.json()["effective_on"]) == (201, "2023-12-15")


async def test_an_amendment_gives_the_site_another_sheet_from_its_day_on(desk: Towns) -> None:
    path, site = await signed(desk), await known_site(desk)
    await write(desk, path, site)
    sheets = [a_sheet(SHEET), a_sheet("A2-4")]
    await amended(desk, path, signed_on="2024-06-01", action_sheets=sheets)
    answer = await write(desk, path, site, action_number="A2-4")
    days = {
        day: (await desk.ask("GET", f"{path}?as_of={day}", None)).json()["cnam_actions"]
        for day in ("2024-05-31", "2024-06-01")
    }

    assert (answer.status_code, answer.json()["number"]) == (201, 2)
    assert [[one["action_number"] for one in found] for found in days.values()] == [
        [SHEET],
        ["A2-4"],
    ]


async def test_all_that_is_missing_is_named_at_once(desk: Towns) -> None:
    path = await drafted(desk)
    unknown = await write(desk, path, NOWHERE)
    elsewhere = (await announced(desk, bidder=None)).rsplit("/", 1)[1]
    everything = await write(desk, path, elsewhere, action_number="A9", number=1)

    assert fault(unknown) == fault(everything) == (409, "cnam-action-not-ready")
    assert unknown.json()["missing"] == ["site-unknown", "version-not-signed"]
    assert everything.json()["missing"] == [
        *("site-not-selected", "site-of-another-town", "version-not-signed"),
        *("sheet-missing", "deliberations-missing"),
    ]
    assert everything.json()["signatories"] == ["Commune de Châlons-en-Champagne"]
    assert [error["code"] for error in everything.json()["errors"]] == everything.json()["missing"]


async def test_a_convention_whose_text_is_unknown_is_amended_first(desk: Towns) -> None:
    listed = await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&phase=acv1", None)
    path = listed.json()["items"][0]["links"]["self"]
    site = await known_site(desk)
    bare = await write(desk, path, site)
    whole = {"purpose": "project", "content": a_text(stage="deployment")}
    acts = ("amendments", "observation", "deliberation", "signature")
    await brought(desk, path, *acts, amendments=whole)
    done = await write(desk, path, site)

    assert bare.json()["missing"] == ["text-unknown"]
    assert (done.status_code, done.json()["number"]) == (201, 2)


async def test_a_closed_site_is_written_nowhere(desk: Towns) -> None:
    path, site = await signed(desk), await known_site(desk)
    await did(desk, f"/v1/sites/{site}", "close_site", CNAM, **on("2024-09-01"))
    assert (await write(desk, path, site)).json()["missing"] == ["site-closed"]


async def test_an_action_is_written_once_a_version_whoever_asks_at_once(desk: Towns) -> None:
    path, site = await signed(desk), await known_site(desk)
    asked = [write(desk, path, site, who) for who in (ITS_TOWN, ITS_EPCI) * 2]
    answers = await asyncio.gather(*asked)

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    late = await write(desk, path, site)
    assert fault(late) == (409, "cnam-action-written")


async def test_only_the_town_and_its_epci_write(desk: Towns) -> None:
    path, site = await signed(desk), await known_site(desk)
    other = await write(desk, path, site, OTHER_TOWN)
    prefecture = await write(desk, path, site, REGION)
    nobody = await write(desk, path, site, None)

    assert fault(other) == (403, "outside-perimeter")
    assert fault(prefecture) == (403, "forbidden")
    assert fault(nobody) == (401, "unauthenticated")


async def test_what_is_offered_before_the_signature_is_what_is_refused(desk: Towns) -> None:
    path, site = await drafted(desk), await known_site(desk)
    offers = (await desk.ask("GET", path, ITS_TOWN)).json()["allowed_actions"]
    (offer,) = [one for one in offers if one["action"] == "write_cnam_action"]
    assert offer["reason"] == fault(await write(desk, path, site))[1]


@pytest.mark.parametrize(
    ("status", "told", "expected"),
    [
        ("selected", datetime(2024, 1, 1, tzinfo=UTC), 201),
        ("selected", datetime(2124, 1, 1, tzinfo=UTC), 409),
        ("refused", datetime(2024, 1, 1, tzinfo=UTC), 409),
    ],
    ids=["selected", "selected under embargo", "refused"],
)
async def test_the_bid_of_a_site_decides(
    desk: Towns, fresh_url: str, status: str, told: datetime, expected: int
) -> None:
    path = await signed(desk)
    await keep_bid(fresh_url, status=status, told=told)
    site = (await announced(desk, application_id=NOWHERE, bidder=None)).rsplit("/", 1)[1]
    assert (await write(desk, path, site)).status_code == expected


async def keep_bid(url: str, *, status: str, told: datetime) -> None:
    """Keep a bid of the town that was decided on."""
    engine = create_async_engine(sqlalchemy_url(url))
    moment = datetime(2023, 12, 1, tzinfo=UTC)
    async with AsyncSession(engine) as session, session.begin():
        call = UUID("0198c0de-0000-7000-8000-00000000ca11")
        lists: dict[str, Any] = {"criteria": [], "evidence": [], "faults": []}
        session.add(
            Call(id=call, name="Vague", mode="test", status="draft", author="x", version=1, **lists)
        )
        await session.flush()
        named = ("carriers", "epci_sirens", "department_codes", "region_codes", "missing", "asked")
        arrays: dict[str, Any] = {name: [] for name in named}
        session.add(
            Application(
                id=UUID(NOWHERE),
                call_id=call,
                **arrays,
                lead_code=HERE,
                lead_codes=[HERE],
                town_codes=[HERE, "51108"],
                outside=False,
                title="Châlons",
                folded_title="chalons",
                draft={},
                submitted={},
                submitted_number=1,
                submitted_at=moment,
                author="commune",
                status=status,
                decided_at=moment,
                decision_told_at=told,
                version=1,
            )
        )
    await engine.dispose()


def test_nothing_is_missing_for_a_selected_site_of_the_town_and_a_deliberated_sheet() -> None:
    content = a_text()
    content["parties"][0] |= {"act_decided_on": "2023-11-20"}
    bid = Bid("announced", selected=True, towns={HERE})
    check_writing(bid, Sheet(HERE, SHEET, date(2023, 12, 15), content))
    with pytest.raises(CnamActionNotReady) as refused:
        check_writing(bid, Sheet(HERE, SHEET, date(2023, 11, 19), content))
    assert refused.value.extra["missing"] == ["deliberations-missing"]
