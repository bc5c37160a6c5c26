"""The life of a convention: which act leads where, who must deliberate, which guards hold.

The guards are dated values of the programme; a recorded waiver lifts one, never the code.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from chassis.workflow import Step, Steps
from services.towns.conventions.errors import (
    DeliberationsMissing,
    EndNotMoved,
    GuardsNotMet,
    TextIsSettled,
    UnknownSignatory,
)

STEPS: Steps = {
    "observe_convention": Step(frozenset({"draft"}), "observed"),
    "deliberate_convention": Step(frozenset({"observed"}), "deliberated"),
    "sign_convention": Step(frozenset({"deliberated"}), "signed"),
    "abandon_convention": Step(frozenset({"draft", "observed", "deliberated"}), "abandoned"),
}
"""The acts on the text in preparation.

Source: order of the acts of an ACV convention, guide of the programme (2018).
"""
CHANGEABLE = frozenset({"draft", "observed"})
"""Statuses in which the text may change: observations are made to be taken into account.

Source: the same order of acts: the assemblies deliberate on the text as observed.
"""
CONFIRMED_BY = date(2023, 9, 1)
"""Last day on which a town confirms its will to enter phase 2.

Source: instruction of 24 May 2023 on Action cœur de ville 2.
"""
NEW_SIGNED_BY = date(2023, 12, 31)
"""Last day on which a new convention of phase 2 is signed.

Source: instruction of 24 May 2023: new conventions are signed at the end of 2023.
"""
EXTENDED_IF_BEFORE = date(2023, 9, 30)
"""A convention of phase 1 that ends before this day needs an extension to the end of 2023.

Source: instruction of 24 May 2023.
"""
ORT_MADE = frozenset({"signed", "ended"})
"""What a text says of an ORT that exists, or existed."""


class Party(NamedTuple):
    """A party of the text: whether it signs locally, and the day of its authorising act."""

    organisation: str
    local: bool
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Signing:
    """What is to be signed, and what the guards compare it with; unknown days are `None`."""

    phase: str
    purpose: str
    stage: str
    signed_on: date
    ends_on: date | None
    confirmed_on: date | None
    ort_status: str | None
    ort_planned_on: date | None
    base_ends_on: date | None
    """End of the version that this one amends."""
    project_validated: bool
    """This or an earlier version is a project amendment that the regional committee validated."""
    earlier_ends_on: date | None
    """End of the signed convention of phase 1 of the town."""


def parties(content: Mapping[str, Any]) -> list[Party]:
    """Return the parties of a text.

    Args:
        content: the text, as the contract writes it.
    """
    return [
        Party(party["organisation"], party["local"], _day(party["act_decided_on"]))
        for party in content["parties"]
    ]


def check_changeable(status: str) -> None:
    """Let the text in preparation change.

    Args:
        status: of the version in preparation.

    Raises:
        TextIsSettled: the assemblies have deliberated on it.
    """
    if status not in CHANGEABLE:
        raise TextIsSettled


def check_deliberations(found: Collection[Party], *, by: date) -> None:
    """Let a text go on if every local signatory was authorised.

    Args:
        found: the parties.
        by: the last day that counts: an act after the signature authorises nothing.

    Raises:
        DeliberationsMissing: it names the local signatories without authorising act.
    """
    local = [party for party in found if party.local]
    missing = [
        party.organisation for party in local if party.decided_on is None or party.decided_on > by
    ]
    if missing or not local:
        raise DeliberationsMissing(missing)


def with_acts(content: Mapping[str, Any], acts: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """Return a text with authorising acts noted beside its local signatories.

    Args:
        content: the text, as the contract writes it.
        acts: by name of the organisation, the reference of the act and its day, ISO 8601.

    Raises:
        UnknownSignatory: an act of an organisation that is no local signatory.
    """
    local = {party["organisation"] for party in content["parties"] if party["local"]}
    if not acts.keys() <= local:
        raise UnknownSignatory
    noted = [
        party | dict(zip(("act_reference", "act_decided_on"), acts[name], strict=True))
        if (name := party["organisation"]) in acts
        else party
        for party in content["parties"]
    ]
    return {**content, "parties": noted}


def unmet(signing: Signing) -> list[str]:
    """Return the codes of the guards that a signature does not meet.

    What is unknown of the past is not held against the town; what it must state is.

    Args:
        signing: what is to be signed.
    """
    new = signing.phase == "acv2" and signing.purpose == "initial"
    confirmed, earlier = signing.confirmed_on, signing.earlier_ends_on
    base, planned = signing.base_ends_on, signing.ort_planned_on
    late_ort = planned is None or (signing.ends_on is not None and planned > signing.ends_on)
    found = {
        "deployment-without-project": signing.stage == "deployment"
        and not signing.project_validated,
        "confirmation-late": new and (confirmed is None or confirmed > CONFIRMED_BY),
        "new-convention-late": new and signing.signed_on > NEW_SIGNED_BY,
        "extension-missing": new and earlier is not None and earlier < EXTENDED_IF_BEFORE,
        "ort-after-end": signing.phase == "acv2"
        and signing.ort_status not in ORT_MADE
        and late_ort,
        "signed-after-end": base is not None and signing.signed_on > base,
    }
    return [guard for guard, missed in found.items() if missed]


def check_guards(signing: Signing, *, waived: Collection[str]) -> None:
    """Let a version be signed if every guard is met, or lifted by a waiver.

    Args:
        signing: what is to be signed.
        waived: the guards that somebody answers for.

    Raises:
        GuardsNotMet: it names them all.
        EndNotMoved: an extension amendment that ends no later than what it extends.
    """
    found = [guard for guard in unmet(signing) if guard not in waived]
    if found:
        raise GuardsNotMet(found)
    if signing.purpose == "extension" and not _later(signing.ends_on, signing.base_ends_on):
        raise EndNotMoved


def prolongs(purpose: str, *, ends_on: date | None, base_ends_on: date | None) -> bool:
    """Return whether a version moves the end of the convention to a later day.

    Args:
        purpose: of the version.
        ends_on: its end.
        base_ends_on: the end of the version before, `None` if unknown.
    """
    known = base_ends_on is not None and _later(ends_on, base_ends_on)
    return purpose != "initial" and (purpose == "extension" or known)


def standing(
    status: str, *, number: int | None, prolonged: bool, ends_on: date | None, day: date
) -> str:
    """Return where a convention stands on a day; the SQL of the reads says the same.

    Args:
        status: `signed`, or that of its text in preparation if none was signed yet.
        number: of the version in effect that day, `None` if none is.
        prolonged: the version in effect, or one before it, moved the end.
        ends_on: last day of the version in effect, `None` if unknown.
        day: the day of the question.
    """
    if status != "signed" or number is None:
        return status
    if ends_on is not None and ends_on < day:
        return "expired"
    if prolonged:
        return "prolonged"
    return "amended" if number > 1 else "signed"


def _later(ends_on: date | None, base: date | None) -> bool:
    return ends_on is not None and (base is None or ends_on > base)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
