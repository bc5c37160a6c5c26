"""Reads of the official places."""

from typing import Annotated

from fastapi import Path, Query

from chassis.identifiers import DepartmentCode, InseeCode, RegionCode, Siren
from chassis.lane import Reading, Router
from chassis.reads import Answer
from services.towns.errors import CommuneNotFound, DepartmentNotFound, EpciNotFound, RegionNotFound
from services.towns.geography import store
from services.towns.geography.contract import (
    Commune,
    CommunePage,
    Department,
    DepartmentPage,
    Epci,
    EpciPage,
    Region,
    RegionPage,
)
from services.towns.geography.queries import (
    CommuneQuery,
    DepartmentQuery,
    EpciQuery,
    RegionQuery,
)
from services.towns.succession.answers import refuse_succeeded
from services.towns.succession.errors import CodeSucceeded

router = Router(tags=["geography"])

CommuneInPath = Annotated[InseeCode, Path(description="INSEE code", examples=["51108"])]
EpciInPath = Annotated[Siren, Path(description="SIREN of the EPCI", examples=["200066876"])]
DepartmentInPath = Annotated[DepartmentCode, Path(description="INSEE code", examples=["51"])]
RegionInPath = Annotated[RegionCode, Path(description="INSEE code", examples=["44"])]


@router.read("/v1/communes", answer=CommunePage)
async def list_communes(reads: Reading, query: Annotated[CommuneQuery, Query()]) -> Answer:
    """List the communes that we hold: of the programme, chief towns, main communes of EPCI."""
    return await reads.page(store.COMMUNES, query)


@router.read("/v1/communes/{insee_code}", answer=Commune, refusals=[CommuneNotFound, CodeSucceeded])
async def show_commune(reads: Reading, insee_code: CommuneInPath) -> Answer:
    """Show one commune; a code of the past is 410 and names its successors."""
    try:
        return await reads.one(
            store.COMMUNE, {"code": insee_code}, missing=CommuneNotFound, max_age=store.AN_HOUR
        )
    except CommuneNotFound:
        await refuse_succeeded(reads.pool, "commune", code=insee_code)
        raise


@router.read("/v1/epcis", answer=EpciPage)
async def list_epcis(reads: Reading, query: Annotated[EpciQuery, Query()]) -> Answer:
    """List the intercommunalities of the communes that we hold."""
    return await reads.page(store.EPCIS, query)


@router.read("/v1/epcis/{siren}", answer=Epci, refusals=[EpciNotFound, CodeSucceeded])
async def show_epci(reads: Reading, siren: EpciInPath) -> Answer:
    """Show one intercommunality; a code of the past is 410 and names its successors."""
    try:
        return await reads.one(
            store.EPCI, {"code": siren}, missing=EpciNotFound, max_age=store.AN_HOUR
        )
    except EpciNotFound:
        await refuse_succeeded(reads.pool, "epci", code=siren)
        raise


@router.read("/v1/departments", answer=DepartmentPage)
async def list_departments(reads: Reading, query: Annotated[DepartmentQuery, Query()]) -> Answer:
    """List the departments."""
    return await reads.page(store.DEPARTMENTS, query)


@router.read("/v1/departments/{code}", answer=Department, refusals=[DepartmentNotFound])
async def show_department(reads: Reading, code: DepartmentInPath) -> Answer:
    """Show one department."""
    return await reads.one(
        store.DEPARTMENT, {"code": code}, missing=DepartmentNotFound, max_age=store.AN_HOUR
    )


@router.read("/v1/regions", answer=RegionPage)
async def list_regions(reads: Reading, query: Annotated[RegionQuery, Query()]) -> Answer:
    """List the regions."""
    return await reads.page(store.REGIONS, query)


@router.read("/v1/regions/{code}", answer=Region, refusals=[RegionNotFound])
async def show_region(reads: Reading, code: RegionInPath) -> Answer:
    """Show one region."""
    return await reads.one(
        store.REGION, {"code": code}, missing=RegionNotFound, max_age=store.AN_HOUR
    )
