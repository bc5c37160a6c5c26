"""The conventions that the list of the programme tells of: signed, with source, without text."""

from datetime import date
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.conventions.known import Known, known
from services.towns.reference.loader import load
from tests.towns.asking import Towns, fault
from tests.towns.conventions import HERE, ITS_TOWN, a_text, act, brought
from tests.towns.shipped_copy import changed

COUNTS = text("SELECT phase || ' ' || confidence, count(*) FROM towns.convention GROUP BY 1")
ABBEVILLE = text(
    "SELECT c.signed_on, v.effective_on, c.version, c.source, v.content FROM towns.convention c"
    " JOIN towns.convention_version v ON v.convention_id = c.id WHERE acv_id = 'acv-001'"
)


async def test_the_known_signatures_are_loaded_once(empty_towns: AsyncSession) -> None:
    for _ in range(2):
        await load(empty_towns)
        found = {str(row[0]): int(row[1]) for row in await empty_towns.execute(COUNTS)}
        assert found == {"acv1 high": 214, "acv1 medium": 7, "acv2 medium": 6}


async def test_a_corrected_day_reaches_its_convention(
    empty_towns: AsyncSession, folder: Path
) -> None:
    await load(empty_towns)
    day = "acv-001,Abbeville,2018,active,,32,2018-09-2"
    changed(folder, "programme_towns", old=f"{day}8", new=f"{day}9")
    await load(empty_towns, folder)

    (row,) = (await empty_towns.execute(ABBEVILLE)).all()
    assert tuple(row[:3]) == (date(2018, 9, 29), date(2018, 9, 29), 2)
    assert row[3].startswith("ANCT")
    assert row[4] is None


def test_the_day_tells_the_phase_and_two_sources_that_differ_leave_a_doubt() -> None:
    in_2018, in_2019, in_2023 = date(2018, 9, 28), date(2019, 1, 1), date(2023, 12, 15)

    assert list(known("a", listed=None, listed_2018=None)) == []
    assert list(known("a", listed=in_2019, listed_2018=in_2018)) == [
        Known("a", "acv1", in_2019, "medium")
    ]
    assert list(known("a", listed=in_2023, listed_2018=in_2018)) == [
        Known("a", "acv1", in_2018, "high"),
        Known("a", "acv2", in_2023, "medium"),
    ]


async def test_a_known_convention_is_amended_by_its_whole_text(desk: Towns) -> None:
    page = (await desk.ask("GET", f"/v1/conventions?acv_id={HERE}&phase=acv1", None)).json()
    (shown,) = page["items"]
    path = shown["links"]["self"]
    reading = (await desk.ask("GET", path, None)).json()
    refused = await act(desk, path, "amendments")
    whole = {"purpose": "project", "content": a_text(stage="deployment")}
    await brought(
        desk, path, "amendments", "observation", "deliberation", "signature", amendments=whole
    )
    after = (await desk.ask("GET", path, None)).json()
    told = await desk.heard(None, path.removeprefix("/v1/"), count=2)

    assert (shown["status"], shown["confidence"], reading["content"]) == ("signed", "high", None)
    assert fault(refused) == (422, "content-unknown")
    assert (after["status"], after["number"], after["content"]["stage"]) == (
        "amended",
        2,
        "deployment",
    )
    assert [one["type"] for one in told] == [
        "fr.acdt.towns.convention.listed.v1",
        "fr.acdt.towns.convention.signed.v1",
    ]
    diff = (await desk.ask("GET", f"{path}/diff?from=1&to=2", ITS_TOWN)).json()
    assert [one["pointer"] for one in diff["changes"]] == [""]
