"""What the Cnam does to sites: each act loads, decides, keeps, tells."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from chassis.clock import today
from chassis.database import WriteSession
from chassis.events import Event, record
from chassis.identifiers import uuid7
from chassis.identity import Limits, Reach, refuse_outside
from chassis.preconditions import Condition
from chassis.workflow import moved
from services.towns.catalogue.rules import folded, search_words
from services.towns.errors import UnknownEpci, UnknownTown
from services.towns.sites import events, store
from services.towns.sites.errors import SiteNotFound, UnknownCentre, UnknownCommune
from services.towns.sites.places import place_in_commune, place_of_site
from services.towns.sites.rules import (
    STEPS,
    Dated,
    Premises,
    check_effect,
    check_point,
    check_ready,
)
from services.towns.sites.tables import CnamCentre, Site, SiteEvent, SitePremises
from services.towns.tables import Commune, Epci, Town

STATED = "high"
"""How far what the Cnam states of its sites can be trusted."""


class Written(NamedTuple):
    """A site as a change left it."""

    id: UUID
    insee_code: str
    status: str
    version: int


class Act(NamedTuple):
    """An act on a site: which one, since when, why, and who states it."""

    operation: str
    effect: Dated
    motive: str | None
    by: str


class _Kind(NamedTuple):
    """What an act is called in the history, and what the feed tells."""

    name: str
    fact: type[Event]


KINDS: Mapping[str, _Kind] = {
    "prepare_site": _Kind("prepared", events.SitePrepared),
    "add_site_premises": _Kind("premises-added", events.SitePremisesAdded),
    "open_site": _Kind("opened", events.SiteOpened),
    "suspend_site": _Kind("suspended", events.SiteSuspended),
    "resume_site": _Kind("resumed", events.SiteResumed),
    "relocate_site": _Kind("relocated", events.SiteRelocated),
    "close_site": _Kind("closed", events.SiteClosed),
}


async def announce(
    session: WriteSession,
    insee_code: str,
    *,
    said: Mapping[str, Any],
    act: Act,
    limits: Limits | None,
) -> Written:
    """Keep a new site."""
    check_effect(act.effect, last=None, today=await today(session))
    await _check_references(session, said)
    centre = said["centre_code"]
    refuse_outside(limits, await place_in_commune(session, insee_code, centre_code=centre))
    site = Site(id=uuid7(), insee_code=insee_code, author=act.by, version=0, **said)
    _named(site)
    _stand(site, "announced", act.effect)
    session.add(site)
    await session.flush()
    await _note(session, site, kind="announced", act=act)
    return await _kept(session, site, events.SiteAnnounced)


async def change(
    session: WriteSession,
    site_id: UUID,
    *,
    changed: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    seen: Condition,
    reach: Reach,
) -> Written:
    """Change what a site says of itself as `changed` says, if the caller saw it as it is."""
    site = await _reached(session, site_id, reach)
    seen.met(site.version)
    said = changed({column.name: getattr(site, column.name) for column in Site.__table__.columns})
    await _check_references(session, said)
    place = await place_in_commune(session, site.insee_code, centre_code=said["centre_code"])
    refuse_outside(reach.changed, place)
    for name, value in said.items():
        setattr(site, name, value)
    _named(site)
    return await _kept(session, site, events.SiteChanged)


async def do(
    session: WriteSession,
    site_id: UUID,
    *,
    act: Act,
    reach: Reach,
    premises: Premises | None = None,
) -> Written:
    """Do an act on a site; `premises` are those that it has from the day of the act on."""
    site = await _reached(session, site_id, reach)
    status = moved(STEPS, site.status, act=act.operation)
    if act.operation == "open_site":
        check_ready(
            premises_count=await _premises_count(session, site), centre_code=site.centre_code
        )
    last = site.since_on
    check_effect(act.effect, last=last, today=await today(session))
    if premises is not None:
        await _move(session, site, premises=premises, act=act, reach=reach)
    _stand(site, status, act.effect)
    kind = KINDS[act.operation]
    await _note(session, site, kind=kind.name, act=act)
    return await _kept(session, site, kind.fact)


async def _move(
    session: WriteSession, site: Site, *, premises: Premises, act: Act, reach: Reach
) -> None:
    """Give a site other premises, and its place with them."""
    check_point(premises.lon, premises.lat)
    there = await place_in_commune(session, premises.insee_code, centre_code=site.centre_code)
    refuse_outside(reach.changed, there)
    session.add(
        SitePremises(
            **asdict(premises),
            id=uuid7(),
            site_id=site.id,
            number=await _premises_count(session, site) + 1,
            valid_from=act.effect.first_on,
            precision=act.effect.precision,
            confidence=STATED,
            author=act.by,
        )
    )
    for name in ("insee_code", "address", "lon", "lat"):
        setattr(site, name, getattr(premises, name))


async def _premises_count(session: WriteSession, site: Site) -> int:
    counted = select(func.count()).select_from(SitePremises)
    found: int = (
        await session.execute(counted.where(SitePremises.site_id == site.id))
    ).scalar_one()
    return found


def _named(site: Site) -> None:
    site.sort_name, site.words = folded(site.name), search_words(site.name)


def _stand(site: Site, status: str, effect: Dated) -> None:
    """Let a site have a status since a day, as the Cnam states it."""
    site.status, site.since_on, site.precision = status, effect.first_on, effect.precision
    site.confidence, site.source_url = STATED, None


async def _note(session: WriteSession, site: Site, *, kind: str, act: Act) -> None:
    """Add an act to the history of a site."""
    last = select(func.coalesce(func.max(SiteEvent.number), 0))
    number = (await session.execute(last.where(SiteEvent.site_id == site.id))).scalar_one()
    session.add(
        SiteEvent(
            id=uuid7(),
            site_id=site.id,
            number=number + 1,
            kind=kind,
            status=site.status,
            effect_on=act.effect.first_on,
            latest_on=act.effect.latest_on,
            precision=act.effect.precision,
            motive=act.motive,
            confidence=STATED,
            author=act.by,
        )
    )


async def _kept(session: WriteSession, site: Site, fact: type[Event]) -> Written:
    site.version += 1
    site.updated_at = func.now()
    written = Written(site.id, site.insee_code, site.status, site.version)
    await session.flush()
    await record(session, fact(**written._asdict()))
    return written


async def _reached(session: WriteSession, site_id: UUID, reach: Reach) -> Site:
    site = await store.locked(session, site_id)
    reach.check(await place_of_site(session, site_id), missing=SiteNotFound)
    return site


async def _check_references(session: WriteSession, said: Mapping[str, Any]) -> None:
    """Let official codes be kept that we hold.

    Raises:
        UnknownTown, UnknownCommune, UnknownEpci: of the bidder.
        UnknownCentre: of the centre.
    """
    known = (
        ("bidder_acv_id", Town.acv_id, UnknownTown),
        ("bidder_insee_code", Commune.insee_code, UnknownCommune),
        ("bidder_epci_siren", Epci.siren, UnknownEpci),
        ("centre_code", CnamCentre.code, UnknownCentre),
    )
    for name, column, unknown in known:
        asked = said[name]
        if (
            asked is not None
            and await session.scalar(select(column).where(column == asked)) is None
        ):
            raise unknown
