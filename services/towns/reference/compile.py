"""Compile the shipped tables from the compiled public sources: run it when they change.

    python -m services.towns.reference.compile SOURCE_FOLDER

The sources are named, table by table, in `tables/manifest.json`, which this module writes too.
`site_facts.csv` has none: each line is noted from the page that it names.
Nothing here runs in the product.
"""

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

from services.towns.catalogue.rules import folded
from services.towns.reference.manifest import TABLES, written
from services.towns.reference.memberships import Listed, memberships

Row = dict[str, str]

COUNTS_AS_OF = "2024-09-09"
"""State of the published list that carries the counts of actions."""

LATEST_YEAR = "2023"
MAYOTTE, MAYOTTE_YEAR = "976", "2017"
"""Mayotte's figure is that of its own census."""


def read(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(folder: Path, name: str, *, rows: Iterable[Row]) -> None:
    """Write the rows in the order of their first columns, so that equal facts give equal bytes."""
    ordered = sorted(rows, key=lambda row: list(row.values())[:2])
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, fieldnames=list(ordered[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(ordered)


def renamed(rows: Iterable[Row], **columns: str) -> list[Row]:
    """Return the rows with these columns only: new name = old name."""
    return [{new: row[old] for new, old in columns.items()} for row in rows]


def places(source: Path) -> dict[str, list[Row]]:
    """Return regions, departments, EPCI."""
    return {
        "regions": renamed(
            read(source, "regions"),
            code="region_code",
            name="name",
            zone="zone",
            chief_town_insee="chief_town_insee",
        ),
        "departments": renamed(
            read(source, "departments"),
            code="department_code",
            name="name",
            region_code="region_code",
            zone="zone",
            chief_town_insee="chief_town_insee",
        ),
        "epcis": renamed(
            read(source, "epci"),
            siren="epci_siren",
            name="name",
            type="type",
            members_count="members_count",
            population="population_municipal",
            main_commune_insee="main_commune_insee",
            department_code="main_department_code",
            region_code="main_region_code",
        ),
    }


def communes(source: Path) -> list[Row]:
    """Return the communes; the place comes from the programme list, and is known there only."""
    located = {row["insee_code"]: row for row in read(source, "acv_towns")}
    rows = []
    for commune in read(source, "communes"):
        place = located.get(commune["insee_code"], {})
        year = MAYOTTE_YEAR if commune["department_code"] == MAYOTTE else LATEST_YEAR
        kept = {
            key: commune[key]
            for key in (
                "insee_code",
                "name",
                "department_code",
                "region_code",
                "arrondissement_code",
                "siren",
                "epci_siren",
                "postal_codes",
            )
        }
        rows.append(
            kept
            | {"population": commune["population_2023"], "population_year": year}
            | {"lon": place.get("lon", ""), "lat": place.get("lat", "")}
            | {"place_source": place.get("coord_source", ""), "acv_id": commune["acv_id"]}
        )
    return rows


def status(row: Row) -> str:
    """Return `merged` for a town that the latest list knows under another identifier."""
    if row["status_2025"] == "active" and row["acv_id_2025"] != row["acv_id"]:
        return "merged"
    return row["status_2025"]


def programme(source: Path) -> dict[str, list[Row]]:
    """Return the towns of the programme, their communes, the phases they take part in."""
    rows = read(source, "acv_towns")
    primary = [row for row in rows if row["is_primary"] == "true"]
    towns = [
        {
            "acv_id": row["acv_id"],
            "name": row["programme_name"],
            "cohort": row["cohort"],
            "status": status(row),
            "successor_acv_id": row["acv_id_2025"] if status(row) == "merged" else "",
            "region_code": row["region_code"],
            "convention_signed_on": row["convention_signed_on"],
            "convention_signed_on_2018": row["signed_on_2018_snapshot"],
        }
        for row in primary
    ]
    listed = [
        Listed(
            acv_id=row["acv_id"],
            cohort=row["cohort"],
            status=status(row),
            in_2018_list=row["in_2018_list"] == "true",
            signed_on=row["convention_signed_on"],
        )
        for row in primary
    ]
    return {
        "programme_towns": towns,
        "programme_communes": renamed(
            rows, insee_code="insee_code", acv_id="acv_id", is_primary="is_primary"
        ),
        "memberships": [row for town in listed for row in memberships(town)],
    }


def centres(source: Path) -> list[Row]:
    """Return the regional centres of the Cnam; the code is made of the name."""
    columns = ("region_codes", "zone", "seat_city", "seat_insee_code", "website")
    return [
        {"code": centre_code(row["centre_name"]), "name": row["centre_name"]}
        | {name: row[name] for name in (*columns, "evidence", "source")}
        for row in read(source, "cnam_centres")
    ]


def centre_code(name: str) -> str:
    """Return `ile-de-france` of `Cnam Île-de-France (Paris)`."""
    return folded(name.removeprefix("Cnam ").partition(" (")[0]).replace(" ", "-")


def facts(source: Path) -> dict[str, list[Row]]:
    """Return what is counted or told about places: populations, actions, selections."""
    counts = renamed(
        read(source, "acv_action_counts"),
        insee_code="insee_code",
        acv_id="acv_id",
        in_progress="actions_in_progress",
        delivered="actions_delivered",
    )
    return {
        "populations": renamed(
            read(source, "acv_population_history"),
            insee_code="insee_code",
            reference_year="reference_year",
            inhabitants="population_municipal",
            source="source",
        ),
        "action_counts": [row | {"as_of": COUNTS_AS_OF} for row in counts],
        "selected_towns": [
            {
                "selected_name": row["selected_name"],
                **{
                    key: row[key]
                    for key in (
                        "wave",
                        "announced_on",
                        "holder_type",
                        "insee_code",
                        "epci_siren",
                        "acv_id",
                        "confidence",
                        "source_url",
                        "note",
                    )
                },
            }
            for row in read(source, "act_selected_towns")
        ],
    }


def compiled(source: Path, target: Path) -> None:
    """Write every table, then the manifest with their checksums."""
    tables = places(source) | {"communes": communes(source)} | programme(source) | facts(source)
    tables["cnam_centres"] = centres(source)
    for name, rows in tables.items():
        write(target, name, rows=rows)
    written(target)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("source", type=Path)
    compiled(arguments.parse_args().source, TABLES)
