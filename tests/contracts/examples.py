"""What the examples of the documents name and only partners make: it is there for these tests."""

import json
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.database import sqlalchemy_url
from services.towns.needs.contract import EXAMPLE, NeedIn
from services.towns.needs.tables import Need
from tests.contracts.decided import decided

EXAMPLE_ID = UUID("0198c0de-0000-7000-8000-00000000beef")


async def make_examples(towns_url: str) -> None:
    """Keep what partners make, under the id of the examples; `towns_url` is of the runtime role."""
    engine = create_async_engine(sqlalchemy_url(towns_url))
    async with AsyncSession(engine) as session, session.begin():
        for row in (_need(), *decided(EXAMPLE_ID)):
            session.add(row)
            await session.flush()
    await engine.dispose()


def _need() -> Need:
    said = NeedIn.model_validate_json(json.dumps(EXAMPLE)).details()
    return Need(**asdict(said), id=EXAMPLE_ID, author="commune", status="declared", version=1)
