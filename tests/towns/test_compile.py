"""How the shipped tables are compiled from their sources."""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from services.towns.reference.compile import compiled
from services.towns.reference.manifest import MANIFEST, TABLES, shipped
from services.towns.reference.memberships import Listed, memberships

Row = dict[str, str]

SAME = {
    "regions": ("regions", {"code": "region_code"}),
    "departments": ("departments", {"code": "department_code"}),
    "epcis": (
        "epci",
        {
            "siren": "epci_siren",
            "population": "population_municipal",
            "department_code": "main_department_code",
            "region_code": "main_region_code",
        },
    ),
    "communes": ("communes", {"population": "population_2023"}),
    "populations": ("acv_population_history", {"inhabitants": "population_municipal"}),
    "action_counts": (
        "acv_action_counts",
        {"in_progress": "actions_in_progress", "delivered": "actions_delivered"},
    ),
    "selected_towns": ("act_selected_towns", {}),
    "cnam_centres": ("cnam_centres", {"name": "centre_name"}),
}
"""Shipped table -> source table, and the columns that have another name there."""


def read(name: str) -> list[Row]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, fieldnames=list(listed[0]))
        table.writeheader()
        table.writerows(reversed(listed))


def programme_list() -> list[Row]:
    """Return the list of the programme as its source writes it: a line per commune."""
    towns = {row["acv_id"]: row for row in read("programme_towns")}
    communes = {row["insee_code"]: row for row in read("communes")}
    listed_2018 = {row["acv_id"] for row in read("memberships") if row["phase"] == "acv1"} - {
        "acv-221"
    }
    lines = []
    for member in read("programme_communes"):
        town, commune = towns[member["acv_id"]], communes[member["insee_code"]]
        merged = town["status"] == "merged"
        lines.append(
            member
            | {key: town[key] for key in ("cohort", "region_code", "convention_signed_on")}
            | {key: commune[key] for key in ("lon", "lat")}
            | {
                "programme_name": town["name"],
                "status_2025": "active" if merged else town["status"],
                "acv_id_2025": town["successor_acv_id"] or town["acv_id"],
                "coord_source": commune["place_source"],
                "signed_on_2018_snapshot": town["convention_signed_on_2018"],
                "in_2018_list": str(town["acv_id"] in listed_2018).lower(),
            }
        )
    return lines


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of sources that say what the shipped tables say, in another order."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name, (origin, renamed) in SAME.items():
        rows = ({renamed.get(key, key): cell for key, cell in row.items()} for row in read(name))
        write(folder / f"{origin}.csv", rows)
    write(folder / "acv_towns.csv", programme_list())
    return folder


def test_the_same_facts_compile_to_the_same_bytes(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    # a compiler of its own, and facts noted one by one
    noted = ("call_milestones.csv", "site_facts.csv", "site_targets.csv")
    for name in (MANIFEST, "commune_successions.csv", *noted):
        shutil.copy(TABLES / name, target)

    compiled(source, target)

    for entry in shipped():
        assert entry.file(target).read_bytes() == entry.file(TABLES).read_bytes(), entry.name
    assert (target / MANIFEST).read_bytes() == (TABLES / MANIFEST).read_bytes()


def phases(**changes: str | bool) -> list[tuple[str, str, str]]:
    """Return phase, earliest proof and end of a town that differs from the usual one so."""
    town = {
        "acv_id": "acv-001",
        "cohort": "2018",
        "status": "active",
        "in_2018_list": True,
        "signed_on": "2018-09-28",
    }
    found = memberships(Listed(**{**town, **changes}))  # type: ignore[arg-type]
    return [(row["phase"], row["attested_on"], row["gone_from_list_on"]) for row in found]


def test_a_town_of_2018_is_in_both_phases() -> None:
    assert phases() == [("acv1", "2018-09-28", ""), ("acv2", "2024-09-09", "")]


def test_a_town_of_2023_is_in_the_second_phase_since_its_convention() -> None:
    found = phases(cohort="2023", in_2018_list=False, signed_on="2023-12-28")

    assert found == [("acv2", "2023-12-28", "")]


def test_a_town_missing_from_the_list_of_2024_has_no_second_phase() -> None:
    found = phases(acv_id="acv-163", status="left", signed_on="")

    assert found == [("acv1", "2018-10-01", "2024-09-09")]


@pytest.mark.parametrize("status", ["left", "merged"])
def test_a_town_missing_from_the_list_of_2025_ends_there(status: str) -> None:
    assert phases(status=status)[-1] == ("acv2", "2024-09-09", "2025-04-02")
