"""Who declares, qualifies and reads needs, for tests."""

from typing import Any

import asyncpg

from services.towns.needs.contract import NeedIn
from tests.callers import caller
from tests.towns.asking import Towns

HERE, THERE = "acv-051", "acv-001"
ITS_EPCI = "200066876"
BODY: dict[str, Any] = NeedIn.model_json_schema()["examples"][0]
ITS_TOWN = caller("commune", "needs:write", town=HERE)
OTHER_TOWN = caller("commune", "needs:write", name="other", town=THERE)
ITS_CENTRE = caller("cnam_centre", "needs:qualify", region="44")
OTHER_CENTRE = caller("cnam_centre", "needs:qualify", name="far", region="53")
CNAM = caller("cnam_national", "needs:qualify")
PREFECTURE = caller("department_prefecture", "needs:qualify", "needs:write", department="51")
MOTIVE = {"motive": "Vu avec les employeurs"}
COVERED = {"reference": "Site de Châlons-en-Champagne"}


async def declared(desk: Towns, **changes: Any) -> str:
    """Declare a need; return its path."""
    return await desk.made("/v1/needs", ITS_TOWN, BODY | changes)


async def aged(url: str) -> None:
    """Let every need expire yesterday, as time would."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("UPDATE towns.need SET expires_on = current_date - 1")
    finally:
        await connection.close()
