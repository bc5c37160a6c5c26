"""The shipped tables as validated rows: shape of each cell, keys, references between tables."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.towns import tables
from services.towns.reference import rows
from services.towns.sites.tables import CnamCentre, SiteFact
from services.towns.succession.tables import CommuneSuccession


class RefusedCell(Exception):
    """A cell of a shipped table cannot be taken as a fact."""

    def __init__(self, file: str, line: int, *, column: str, why: str) -> None:
        super().__init__(f"{file}, line {line}, column {column}: {why}")
        self.file, self.line, self.column = file, line, column


@dataclass(frozen=True, slots=True)
class Source:
    """A shipped table: its rows, where they go, and the columns that name rows of other tables."""

    name: str
    table: type[tables.Table]
    row: type[rows.Row]
    key: tuple[str, ...]
    references: Mapping[str, str] = field(default_factory=dict)


_PLACE = {"department_code": "departments", "region_code": "regions"}

SOURCES = (
    Source("regions", tables.Region, rows.Region, ("code",), {"chief_town_insee": "communes"}),
    Source(
        "departments",
        tables.Department,
        rows.Department,
        ("code",),
        {"region_code": "regions", "chief_town_insee": "communes"},
    ),
    Source(
        "epcis", tables.Epci, rows.Epci, ("siren",), _PLACE | {"main_commune_insee": "communes"}
    ),
    Source(
        "programme_towns",
        tables.Town,
        rows.Town,
        ("acv_id",),
        {"region_code": "regions", "successor_acv_id": "programme_towns"},
    ),
    Source(
        "communes",
        tables.Commune,
        rows.Commune,
        ("insee_code",),
        _PLACE | {"epci_siren": "epcis", "acv_id": "programme_towns"},
    ),
    Source(
        "programme_communes",
        tables.TownCommune,
        rows.TownCommune,
        ("insee_code",),
        {"insee_code": "communes", "acv_id": "programme_towns"},
    ),
    Source(
        "memberships",
        tables.Membership,
        rows.Membership,
        ("acv_id", "phase"),
        {"acv_id": "programme_towns"},
    ),
    Source(
        "populations",
        tables.Population,
        rows.Population,
        ("insee_code", "reference_year"),
        {"insee_code": "communes"},
    ),
    Source(
        "action_counts",
        tables.ActionCount,
        rows.ActionCount,
        ("insee_code",),
        {"insee_code": "communes", "acv_id": "programme_towns"},
    ),
    Source(
        "selected_towns",
        tables.ActSelection,
        rows.ActSelection,
        ("selected_name",),
        {"insee_code": "communes", "epci_siren": "epcis", "acv_id": "programme_towns"},
    ),
    Source("cnam_centres", CnamCentre, rows.CnamCentre, ("code",)),
    Source(
        "site_facts",
        SiteFact,
        rows.SiteFact,
        ("fact",),
        {"insee_code": "communes", "selected_name": "selected_towns"},
    ),
    Source(
        "commune_successions",
        CommuneSuccession,
        rows.CommuneSuccession,
        ("predecessor_code",),
    ),
)
"""In the order in which rows may be inserted."""

Rows = Sequence[dict[str, Any]]


def every_table(folder: Path) -> dict[str, Rows]:
    """Return the rows of all shipped tables, as the database takes them.

    Raises:
        RefusedCell: the first cell that has no right shape, repeats a key, or names a missing row.
    """
    found: dict[str, Rows] = {source.name: list(_rows(folder, source)) for source in SOURCES}
    keys = {source.name: {row[source.key[0]] for row in found[source.name]} for source in SOURCES}
    for source in SOURCES:
        _check_keys(source, found[source.name])
        _check_references(source, found[source.name], keys=keys)
    return found


def _rows(folder: Path, source: Source) -> Iterator[dict[str, Any]]:
    file = f"{source.name}.csv"
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        for line, cells in enumerate(csv.DictReader(lines), start=2):
            known = {column: value or None for column, value in cells.items()}
            try:
                yield source.row.model_validate(known).model_dump(mode="json")
            except ValidationError as error:
                first = error.errors()[0]
                column = str(first["loc"][0])
                raise RefusedCell(file, line, column=column, why=first["msg"]) from None


def _check_keys(source: Source, found: Rows) -> None:
    seen = set()
    for line, row in enumerate(found, start=2):
        key = tuple(row[column] for column in source.key)
        if key in seen:
            why = f"{key} is there twice"
            raise RefusedCell(f"{source.name}.csv", line, column=source.key[-1], why=why)
        seen.add(key)


def _check_references(source: Source, found: Rows, *, keys: Mapping[str, set[Any]]) -> None:
    for line, row in enumerate(found, start=2):
        for column, target in source.references.items():
            if row[column] is not None and row[column] not in keys[target]:
                why = f"{row[column]} is not in {target}.csv"
                raise RefusedCell(f"{source.name}.csv", line, column=column, why=why)
