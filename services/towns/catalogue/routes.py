"""Reads of the programme's towns."""

from typing import Annotated

from fastapi import Path, Query

from chassis.identifiers import Form
from chassis.lane import Reading, Router
from chassis.problems import Text
from chassis.reads import Answer
from services.towns.catalogue import store
from services.towns.catalogue.contract import Town, TownPage
from services.towns.catalogue.queries import TownQuery
from services.towns.errors import TownNotFound
from services.towns.succession.answers import refuse_succeeded
from services.towns.succession.errors import CodeSucceeded

router = Router(tags=["towns"])

TownCode = Annotated[
    str,
    Form(
        "acv-[0-9]{3,6}|[0-9][0-9AB][0-9]{3}",
        Text(
            "attendu : acv-051, ou un code INSEE comme 51108 ; pour un nom : /v1/towns?q=chalons",
            "expected: acv-051, or an INSEE code such as 51108; for a name: /v1/towns?q=chalons",
        ),
    ),
    Path(
        description="`acv_id`, or the INSEE code of any commune of the town",
        examples=["acv-051", "51108"],
    ),
]


@router.read("/v1/towns", answer=TownPage)
async def list_towns(reads: Reading, query: Annotated[TownQuery, Query()]) -> Answer:
    """List the towns of the programme, those that left it included."""
    return await reads.page(store.TOWNS, query)


@router.read("/v1/towns/{code}", answer=Town, refusals=[TownNotFound, CodeSucceeded])
async def show_town(reads: Reading, code: TownCode) -> Answer:
    """Show one town, by its identifier or by the INSEE code of any of its communes.

    A code of the past is 410 and names its successors.
    """
    try:
        return await reads.one(store.card_of(code), {"code": code}, missing=TownNotFound)
    except TownNotFound:
        await refuse_succeeded(reads.pool, "commune", code=code, collection="towns")
        raise
