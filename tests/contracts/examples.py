"""What the examples of the documents name and only partners make: it is there for these tests."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from services.towns.applications.tables import Application
from services.towns.decisions.tables import Decision, DecisionText
from services.towns.needs.contract import EXAMPLE, NeedIn
from services.towns.needs.tables import Need
from tests.towns.bidding import a_call

EXAMPLE_ID = UUID("0198c0de-0000-7000-8000-00000000beef")
_CALL_ID = UUID("0198c0de-0000-7000-8000-00000000ca11")


async def make_examples(towns_url: str) -> None:
    """Keep what partners make, under the id of the examples; `towns_url` is of the runtime role."""
    await a_call(towns_url, call_id=_CALL_ID)
    engine = create_async_engine(sqlalchemy_url(towns_url))
    async with AsyncSession(engine) as session, session.begin():
        for rows in ([_need(), _bid()], [_decision()], [_motives()]):
            session.add_all(rows)
            await session.flush()
    await engine.dispose()


def _need() -> Need:
    said = NeedIn.model_validate_json(json.dumps(EXAMPLE)).details()
    return Need(**asdict(said), id=EXAMPLE_ID, author="commune", status="declared", version=1)


def _bid() -> Application:
    return Application(
        id=EXAMPLE_ID,
        call_id=_CALL_ID,
        carriers=[],
        lead_code="51108",
        lead_codes=["acv-051", "51108"],
        town_codes=["acv-051", "51108"],
        epci_sirens=[],
        department_codes=["51"],
        region_codes=["44"],
        outside=False,
        title="Un site du Cnam en centre-ville",
        folded_title="un site du cnam en centre ville",
        draft={},
        missing=[],
        submitted={},
        submitted_number=1,
        submitted_at=datetime.now(UTC),
        asked=[],
        author="commune",
        status="selected",
        decided_at=datetime.now(UTC),
        decision_told_at=datetime.now(UTC),
        version=1,
    )


def _decision() -> Decision:
    return Decision(
        id=EXAMPLE_ID,
        application_id=EXAMPLE_ID,
        number=1,
        outcome="selected",
        status="decided",
        ruleset_sha256="0" * 64,
        submitted_number=1,
        opinions_count=3,
        quorum=3,
        proposed_by="cnam",
        proposed_kind="cnam_national",
        confirmed_by="ministry",
        confirmed_kind="ministry",
        decided_at=datetime.now(UTC),
        version=1,
    )


def _motives() -> DecisionText:
    return DecisionText(
        decision_id=EXAMPLE_ID, number=1, motive="Besoin mesuré, locaux prêts", organisation="cnam"
    )
