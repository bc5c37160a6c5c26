"""What a convention asks of a site before it writes its action, and what it leaves there."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select

from chassis.database import WriteSession
from services.towns.applications.tables import Application
from services.towns.sites import store
from services.towns.sites.commands import kept
from services.towns.sites.errors import SiteNotFound
from services.towns.sites.events import SiteWritten
from services.towns.sites.known import SELECTED
from services.towns.sites.tables import Site, SiteEvent
from services.towns.tables import Commune


class Linked(NamedTuple):
    """A site that nobody else changes meanwhile; `towns` are its own and those of its bid."""

    site: Site
    selected: bool
    towns: frozenset[str]


async def linked(session: WriteSession, site_id: UUID) -> Linked | None:
    """Lock a site; return it with its bid, or nothing where there is no such site.

    Its bid was selected if the parties decided so and told it, or, without a bid of ours, if a
    public list of selected places says so.
    """
    try:
        site = await store.locked(session, site_id)
    except SiteNotFound:
        return None
    asked = select(Commune.acv_id).where(Commune.insee_code == site.insee_code)
    towns = {await session.scalar(asked), site.bidder_acv_id} - {None}
    told = exists().where(SiteEvent.site_id == site.id, SiteEvent.fact.startswith(SELECTED))
    selected = bool(await session.scalar(select(told)))
    if site.application_id is not None:
        bid = (await session.execute(_bid(site.application_id))).one_or_none()
        selected = bid is not None
        towns |= set(bid.town_codes) if bid is not None else set()
    return Linked(site, selected, frozenset(str(town) for town in towns))


def _bid(application_id: UUID) -> Select[Any]:
    told = Application.decision_told_at <= func.now()
    chosen = select(Application.town_codes).where(Application.id == application_id)
    return chosen.where(Application.status == "selected", told)


async def write(session: WriteSession, site: Site) -> None:
    """Tell that the action of a site is written in a convention: readers are shown where."""
    await kept(session, site, SiteWritten)
