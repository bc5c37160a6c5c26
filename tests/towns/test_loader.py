"""How the shipped facts are loaded: once per version, whole or not at all."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.catalogue import cards
from services.towns.reference.files import SOURCES, RefusedCell
from services.towns.reference.loader import VanishedTown, load
from services.towns.reference.manifest import shipped
from services.towns.tables import Commune, ReferenceLoad, Region, Table, Town, event
from tests.towns.shipped_copy import changed

ROWS = {
    "region": 18,
    "department": 101,
    "epci": 252,
    "commune": 291,
    "town": 233,
    "town_commune": 246,
    "membership": 454,
    "population": 1454,
    "action_count": 178,
    "act_selection": 41,
    "call_milestone": 8,
    "site_target": 5,
    "call": 2,
    "cnam_centre": 20,
    "site_fact": 35,
    "reference_load": 16,
    "commune_succession": 157,
    "town_card": 233,
}


async def test_a_first_load_fills_every_table(empty_towns: AsyncSession) -> None:
    report = await load(empty_towns)

    assert len(report.loaded) == len(SOURCES) == 15
    assert len(report.changed_towns) == 233
    for name, expected in ROWS.items():
        table = Table.metadata.tables[f"towns.{name}"]
        assert await empty_towns.scalar(select(func.count()).select_from(table)) == expected, name


async def test_a_second_load_does_nothing_and_says_so(empty_towns: AsyncSession) -> None:
    await load(empty_towns)

    report = await load(empty_towns)

    assert (report.loaded, report.changed_towns) == ((), ())
    assert str(report) == "reference facts unchanged (15 tables)"


async def test_each_load_is_noted_with_its_vintage(empty_towns: AsyncSession) -> None:
    await load(empty_towns)

    notes = select(ReferenceLoad.table_name, ReferenceLoad.sha256, ReferenceLoad.vintage)
    noted = {tuple(row) for row in await empty_towns.execute(notes)}

    assert {(entry.name, entry.sha256, entry.vintage) for entry in shipped()} < noted


async def test_a_changed_fact_reaches_its_town_only(
    empty_towns: AsyncSession, folder: Path
) -> None:
    await load(empty_towns)
    changed(folder, "programme_towns", old="acv-001,Abbeville", new="acv-001,Abbeville-sur-Somme")

    report = await load(empty_towns, folder)

    assert str(report) == "reference facts: 1 tables loaded, 14 unchanged, 1 towns changed"
    assert report.loaded == ("programme_towns",)
    assert report.changed_towns == ("acv-001",)
    assert await empty_towns.scalar(text("SELECT max(version) FROM towns.town_card")) == 2
    told = select(event.c.name, event.c.data).where(event.c.subject == "towns/acv-001")
    latest = (await empty_towns.execute(told.order_by(event.c.sequence.desc()).limit(1))).one()
    assert tuple(latest) == ("fr.acdt.towns.town.updated.v1", {"acv_id": "acv-001", "version": 2})


async def test_a_vanished_row_is_removed(empty_towns: AsyncSession, folder: Path) -> None:
    await load(empty_towns)
    gone = "01004,acv-008,2,16,2024-09-09\n"
    changed(folder, "action_counts", old=gone, new="")

    report = await load(empty_towns, folder)

    assert report.changed_towns == ("acv-008",)
    counts = text("SELECT count(*) FROM towns.action_count")
    assert await empty_towns.scalar(counts) == ROWS["action_count"] - 1


async def test_a_town_may_not_vanish(empty_towns: AsyncSession, folder: Path) -> None:
    await load(empty_towns)
    for name in ("memberships", "programme_communes", "programme_towns", "action_counts"):
        lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = "".join(line for line in lines if "acv-001" not in line)
        (folder / f"{name}.csv").write_text(kept, encoding="utf-8")
    changed(folder, "communes", old=",anct,acv-001\n", new=",anct,\n")

    with pytest.raises(VanishedTown, match="acv-001"):
        await load(empty_towns, folder)


async def test_a_refused_file_loads_nothing(empty_towns: AsyncSession, folder: Path) -> None:
    changed(folder, "selected_towns", old="commune", new="village")

    with pytest.raises(RefusedCell, match=r"selected_towns\.csv"):
        await load(empty_towns, folder)

    assert await empty_towns.scalar(select(func.count()).select_from(Region)) == 0


async def test_names_are_stored_folded(empty_towns: AsyncSession) -> None:
    await load(empty_towns)

    found = await empty_towns.scalar(
        select(Commune.folded_name).where(Commune.insee_code == "88413")
    )

    assert found == "saint die des vosges"


async def test_cards_composed_in_another_form_are_published_again(
    empty_towns: AsyncSession,
) -> None:
    await load(empty_towns)
    await empty_towns.execute(
        update(ReferenceLoad).where(ReferenceLoad.table_name == "town_card").values(sha256="older")
    )
    await empty_towns.execute(update(Town).where(Town.acv_id == "acv-001").values(name="Autre"))

    report = await load(empty_towns)

    assert (report.loaded, report.changed_towns) == ((), ("acv-001",))
    noted = select(ReferenceLoad.sha256).where(ReferenceLoad.table_name == "town_card")
    assert await empty_towns.scalar(noted) == cards.FORM


async def test_a_load_tells_of_every_changed_town_once(empty_towns: AsyncSession) -> None:
    told = select(func.count()).select_from(event).where(event.c.subject.like("towns/acv-%"))
    before = await empty_towns.scalar(told) or 0

    await load(empty_towns)
    await load(empty_towns)

    assert await empty_towns.scalar(told) == before + 233


async def test_a_load_tells_which_version_of_which_table_it_loaded(
    empty_towns: AsyncSession, folder: Path
) -> None:
    await load(empty_towns)
    changed(folder, "regions", old="Grand Est", new="Grand-Est")

    await load(empty_towns, folder)

    told = select(event.c.name, event.c.data).where(event.c.subject == "reference/regions")
    name, data = (await empty_towns.execute(told.order_by(event.c.sequence.desc()).limit(1))).one()
    assert name == "fr.acdt.towns.reference.loaded.v1"
    assert (data["table"], data["rows"]) == ("regions", 18)
