"""Reads of the sites, and what the Cnam does to them."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from chassis.admission import Bounds, Reaching
from chassis.identity import OutsidePerimeter
from chassis.lane import Reading, Router
from chassis.merge_patch import Patch
from chassis.openapi import documented
from chassis.reads import Answer
from chassis.workflow import IllegalTransition
from chassis.writes import Caller, Seen, WriteRoute, Writes, told
from services.towns.errors import UnknownEpci, UnknownTown
from services.towns.sites import commands, errors, history, store
from services.towns.sites.contract import (
    CnamCentrePage,
    CnamSite,
    CnamSitePage,
    SiteEventPage,
    SitePremisesPage,
    WrittenSite,
)
from services.towns.sites.details import ActIn, CnamSiteIn, PlacedActIn, SiteDetailsIn
from services.towns.sites.queries import CentreQuery, SiteQuery

router = Router(route_class=WriteRoute)

SiteId = Annotated[
    UUID, Path(description="Id of the site", examples=["0169d632-1400-7b28-93df-a93fc4946c3c"])
]
_UNKNOWN = (UnknownTown, UnknownEpci, errors.UnknownCommune, errors.UnknownCentre)
_ACT = (
    *(OutsidePerimeter, errors.SiteNotFound, IllegalTransition),
    *(errors.EffectAhead, errors.EffectBeforeLast),
)
_PLACED = (*_ACT, errors.UnknownCommune, errors.PointIncomplete)


@router.read("/v1/cnam-centres", answer=CnamCentrePage, of=store.CENTRES)
async def list_cnam_centres(reads: Reading, query: Annotated[CentreQuery, Query()]) -> Answer:
    """List the regional centres of the Cnam, with how far each is attested."""
    return await reads.page(store.CENTRES, query)


@router.read("/v1/sites", answer=CnamSitePage, of=store.SITES)
async def list_sites(reads: Reading, query: Annotated[SiteQuery, Query()]) -> Answer:
    """List the sites of the Cnam: those that it states, and those that public sources tell of."""
    return await reads.page(store.SITES, query)


@router.read("/v1/sites/{site_id}", answer=CnamSite, of=store.SITE, refusals=[errors.SiteNotFound])
async def show_site(reads: Reading, site_id: SiteId) -> Answer:
    """Show one site as it stands."""
    return await reads.one(store.SITE, {"id": site_id}, missing=errors.SiteNotFound)


@router.read(
    "/v1/sites/{site_id}/events",
    answer=SiteEventPage,
    of=history.EVENTS,
    refusals=[errors.SiteNotFound],
)
async def list_site_events(reads: Reading, site_id: SiteId) -> Answer:
    """List what happened to a site, with days as precise as they are known."""
    return await reads.one(history.EVENTS, {"id": site_id}, missing=errors.SiteNotFound)


@router.read(
    "/v1/sites/{site_id}/premises",
    answer=SitePremisesPage,
    of=history.PREMISES,
    refusals=[errors.SiteNotFound],
)
async def list_site_premises(reads: Reading, site_id: SiteId) -> Answer:
    """List where a site was, from which day on."""
    return await reads.one(history.PREMISES, {"id": site_id}, missing=errors.SiteNotFound)


@router.post(
    "/v1/sites",
    status_code=201,
    operation_id="announce_site",
    responses=documented(OutsidePerimeter, errors.EffectAhead, *_UNKNOWN),
)
async def announce_site(
    writes: Writes, limits: Bounds, caller: Caller, *, body: CnamSiteIn, response: Response
) -> WrittenSite:
    """Announce a site; its commune may be another than that of the bid."""
    written = await commands.announce(
        writes,
        body.insee_code,
        said=body.columns(),
        act=_act("announce_site", body, by=caller.organisation),
        limits=limits,
    )
    response.headers["Location"] = f"/v1/sites/{written.id}"
    return told(WrittenSite, written, response=response)


@router.patch(
    "/v1/sites/{site_id}",
    operation_id="change_site",
    responses=documented(OutsidePerimeter, errors.SiteNotFound, *_UNKNOWN),
)
async def change_site(
    writes: Writes,
    site_id: SiteId,
    *,
    seen: Seen,
    reach: Reaching,
    body: Patch[SiteDetailsIn],
    response: Response,
) -> WrittenSite:
    """Change what a site says of itself; lists are sent whole, its place follows its premises."""
    written = await commands.change(
        writes,
        site_id,
        changed=lambda held: body.onto(SiteDetailsIn.of(held)).columns(),
        seen=seen,
        reach=reach,
    )
    return told(WrittenSite, written, response=response)


@router.post(
    "/v1/sites/{site_id}/preparation",
    status_code=201,
    operation_id="prepare_site",
    responses=documented(*_ACT),
)
async def prepare_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ActIn,
    response: Response,
) -> WrittenSite:
    """State that an announced site is in preparation."""
    act = _act("prepare_site", body, by=caller.organisation)
    return told(
        WrittenSite, await commands.do(writes, site_id, act=act, reach=reach), response=response
    )


@router.post(
    "/v1/sites/{site_id}/premises",
    status_code=201,
    operation_id="add_site_premises",
    responses=documented(*_PLACED),
)
async def add_site_premises(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: PlacedActIn,
    response: Response,
) -> WrittenSite:
    """Give premises to a site in preparation; those it had before stay in its history."""
    act, there = _act("add_site_premises", body, by=caller.organisation), body.premises.premises()
    written = await commands.do(writes, site_id, act=act, reach=reach, premises=there)
    return told(WrittenSite, written, response=response)


@router.post(
    "/v1/sites/{site_id}/opening",
    status_code=201,
    operation_id="open_site",
    responses=documented(*_ACT, errors.SiteNotReady),
)
async def open_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ActIn,
    response: Response,
) -> WrittenSite:
    """State that a site is open; refused with all that is missing: premises, a regional centre."""
    act = _act("open_site", body, by=caller.organisation)
    return told(
        WrittenSite, await commands.do(writes, site_id, act=act, reach=reach), response=response
    )


@router.post(
    "/v1/sites/{site_id}/suspension",
    status_code=201,
    operation_id="suspend_site",
    responses=documented(*_ACT),
)
async def suspend_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ActIn,
    response: Response,
) -> WrittenSite:
    """State that an open site does not receive for a while."""
    act = _act("suspend_site", body, by=caller.organisation)
    return told(
        WrittenSite, await commands.do(writes, site_id, act=act, reach=reach), response=response
    )


@router.post(
    "/v1/sites/{site_id}/resumption",
    status_code=201,
    operation_id="resume_site",
    responses=documented(*_ACT),
)
async def resume_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ActIn,
    response: Response,
) -> WrittenSite:
    """State that a suspended site is open again."""
    act = _act("resume_site", body, by=caller.organisation)
    return told(
        WrittenSite, await commands.do(writes, site_id, act=act, reach=reach), response=response
    )


@router.post(
    "/v1/sites/{site_id}/relocation",
    status_code=201,
    operation_id="relocate_site",
    responses=documented(*_PLACED),
)
async def relocate_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: PlacedActIn,
    response: Response,
) -> WrittenSite:
    """State that a site is open in other premises, from the day of effect on."""
    act, there = _act("relocate_site", body, by=caller.organisation), body.premises.premises()
    written = await commands.do(writes, site_id, act=act, reach=reach, premises=there)
    return told(WrittenSite, written, response=response)


@router.post(
    "/v1/sites/{site_id}/closure",
    status_code=201,
    operation_id="close_site",
    responses=documented(*_ACT),
)
async def close_site(
    writes: Writes,
    site_id: SiteId,
    *,
    reach: Reaching,
    caller: Caller,
    body: ActIn,
    response: Response,
) -> WrittenSite:
    """State that a site is closed, or that an announced one will not open."""
    act = _act("close_site", body, by=caller.organisation)
    return told(
        WrittenSite, await commands.do(writes, site_id, act=act, reach=reach), response=response
    )


def _act(operation: str, body: ActIn, *, by: str) -> commands.Act:
    return commands.Act(operation, body.dated(), body.motive, by)
