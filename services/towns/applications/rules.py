"""How a bid goes from a draft to a decision, who carries it, and what a whole one holds."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.problems import FieldError, Text
from chassis.workflow import Step, Steps
from services.towns.applications.errors import (
    BidIncomplete,
    BidInconsistent,
    BidSettled,
    CarriersInconsistent,
    NotAccompanied,
)
from services.towns.calls.rules import missing_evidence

STEPS: Steps = {
    "submit_application": Step(frozenset({"draft"}), "submitted"),
    "consolidate_application": Step(frozenset({"submitted"}), "consolidation"),
    "resubmit_application": Step(frozenset({"consolidation"}), "submitted"),
    "examine_application": Step(frozenset({"submitted", "consolidation"}), "examined"),
    "withdraw_application": Step(
        frozenset({"draft", "submitted", "consolidation", "examined"}), "withdrawn"
    ),
    "select_application": Step(frozenset({"examined"}), "selected"),
    "accompany_application": Step(frozenset({"examined"}), "accompanied"),
    "refuse_application": Step(frozenset({"examined"}), "refused"),
    "revoke_application_decision": Step(
        frozenset({"selected", "accompanied", "refused"}), "examined"
    ),
}
"""The last four are outcomes of the acts of the panel, not operations of their own."""

CHANGEABLE = frozenset({"draft", "consolidation"})
"""The statuses in which the carriers write."""
DECIDED = frozenset({"selected", "accompanied", "refused"})
"""The statuses that an embargo hides."""

_SAID = {
    "lead-count": Text("un seul chef de file est attendu", "exactly one lead is expected"),
    "twice": Text("y est deux fois", "is there twice"),
    "unknown-carrier": Text(
        "aucune commune ni EPCI connu n'a ce code", "no known commune nor EPCI has this code"
    ),
    "unknown-criterion": Text("l'appel n'a pas ce critère", "the call has no such criterion"),
    "unknown-evidence": Text("l'appel n'a pas cette pièce", "the call has no such evidence"),
    "unknown-commune": Text("aucune commune connue n'a ce code", "no known commune has this code"),
    "unknown-need": Text("aucun besoin n'a cet identifiant", "no need has this identifier"),
}


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries a bid: a commune by its INSEE code, or an EPCI by its SIREN."""

    kind: str
    code: str
    role: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The codes of what the rules of a call ask of a bid."""

    criteria: tuple[str, ...]
    evidence: tuple[str, ...]
    required: tuple[str, ...]


def standing(status: str, *, told_at: datetime | None, now: datetime, party: bool) -> str:
    """Return where a bid stands for a caller: what is decided under embargo is told to parties.

    Args:
        status: as the last act left it.
        told_at: from when on others than the parties are told of the decision, if there is one.
        now: the instant of the question.
        party: whether the caller is of the ministry, the programme or the Cnam.
    """
    hidden = status in DECIDED and told_at is not None and told_at > now
    return "examined" if hidden and not party else status


def check_carriers(carriers: Sequence[Carrier], *, known: Collection[str]) -> None:
    """Let carriers bid together if one leads, none is there twice, and all exist.

    Args:
        carriers: as somebody wants them, at least one.
        known: codes of the communes and EPCIs among them that official tables have.

    Raises:
        CarriersInconsistent: it names every place.
    """
    found = []
    if sum(carrier.role == "lead" for carrier in carriers) != 1:
        found.append(_fault("lead-count", "/carriers"))
    counts = Counter(carrier.code for carrier in carriers)
    for place, carrier in enumerate(carriers):
        if carrier.code not in known:
            found.append(_fault("unknown-carrier", f"/carriers/{place}/code"))
        elif counts[carrier.code] > 1:
            found.append(_fault("twice", f"/carriers/{place}/code"))
    if found:
        raise CarriersInconsistent(errors=found)


def check_content(
    content: Mapping[str, Any],
    grid: Grid,
    *,
    communes: Collection[str],
    needs: Collection[str],
) -> None:
    """Let a bid be kept if what it names exists; it need not be whole.

    Args:
        content: the bid as the contract shows it.
        grid: of its call.
        communes: the INSEE codes among those of its places that official tables have.
        needs: the ids among those that it names that needs have.

    Raises:
        BidInconsistent: it names every place.
    """
    answered = [answer["criterion"] for answer in content["answers"]]
    named = [item["code"] for item in content["evidence"]]
    places = [place["insee_code"] for place in content["places"]]
    found = [
        *_strange(answered, grid.criteria, code="unknown-criterion", at="/answers/{}/criterion"),
        *_strange(named, grid.evidence, code="unknown-evidence", at="/evidence/{}/code"),
        *_strange(places, communes, code="unknown-commune", at="/places/{}/insee_code"),
        *_strange(content["needs"], needs, code="unknown-need", at="/needs/{}"),
        *_repeated(answered, at="/answers/{}/criterion"),
    ]
    if found:
        raise BidInconsistent(errors=found)


def missing(content: Mapping[str, Any], grid: Grid) -> list[dict[str, str | None]]:
    """Return what a bid lacks to be submitted: parts that all have, answers, required evidence.

    Evidence that names neither an address nor a reference is not there.

    Args:
        content: the bid as the contract shows it.
        grid: of its call.

    Returns:
        Parts of the vocabulary with the code of the criterion or evidence, in the order of rules.
    """
    parts = {
        "places": content["places"],
        "premises": content["premises"],
        "learners": content["learners_count"],
        "contact": content["contact_role"],
    }
    answered = {answer["criterion"] for answer in content["answers"]}
    given = {item["code"] for item in content["evidence"] if item["url"] or item["reference"]}
    return [
        *({"part": part, "code": None} for part, value in parts.items() if not value),
        *({"part": "answers", "code": code} for code in grid.criteria if code not in answered),
        *({"part": "evidence", "code": code} for code in missing_evidence(grid.required, given)),
    ]


def check_complete(lacking: Sequence[dict[str, Any]]) -> None:
    """Let a bid be submitted if nothing is missing.

    Args:
        lacking: as `missing` found it.

    Raises:
        BidIncomplete: it names all.
    """
    if lacking:
        raise BidIncomplete(lacking)


def check_changeable(status: str) -> None:
    """Let carriers write a draft, or what they were asked to complete.

    Args:
        status: of the bid.

    Raises:
        BidSettled: any other status.
    """
    if status not in CHANGEABLE:
        raise BidSettled


def check_asked(asked: Sequence[Mapping[str, Any]], grid: Grid) -> None:
    """Let parties ask for what a bid can hold.

    Args:
        asked: parts, with the code of a criterion or a piece of evidence where that is the part.
        grid: of the call.

    Raises:
        BidInconsistent: a code that the call does not have, or that no such part has.
    """
    known: dict[str, Collection[str | None]] = {
        "answers": (None, *grid.criteria),
        "evidence": (None, *grid.evidence),
    }
    found = [
        _fault(f"unknown-{_KINDS.get(item['part'], 'evidence')}", f"/asked/{place}/code")
        for place, item in enumerate(asked)
        if item["code"] not in known.get(item["part"], (None,))
    ]
    if found:
        raise BidInconsistent(errors=found)


def check_carried(
    status: str, *, lead_codes: tuple[str, str], call_ids: tuple[object, object]
) -> None:
    """Let a bid go on in another call if it was accompanied there, under the same lead.

    Args:
        status: where the former bid stands for its carriers.
        lead_codes: of the former bid and of the new one.
        call_ids: of both calls.

    Raises:
        NotAccompanied: another outcome, none yet, another lead, or the same call.
    """
    if status != "accompanied" or lead_codes[0] != lead_codes[1] or call_ids[0] == call_ids[1]:
        raise NotAccompanied


def carried(content: Mapping[str, Any], grid: Grid) -> dict[str, Any]:
    """Return what a former bid says that another call asks too.

    Args:
        content: the last version of the former bid.
        grid: of the other call.
    """
    kept = {
        "answers": [one for one in content["answers"] if one["criterion"] in grid.criteria],
        "evidence": [one for one in content["evidence"] if one["code"] in grid.evidence],
    }
    return {**content, **kept}


_KINDS = {"answers": "criterion"}


def _strange(
    codes: Sequence[str], known: Collection[str], *, code: str, at: str
) -> list[FieldError]:
    return [_fault(code, at.format(place)) for place, one in enumerate(codes) if one not in known]


def _repeated(codes: Sequence[str], *, at: str) -> list[FieldError]:
    return [
        _fault("twice", at.format(place)) for place, one in enumerate(codes) if one in codes[:place]
    ]


def _fault(code: str, pointer: str) -> FieldError:
    return FieldError(code, _SAID[code], pointer=pointer)
