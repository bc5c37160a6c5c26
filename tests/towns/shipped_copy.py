"""Editing a copy of the shipped tables."""

from pathlib import Path

from services.towns.reference.manifest import written


def changed(folder: Path, name: str, *, old: str, new: str) -> None:
    """Replace text in a table and make the manifest agree."""
    file = folder / f"{name}.csv"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new, 1), encoding="utf-8")
    written(folder)
