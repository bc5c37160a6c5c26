"""The sites that public sources tell of; what the Cnam stated itself stays as it stated it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import record
from chassis.identifiers import uuid7, uuid7_of
from services.towns.catalogue.rules import folded, search_words
from services.towns.sites.events import SiteListed
from services.towns.sites.rules import OPEN, TOLD, Dated
from services.towns.sites.tables import CnamCentre, Site, SiteEvent, SiteFact, SitePremises
from services.towns.tables import ActSelection, Commune

PROGRAMME_BEGAN = date(2019, 4, 1)
"""Day in the ids of known sites: that of the convention between the Cnam and the ministry."""

Row = dict[str, Any]


@dataclass(slots=True)
class Known:
    """A site as sources tell of it: its bid, where it is, and what happened."""

    key: str
    insee_code: str
    bid: Row = field(default_factory=dict)
    schemes: list[str] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    premises: list[Row] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        """Its id, the same wherever it is loaded."""
        return uuid7_of(PROGRAMME_BEGAN, f"sites/{self.key}")


def known(selections: Sequence[ActSelection], facts: Sequence[SiteFact]) -> list[Known]:
    """Return the sites that these facts tell of: one for each bid, or for a commune without bid.

    Facts of another commune than the bidder's tell where its site is.
    """
    found = {one.selected_name: _of_bid(one) for one in selections}
    for fact in sorted(facts, key=lambda one: (one.dated_on or date.max, one.fact)):
        key = fact.selected_name or fact.insee_code
        site = found.setdefault(key, Known(key, fact.insee_code))
        site.insee_code = fact.insee_code
        if fact.scheme is not None:
            site.schemes.append(fact.scheme)
        if fact.kind == "premises":
            site.premises.append(_premises(fact))
        else:
            site.events.append(_event(fact))
    return list(found.values())


def standing(events: Sequence[Row]) -> Row:
    """Return the event that tells how a known site stands: a dated opening, if there is one.

    That it was seen open tells that it is, not since when. Of two sources that differ, the surer
    one is kept, then the earlier day.
    """

    def weight(event: Row) -> tuple[bool, bool, bool, date]:
        day = event["effect_on"] or date.max
        doubtful = event["confidence"] != "high"
        return event["status"] not in OPEN, event["kind"] == "in-operation", doubtful, day

    told = min((one for one in events if one["status"]), key=weight, default=None)
    if told is None:
        first: Row = min(events, key=weight)
        return {**first, "status": "announced", "effect_on": None}
    return told if told["kind"] != "in-operation" else {**told, "effect_on": None}


def _of_bid(bid: ActSelection) -> Known:
    bidder = {
        "wave": bid.wave,
        "bidder_name": bid.selected_name,
        "bidder_acv_id": bid.acv_id,
        "bidder_insee_code": bid.insee_code,
        "bidder_epci_siren": bid.epci_siren,
        "note": bid.note,
    }
    announced = {
        "kind": "announced",
        "status": "announced",
        **_dated("effect_on", bid.announced_on, "day"),
        "motive": None,
        "confidence": bid.confidence,
        "source_url": bid.source_url,
        "fact": f"selected/{bid.selected_name}",
    }
    return Known(bid.selected_name, bid.insee_code, bid=bidder, events=[announced])


def _event(fact: SiteFact) -> Row:
    return {
        "kind": fact.kind,
        "status": TOLD.get(fact.kind),
        **_dated("effect_on", fact.dated_on, fact.precision),
        "motive": fact.label,
        "confidence": fact.confidence,
        "source_url": fact.source_url,
        "fact": fact.fact,
    }


def _premises(fact: SiteFact) -> Row:
    days = _dated("valid_from", fact.dated_on, fact.precision)
    del days["latest_on"]
    return {
        "kind": fact.premises_kind,
        "description": fact.label,
        "owner_kind": fact.owner_kind,
        "owner": fact.owner,
        "address": fact.address,
        "insee_code": fact.insee_code,
        **days,
        "confidence": fact.confidence,
        "source_url": fact.source_url,
        "fact": fact.fact,
    }


def _dated(name: str, day: date | None, precision: str | None) -> Row:
    latest = None if day is None or precision is None else Dated(day, precision).latest_on
    return {name: day, "latest_on": latest, "precision": precision if day else None}


async def load_known(session: AsyncSession) -> None:
    """Keep what sources tell of sites, once; a fact that its source corrects is corrected."""
    selections = (await session.scalars(select(ActSelection))).all()
    facts = (await session.scalars(select(SiteFact))).all()
    held = {one.known_as: one for one in await session.scalars(_KNOWN)}
    communes = {code: (name, region) for code, name, region in await session.execute(_COMMUNES)}
    centres = dict(_by_region((await session.scalars(select(CnamCentre))).all()))
    for told in known(selections, facts):
        site = held.get(told.key)
        if site is None:
            name, region = communes[told.insee_code]
            site = _new(told, name=f"Cnam {name}", centre_code=centres.get(region))
            session.add(site)
            await session.flush()
        changed = [await _follow(session, SiteEvent, site, told.events)]
        changed += [await _follow(session, SitePremises, site, told.premises)]
        if any(changed):
            await _tell(session, site, told)


_KNOWN = select(Site).where(Site.known_as.is_not(None))
_COMMUNES = select(Commune.insee_code, Commune.name, Commune.region_code)


def _by_region(centres: Sequence[CnamCentre]) -> Iterator[tuple[str, str]]:
    """Yield region and centre: one a region, as the count of the centres tells."""
    for centre in centres:
        for region in centre.region_codes:
            yield region, centre.code


def _new(told: Known, *, name: str, centre_code: str | None) -> Site:
    return Site(
        id=told.id,
        known_as=told.key,
        name=name,
        sort_name=folded(name),
        words=search_words(name),
        insee_code=told.insee_code,
        centre_code=centre_code,
        schemes=sorted(set(told.schemes)),
        rooms=[],
        equipment=[],
        contacts=[],
        **told.bid,
        **_status(told),
        version=0,
    )


def _status(told: Known) -> Row:
    event = standing(told.events)
    day = event["effect_on"]
    return {
        "status": event["status"],
        "since_on": day,
        "precision": event["precision"] if day else None,
        "confidence": event["confidence"],
        "source_url": event["source_url"],
    }


_Fact = TypeVar("_Fact", SiteEvent, SitePremises)


async def _follow(
    session: AsyncSession, table: type[_Fact], site: Site, rows: Sequence[Row]
) -> bool:
    """Bring the facts of a site to what its sources say; tell whether something changed."""
    asked = select(table).where(table.site_id == site.id)
    held = (await session.scalars(asked)).all()
    by_fact = {one.fact: one for one in held if one.fact is not None}
    number = max((one.number for one in held), default=0)
    changed = False
    for row in rows:
        kept = by_fact.get(row["fact"])
        if kept is None:
            number += 1
            session.add(table(id=uuid7(), site_id=site.id, number=number, **row))
        elif any(getattr(kept, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(kept, name, value)
        else:
            continue
        changed = True
    return changed


async def _tell(session: AsyncSession, site: Site, told: Known) -> None:
    """Let a site that the Cnam stated nothing of stand as its sources say, and tell of it."""
    await session.flush()
    stated = select(SiteEvent.id).where(SiteEvent.site_id == site.id, SiteEvent.fact.is_(None))
    if await session.scalar(stated.limit(1)) is None:
        for name, value in _status(told).items():
            setattr(site, name, value)
        site.insee_code = told.insee_code
        site.address = told.premises[-1]["address"] if told.premises else None
    site.version += 1
    site.updated_at = func.now()
    await session.flush()
    fact = SiteListed(
        id=site.id, insee_code=site.insee_code, status=site.status, version=site.version
    )
    await record(session, fact)
