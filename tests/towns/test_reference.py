"""The shipped facts: what they say, and how they are loaded."""

import csv
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.towns.catalogue import cards
from services.towns.reference.files import SOURCES, RefusedCell, every_table
from services.towns.reference.loader import VanishedTown, load
from services.towns.reference.manifest import TABLES, TamperedTable, shipped, verified, written
from services.towns.tables import Commune, ReferenceLoad, Region, Table, Town, event

FACTS = every_table(TABLES)

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
    "reference_load": 11,
    "town_card": 233,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped tables that a test may change."""
    return Path(shutil.copytree(TABLES, tmp_path / "tables"))


def changed(folder: Path, name: str, *, old: str, new: str) -> None:
    """Replace text in a table and make the manifest agree."""
    file = folder / f"{name}.csv"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new, 1), encoding="utf-8")
    written(folder)


def test_the_programme_has_222_towns_of_2018_and_11_of_2023() -> None:
    cohorts = [town["cohort"] for town in FACTS["programme_towns"]]

    assert (cohorts.count("2018"), cohorts.count("2023"), len(cohorts)) == (222, 11, 233)


def test_thirteen_towns_are_two_communes_with_one_primary() -> None:
    communes = FACTS["programme_communes"]
    towns = [row["acv_id"] for row in communes]
    primary = [row["acv_id"] for row in communes if row["is_primary"]]

    assert len(communes) == 246
    assert sum(towns.count(town) == 2 for town in set(towns)) == 13
    assert sorted(primary) == sorted({town["acv_id"] for town in FACTS["programme_towns"]})


def test_overseas_communes_are_in_their_true_place() -> None:
    boxes = {
        "971": (-61.9, 15.8, -61.0, 16.6),
        "972": (-61.3, 14.3, -60.8, 14.9),
        "973": (-54.7, 2.1, -51.5, 5.9),
        "974": (55.2, -21.5, 55.9, -20.8),
        "976": (45.0, -13.1, 45.4, -12.6),
    }
    overseas = [
        row for row in FACTS["communes"] if row["department_code"] in boxes and row["acv_id"]
    ]

    assert len(overseas) == 16
    for row in overseas:
        west, south, east, north = boxes[row["department_code"]]
        assert west < row["lon"] < east, row["name"]
        assert south < row["lat"] < north, row["name"]
        assert row["place_source"] == "geonames"


def test_unknown_facts_stay_null() -> None:
    towns = {town["acv_id"]: town for town in FACTS["programme_towns"]}
    undated = {town["name"] for town in towns.values() if town["convention_signed_on"] is None}

    assert undated == {
        "Rambouillet",
        "Saint-Gaudens",
        "Sin-le-Noble",
        "Brétigny-sur-Orge",
        "Frontignan",
        "Annemasse",
    }
    assert all(row["ends_on"] is None for row in FACTS["memberships"])


def test_the_census_of_mayotte_is_of_2017() -> None:
    communes = [row for row in FACTS["communes"] if row["department_code"] == "976"]

    assert {row["population_year"] for row in communes} == {2017}


def test_the_list_of_selected_places_says_that_it_is_incomplete() -> None:
    waves = [row["wave"] for row in FACTS["selected_towns"]]
    entry = next(entry for entry in shipped() if entry.name == "selected_towns")

    assert (waves.count(1), waves.count(2), waves.count(None)) == (28, 12, 1)
    assert entry.completeness.en.startswith("Incomplete")
    assert entry.completeness.fr.startswith("Incomplète")


def test_every_table_names_its_source_licence_and_attribution() -> None:
    entries = verified()

    assert [entry.name for entry in entries] == [
        source.name for source in sorted(SOURCES, key=lambda source: _order(source.name))
    ]
    for entry in entries:
        assert entry.source
        assert entry.licence
        assert entry.vintage
        assert entry.rows == len(FACTS[entry.name])
    communes = next(entry for entry in entries if entry.name == "communes")
    assert "GeoNames" in str(communes.attribution)


def _order(name: str) -> int:
    return [entry.name for entry in shipped()].index(name)


def test_a_commune_and_its_town_agree() -> None:
    towns = {row["insee_code"]: row["acv_id"] for row in FACTS["programme_communes"]}

    assert towns == {row["insee_code"]: row["acv_id"] for row in FACTS["communes"] if row["acv_id"]}


def test_a_tampered_file_is_refused_by_name(folder: Path) -> None:
    file = folder / "populations.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("14081", "99999"), encoding="utf-8")

    with pytest.raises(TamperedTable, match=r"populations\.csv"):
        verified(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        pytest.param(
            "communes", "\n01004,", "\n1004,", "line 2, column insee_code", id="short INSEE code"
        ),
        pytest.param(
            "communes", "210100046", "210100047", "line 2, column siren", id="wrong check digit"
        ),
        pytest.param(
            "communes", ",01500,", ",1500,", "line 2, column postal_codes", id="short postal code"
        ),
        pytest.param(
            "communes", "5.3719", "525.3719", "line 2, column lon", id="outside the earth"
        ),
        pytest.param(
            "communes",
            "240100883",
            "552100554",
            "line 2, column epci_siren: 552100554 is not in epcis.csv",
            id="no such EPCI",
        ),
        pytest.param(
            "memberships", "2018-03-27", "27/03/2018", "line 2, column starts_on", id="French date"
        ),
        pytest.param(
            "populations", "01004,2019", "01004,2016", "line 3, column reference_year", id="twice"
        ),
    ],
)
def test_a_wrong_cell_is_refused_by_file_line_and_column(
    folder: Path, name: str, old: str, new: str, where: str
) -> None:
    changed(folder, name, old=old, new=new)

    with pytest.raises(RefusedCell) as refusal:
        every_table(folder)

    assert str(refusal.value).startswith(f"{name}.csv, {where}")


def test_the_files_are_sorted_and_plain() -> None:
    for entry in shipped():
        content = entry.file(TABLES).read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(content.decode().splitlines()))
        assert lines[1:] == sorted(lines[1:], key=lambda cells: cells[:2])


async def test_a_first_load_fills_every_table(empty_towns: AsyncSession) -> None:
    report = await load(empty_towns)

    assert len(report.loaded) == len(SOURCES) == 10
    assert len(report.changed_towns) == 233
    for name, expected in ROWS.items():
        table = Table.metadata.tables[f"towns.{name}"]
        assert await empty_towns.scalar(select(func.count()).select_from(table)) == expected, name


async def test_a_second_load_does_nothing_and_says_so(empty_towns: AsyncSession) -> None:
    await load(empty_towns)

    report = await load(empty_towns)

    assert (report.loaded, report.changed_towns) == ((), ())
    assert str(report) == "reference facts unchanged (10 tables)"


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
