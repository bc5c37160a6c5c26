"""Compile the history of our communes from two public packages: run it when they change.

    python -m services.towns.reference.successions HISTORY COMMUNES

HISTORY is `historique-communes.json` of @etalab/decoupage-administratif 0.7.0, COMMUNES is
`communes.json` of 6.0.0. Nothing here runs in the product.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from services.towns.reference.compile import Row, write
from services.towns.reference.manifest import TABLES, written

REASONS = {
    "fusion simple": "merger",
    "fusion-association": "association",
    "commune devenant déléguée": "delegated",
    "changement de département": "department-change",
}


class Disagreement(Exception):
    """The two packages do not name the same codes of the past."""


def ended(history: Iterable[dict[str, Any]]) -> list[Row]:
    """Return each commune whose code ended, with the code that it went into."""
    states = {state["id"]: state for state in history}
    found = []
    for state in states.values():
        after = states.get(state.get("successeur", ""))
        if state["type"] != "COM" or after is None:
            continue
        whole = after["code"] if after["type"] == "COM" else _code(after.get("pole", ""))
        if whole and whole != state["code"]:
            found.append(
                {
                    "predecessor_code": state["code"],
                    "predecessor_name": state["nom"],
                    "successor_code": whole,
                    "effective_on": state["dateFin"],
                    "reason": state["raisonFin"],
                }
            )
    return found


def _code(state: str) -> str:
    """Return the code in `COM-60057@1943-02-19`."""
    return state.partition("-")[2].partition("@")[0]


def of_ours(rows: Iterable[Row], *, ours: set[str], living: set[str]) -> list[Row]:
    """Return the rows that lead to one of our communes, through others too."""
    into = defaultdict(list)
    for row in rows:
        into[row["successor_code"]].append(row)
    found: list[Row] = []
    waiting, seen = list(ours), set(ours)
    while waiting:
        for row in into[waiting.pop()]:
            before = row["predecessor_code"]
            if before not in living:
                found.append(row | {"reason": REASONS[row["reason"]]})
            if before not in seen:
                seen.add(before)
                waiting.append(before)
    return found


def compiled(history: Path, communes: Path, *, target: Path) -> None:
    """Write the table; both packages must name the same codes.

    Raises:
        Disagreement: they do not.
    """
    with (target / "communes.csv").open(encoding="utf-8", newline="") as lines:
        ours = {row["insee_code"] for row in csv.DictReader(lines)}
    today = [
        commune
        for commune in json.loads(communes.read_text(encoding="utf-8"))
        if commune["type"] == "commune-actuelle"
    ]
    states = json.loads(history.read_text(encoding="utf-8"))
    rows = of_ours(ended(states), ours=ours, living={commune["code"] for commune in today})
    past = {code for one in today if one["code"] in ours for code in one.get("anciensCodes", [])}
    differing = past ^ {row["predecessor_code"] for row in rows}
    if differing:
        raise Disagreement(", ".join(sorted(differing)))
    write(target, "commune_successions", rows=rows)
    written(target)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("history", type=Path)
    arguments.add_argument("communes", type=Path)
    given = arguments.parse_args()
    compiled(given.history, given.communes, target=TABLES)
