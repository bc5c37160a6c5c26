"""From the sites of a day, and those that would come or go, to what they reach."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal, NamedTuple
from uuid import UUID

import orjson

from chassis.database import ReadPool
from chassis.reads import Reads
from services.towns.calls.errors import CallNotFound
from services.towns.coverage import candidates, rules, store
from services.towns.coverage.contract import (
    Candidate,
    CountedPeople,
    Coverage,
    CoverageFigures,
    DepartmentWithoutSite,
    Measured,
    NeedCoverage,
    RegionCoverage,
    Simulation,
    SimulationIn,
)
from services.towns.coverage.definition import DEFINITION
from services.towns.coverage.errors import SiteNotCounted, UnknownCandidates
from services.towns.reference.contract import Sourced, completeness
from services.towns.sites.contract import Status

_TABLES = ("communes", "epcis", "departments", "regions", "programme_towns")


@dataclass(frozen=True, slots=True)
class Question:
    """How far a site reaches, on which day (`None`: today), and which sites count."""

    radius_km: int
    as_of: date | None
    site_statuses: list[Status]


@dataclass(frozen=True, slots=True)
class _Field:
    """What the question is about: people and territories, the sites, and how it is measured."""

    ground: rules.Ground
    grid: rules.Grid
    sites: Mapping[UUID, rules.Spot]
    regions: Mapping[str, str]
    departments: Mapping[str, DepartmentWithoutSite]
    measured: Measured

    def figures(self, found: rules.Figures) -> CoverageFigures:
        """Return figures as callers are shown them."""
        return CoverageFigures(
            sites_count=found.sites_count,
            unplaced_sites_count=found.unplaced_sites_count,
            population_count=found.population_count,
            covered_count=found.covered_count,
            covered_rate=_share(found.covered_count, found.population_count),
            regions=[
                RegionCoverage(
                    region_code=region.region_code,
                    name=self.regions[region.region_code],
                    sites_count=region.sites_count,
                    population_count=region.population_count,
                    covered_count=region.covered_count,
                    covered_rate=_share(region.covered_count, region.population_count),
                )
                for region in found.regions
            ],
            departments_without_site=[
                self.departments[code] for code in found.departments_without_site
            ],
            needs=[NeedCoverage.model_validate(need, from_attributes=True) for need in found.needs],
        )


async def coverage(pool: ReadPool, question: Question) -> Coverage:
    """Return what the sites reach."""
    field = await _field(pool, question)
    found = rules.measured(field.ground, list(field.sites.values()), grid=field.grid)
    return Coverage(**dict(field.measured), figures=field.figures(found))


async def simulation(
    reads: Reads, call_id: UUID, *, bids: Reads, asked: SimulationIn
) -> Simulation:
    """Return what sites at some places, and without some others, would change.

    Raises:
        UnknownCandidates: the caller, of `bids`, knows of none with this identifier.
        SiteNotCounted: a site to remove is none of those before.
    """
    question = Question(asked.radius_km, asked.as_of, list(asked.site_statuses))
    field = await _field(reads.pool, question)
    chosen = await _chosen(reads.pool, call_id, bids=bids, asked=asked)
    _refuse_not_counted(asked, field.sites)
    removed = frozenset(asked.removed_site_ids)
    kept = [spot for site_id, spot in field.sites.items() if site_id not in removed]
    added = {place.insee_code: place.spot for place in chosen}
    before = rules.measured(field.ground, list(field.sites.values()), grid=field.grid)
    after = rules.measured(field.ground, [*kept, *added.values()], grid=field.grid)
    return Simulation(
        **dict(field.measured),
        call_id=call_id,
        candidates=[_candidate(place, field, before=before) for place in chosen],
        gained_count=rules.inhabitants(field.ground, after.covered - before.covered),
        lost_count=rules.inhabitants(field.ground, before.covered - after.covered),
        before=field.figures(before),
        after=field.figures(after),
    )


class _Place(NamedTuple):
    """A place that may get a site, in the columns of `candidates`."""

    asked: str
    kind: Literal["application", "town", "commune", "epci"]
    code: str
    name: str
    insee_code: str
    lon: float | None
    lat: float | None
    region_code: str
    department_code: str

    @property
    def spot(self) -> rules.Spot:
        """Where its site would be."""
        return rules.Spot(self.lon, self.lat, self.region_code, self.department_code)


def _candidate(place: _Place, field: _Field, *, before: rules.Figures) -> Candidate:
    reached = field.grid.around(place.spot)
    return Candidate(
        kind=place.kind,
        code=place.code,
        name=place.name,
        insee_code=place.insee_code,
        region_code=place.region_code,
        department_code=place.department_code,
        placed=place.lon is not None,
        gained_count=rules.inhabitants(field.ground, reached - before.covered),
    )


async def _chosen(
    pool: ReadPool, call_id: UUID, *, bids: Reads, asked: SimulationIn
) -> list[_Place]:
    """Return the places asked for, in the order asked, each once."""
    values: dict[str, Any] = {name: list(getattr(asked, name)) for name in candidates.ASKED}
    rows = await pool.fetch(candidates.PLACES.sql, *candidates.PLACES.arguments(values))
    known = await bids.found(candidates.BIDS, values | {"call_id": call_id}, missing=CallNotFound)
    places = [_Place(*row) for row in (*rows, *orjson.loads(known[0]))]
    found = {(place.asked, place.code): place for place in places}
    named = [
        (f"/{name}/{n}", (name, str(key)))
        for name in candidates.ASKED
        for n, key in enumerate(values[name])
    ]
    unknown = [pointer for pointer, key in named if key not in found]
    if unknown:
        raise UnknownCandidates.at(unknown)
    return [found[key] for key in dict.fromkeys(key for _, key in named)]


def _refuse_not_counted(asked: SimulationIn, sites: Mapping[UUID, rules.Spot]) -> None:
    missing = [
        f"/removed_site_ids/{n}"
        for n, site_id in enumerate(asked.removed_site_ids)
        if site_id not in sites
    ]
    if missing:
        raise SiteNotCounted.at(missing)


async def _field(pool: ReadPool, question: Question) -> _Field:
    made = store.GROUND
    values = {"as_of": question.as_of, "site_statuses": list(question.site_statuses)}
    (row,) = await pool.fetch(made.sql, *made.arguments(values))
    held = {name: orjson.loads(row[name]) for name in store.PARTS}
    communes, territories = _communes(held["communes"])
    regions = dict(held["regions"])
    departments = {
        code: DepartmentWithoutSite(department_code=code, name=name, region_code=region)
        for code, name, region in held["departments"]
    }
    needs = [
        rules.Need(status, volume, territories[territory])
        for status, volume, territory in held["needs"]
    ]
    return _Field(
        ground=rules.Ground(communes, list(regions), list(departments), needs),
        grid=rules.Grid(communes.values(), radius_km=question.radius_km),
        sites={UUID(site_id): rules.Spot(*place) for site_id, *place in held["sites"]},
        regions=regions,
        departments=departments,
        measured=Measured(
            **dict(Sourced.model_validate(completeness(*_TABLES))),
            definition=DEFINITION,
            radius_km=question.radius_km,
            as_of=row["as_of"],
            site_statuses=question.site_statuses,
            population_base=CountedPeople(
                communes_count=len(communes),
                other_communes_count=row["other_communes_count"],
                earliest_year=row["earliest_year"],
                latest_year=row["latest_year"],
            ),
        ),
    )


def _communes(rows: list[Any]) -> tuple[dict[str, rules.Commune], defaultdict[str, set[str]]]:
    """Return the communes by code, and which of them each town and each EPCI has."""
    communes: dict[str, rules.Commune] = {}
    territories: defaultdict[str, set[str]] = defaultdict(set)
    for insee_code, lon, lat, population, region_code, *parts in rows:
        communes[insee_code] = rules.Commune(insee_code, lon, lat, population, region_code)
        for territory in parts:
            territories[territory].add(insee_code)
    return communes, territories


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
