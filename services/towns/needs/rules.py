"""What makes a need one that training can answer, and how it goes from declared to covered."""

from dataclasses import dataclass
from datetime import date

from chassis.workflow import Step, Steps
from services.towns.errors import PeriodReversed
from services.towns.needs.errors import (
    EvidenceMissing,
    ExpiryPassed,
    NeedCannotMove,
    NothingCovers,
    NothingNeeded,
    OneTerritory,
)

STEPS: Steps = {
    "change_need": Step(frozenset({"declared", "qualified", "expired"}), "declared"),
    "qualify_need": Step(frozenset({"declared"}), "qualified"),
    "cover_need": Step(frozenset({"qualified"}), "covered"),
    "withdraw_need": Step(frozenset({"declared", "qualified"}), "withdrawn"),
}
"""A need that changes is declared anew: who qualified it saw something else."""

PERISHABLE = frozenset({"declared", "qualified"})
"""The statuses from which a need expires."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is needed, where, by when, and how one knows.

    `acv_id` or `epci_siren` is the territory. `volume_count` is people; the horizon is the days on
    which they are wanted (`horizon_until` null: one day); `level` is of the French framework of
    certifications, 1 to 8; `expires_on` is the last day on which the need stands.
    """

    acv_id: str | None
    epci_siren: str | None
    rome_codes: tuple[str, ...]
    skills: tuple[str, ...]
    volume_count: int
    horizon_from: date
    horizon_until: date | None
    level: int | None
    naf_division: str | None
    source_kind: str
    evidence_url: str | None
    evidence_reference: str | None
    evidence_title: str | None
    evidence_on: date | None
    strength: str
    expires_on: date


def standing(status: str, *, expires_on: date, today: date) -> str:
    """Return where a need stands: its status, or `expired` once its last day has passed.

    Args:
        status: as the last act left it.
        expires_on: the last day on which the need stands.
        today: the day of the question, UTC.
    """
    return "expired" if status in PERISHABLE and expires_on < today else status


def aged(status: str) -> str:
    """Return what the tag of a need adds to its version: the status that time alone gives.

    Args:
        status: where the need stands.
    """
    return "expired" if status == "expired" else ""


def check(asked: Details, *, today: date) -> None:
    """Let a need be written if it says what, where and until when, and names its evidence.

    Args:
        asked: the need as somebody wants it.
        today: the day of the change, UTC.

    Raises:
        OneTerritory: neither a town nor an EPCI, or both.
        NothingNeeded: neither a job nor a skill.
        PeriodReversed: the horizon ends before it begins; one day is enough.
        EvidenceMissing: the strength claims evidence, or parts of it are given, and none is named.
        ExpiryPassed: the need would have expired already.
    """
    if (asked.acv_id is None) == (asked.epci_siren is None):
        raise OneTerritory
    if not asked.rome_codes and not asked.skills:
        raise NothingNeeded
    if asked.horizon_until is not None and asked.horizon_until < asked.horizon_from:
        raise PeriodReversed
    named = asked.evidence_url is not None or asked.evidence_reference is not None
    described = asked.evidence_title is not None or asked.evidence_on is not None
    if not named and (described or asked.strength != "stated"):
        raise EvidenceMissing
    if asked.expires_on < today:
        raise ExpiryPassed


def check_change(held: Details, asked: Details, *, today: date) -> None:
    """Let a need be changed: under the same rules, and in its territory.

    Args:
        held: the need as it is.
        asked: the need as somebody wants it.
        today: the day of the change, UTC.

    Raises:
        NeedCannotMove: another town or EPCI.
        OneTerritory, NothingNeeded, PeriodReversed, EvidenceMissing, ExpiryPassed: as `check`.
    """
    check(asked, today=today)
    if (held.acv_id, held.epci_siren) != (asked.acv_id, asked.epci_siren):
        raise NeedCannotMove


def check_coverage(url: str | None, reference: str | None) -> None:
    """Let a need be covered if what covers it is named.

    Args:
        url: where it can be read.
        reference: how those who know it call it.

    Raises:
        NothingCovers: neither.
    """
    if url is None and reference is None:
        raise NothingCovers
