"""Which phases of the programme a town takes part in, read from the dated states of its list.

The list was published in three known states. A phase holds for a town that a state of that phase
shows; what no source dates stays empty.
"""

from dataclasses import dataclass

FIRST_TOWNS_PUBLISHED_ON = "2018-03-27"
"""Publication of the list of the first 222 towns."""

LIST_2018, LIST_2024, LIST_2025 = "2018-10-01", "2024-09-09", "2025-04-02"
"""Dates of the known states of the list: one in phase 1, two in phase 2."""

LATE = "Absente de l'état du 2018-10-01 ; comptée parmi les 222 (carte de mai 2019)."
LEFT_EARLY = (
    "Dans l'état de 2018, absente de celui de 2024 : date de sortie inconnue, entre les deux."
)
LEFT_LATE = (
    "Dans l'état de 2024, absente de celui de 2025 : date de sortie inconnue, entre les deux."
)
MERGED = "Réunie avec une autre ville du programme dans l'état de 2025."
UNDATED = "Entrée dans le programme en 2023 ; date de décision inconnue."

GONE_BEFORE_2024 = {"acv-163"}
"""Rambouillet: the only gap in the numbering of the state of 2024."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the source says of a town and of its presence in the lists."""

    acv_id: str
    cohort: str
    status: str
    in_2018_list: bool
    signed_on: str


def memberships(town: Listed) -> list[dict[str, str]]:
    """Return the phases of a town, oldest first."""
    phases = []
    if town.cohort == "2018":
        phases.append(first_phase(town))
    if town.acv_id not in GONE_BEFORE_2024:
        phases.append(second_phase(town))
    return phases


def first_phase(town: Listed) -> dict[str, str]:
    """Return the membership of one of the first 222 towns in phase 1."""
    listed = LIST_2018 if town.in_2018_list else ""
    left = town.acv_id in GONE_BEFORE_2024
    note = LEFT_EARLY if left else "" if town.in_2018_list else LATE
    return {
        "acv_id": town.acv_id,
        "phase": "acv1",
        "starts_on": FIRST_TOWNS_PUBLISHED_ON,
        "ends_on": "",
        "attested_on": min(filter(None, (listed, town.signed_on)), default=""),
        "first_listed_on": listed,
        "last_listed_on": listed,
        "gone_from_list_on": LIST_2024 if left else "",
        "confidence": "high" if town.in_2018_list else "medium",
        "note": note,
    }


def second_phase(town: Listed) -> dict[str, str]:
    """Return the membership of a town in phase 2."""
    gone = town.status != "active"
    entered = town.cohort == "2023"
    notes = {"left": LEFT_LATE, "merged": MERGED, "active": UNDATED if entered else ""}
    signed_on = town.signed_on if entered else ""
    return {
        "acv_id": town.acv_id,
        "phase": "acv2",
        "starts_on": "",
        "ends_on": "",
        "attested_on": min(filter(None, (LIST_2024, signed_on))),
        "first_listed_on": LIST_2024,
        "last_listed_on": LIST_2024 if gone else LIST_2025,
        "gone_from_list_on": LIST_2025 if gone else "",
        "confidence": "high" if town.status != "left" else "medium",
        "note": notes[town.status],
    }
