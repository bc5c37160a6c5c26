"""The shipped facts: what they say, and which files are refused."""

import csv
from pathlib import Path

import pytest

from services.towns.reference.files import SOURCES, RefusedCell, every_table
from services.towns.reference.manifest import TABLES, TamperedTable, shipped, verified
from tests.towns.shipped_copy import changed

FACTS = every_table(TABLES)


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
