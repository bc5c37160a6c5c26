"""A decision that everybody reads, under the id that examples name, with its bid and its call."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from services.towns.applications.tables import Application
from services.towns.calls.tables import Call
from services.towns.decisions.tables import Decision, DecisionText
from services.towns.tables import Table

CALL_ID = UUID("0198c0de-0000-7000-8000-0000000dec1d")
BID_ID = UUID("0198c0de-0000-7000-8000-0000000dec1e")
THEN = datetime(2026, 3, 1, tzinfo=UTC)


def decided(decision_id: UUID) -> Iterator[Table]:
    """Return rows of a decision, each after those that it refers to."""
    yield Call(
        id=CALL_ID,
        name="Vague d'exemple",
        mode="live",
        status="cancelled",
        criteria=[],
        evidence=[],
        faults=[],
        author="ministry",
        cancelled_by="ministry",
        cancelled_at=THEN,
        cancellation_motive="Exemple",
        version=1,
    )
    yield _bid()
    yield Decision(
        id=decision_id,
        application_id=BID_ID,
        number=1,
        outcome="refused",
        status="decided",
        ruleset_sha256="0" * 64,
        submitted_number=1,
        opinions_count=3,
        quorum=3,
        proposed_by="cnam",
        proposed_kind="cnam_national",
        confirmed_by="ministry",
        confirmed_kind="ministry",
        decided_at=THEN,
        version=2,
    )
    yield DecisionText(decision_id=decision_id, number=1, motive="Exemple", organisation="cnam")


def _bid() -> Application:
    lead = {"kind": "commune", "code": "51108", "role": "lead", "name": "Châlons-en-Champagne"}
    codes = ["51108", "acv-051"]
    return Application(
        id=BID_ID,
        call_id=CALL_ID,
        carriers=[lead | {"acv_id": "acv-051"}],
        lead_code="51108",
        lead_codes=codes,
        town_codes=codes,
        epci_sirens=[],
        department_codes=["51"],
        region_codes=["44"],
        outside=False,
        title="Exemple",
        folded_title="exemple",
        draft={},
        missing=[],
        submitted={},
        submitted_number=1,
        submitted_at=THEN,
        asked=[],
        author="commune",
        status="refused",
        decided_at=THEN,
        decision_told_at=THEN,
        version=1,
    )
