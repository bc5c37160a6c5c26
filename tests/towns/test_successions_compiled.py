"""The history of communes is compiled from two states of its source, which must agree."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from services.towns.reference.manifest import MANIFEST, TABLES
from services.towns.reference.successions import Disagreement, compiled

HISTORY: list[dict[str, Any]] = [
    {
        "id": "COM-91182@1968-01-01",
        "type": "COM",
        "code": "91182",
        "nom": "Courcouronnes",
        "dateFin": "2019-01-01",
        "raisonFin": "commune devenant déléguée",
        "successeur": "COMD-91182@2019-01-01",
    },
    {"id": "COMD-91182@2019-01-01", "type": "COMD", "code": "91182", "pole": "COM-91228@2019"},
    {"id": "COM-91228@2019-01-01", "type": "COM", "code": "91228", "nom": "Évry-Courcouronnes"},
]


def compile_of(folder: Path, past: list[str]) -> list[dict[str, str]]:
    """Compile a history of one commune that names these codes of the past."""
    for table in TABLES.glob("*.csv"):
        shutil.copy(table, folder)
    shutil.copy(TABLES / MANIFEST, folder)
    history, communes = folder / "history.json", folder / "communes.json"
    history.write_text(json.dumps(HISTORY), encoding="utf-8")
    today = [{"type": "commune-actuelle", "code": "91228", "anciensCodes": past}]
    communes.write_text(json.dumps(today), encoding="utf-8")
    compiled(history, communes, target=folder)
    with (folder / "commune_successions.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_delegated_commune_went_into_the_new_one_on_its_day(tmp_path: Path) -> None:
    assert compile_of(tmp_path, ["91182"]) == [
        {
            "predecessor_code": "91182",
            "predecessor_name": "Courcouronnes",
            "successor_code": "91228",
            "effective_on": "2019-01-01",
            "reason": "delegated",
        }
    ]


@pytest.mark.parametrize("past", [[], ["91182", "78182"]], ids=["one less", "one more"])
def test_states_of_the_source_that_disagree_compile_nothing(
    tmp_path: Path, past: list[str]
) -> None:
    with pytest.raises(Disagreement):
        compile_of(tmp_path, past)
