"""What is shipped: each table with its source, licence, vintage, known holes and checksum."""

from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

TABLES = Path(__file__).parent / "tables"
"""Where the shipped tables are."""

MANIFEST = "manifest.json"


class TamperedTable(Exception):
    """A shipped file is not the one that the manifest names."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file.name}: the checksum differs from the one in {MANIFEST}")
        self.file = file


class Wording(BaseModel):
    """One text in the two languages of the API."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fr: str
    en: str


class Shipped(BaseModel):
    """One table of official facts: where it comes from and how far it can be trusted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: Wording
    source: str
    source_url: str | None
    licence: str
    attribution: str | None
    vintage: str
    confidence: str
    scope: Literal["complete", "partial"]
    completeness: Wording
    sha256: str
    rows: int

    def file(self, folder: Path) -> Path:
        return folder / f"{self.name}.csv"


_ENTRIES = TypeAdapter(list[Shipped])


def shipped(folder: Path = TABLES) -> list[Shipped]:
    """Return the manifest; its files are not looked at."""
    return _ENTRIES.validate_json((folder / MANIFEST).read_bytes())


def verified(folder: Path = TABLES) -> list[Shipped]:
    """Return the manifest once every file is proved to be the one it names.

    Raises:
        TamperedTable: a file has another checksum.
    """
    entries = shipped(folder)
    for entry in entries:
        if checksum(entry.file(folder)) != entry.sha256:
            raise TamperedTable(entry.file(folder))
    return entries


def checksum(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def written(folder: Path) -> None:
    """Write the manifest again with the checksums and row counts of the files as they are."""
    entries = []
    for entry in shipped(folder):
        file = entry.file(folder)
        rows = file.read_text(encoding="utf-8").count("\n") - 1
        entries.append(entry.model_copy(update={"sha256": checksum(file), "rows": rows}))
    (folder / MANIFEST).write_bytes(_ENTRIES.dump_json(entries, indent=1) + b"\n")
