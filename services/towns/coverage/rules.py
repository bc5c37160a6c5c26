"""What sites reach: the communes around them, and the figures that follow, before and after."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import cos, floor, radians, sin
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth, km. Source: IUGG, mean radius R1 of GRS 80."""

NEAREST_KM, FURTHEST_KM = 1, 100
"""Bounds of a radius, km; ours: less than 1 is inside a commune, more than 100 is no travel."""

STATUSES = ("declared", "qualified")
"""The statuses of the needs that are counted: those that wait for an answer, in this order."""

_NEIGHBOURS = tuple(product((-1, 0, 1), repeat=3))
"""Steps, in cells, from a cell to itself and to those that touch it."""


class Commune(NamedTuple):
    """An inhabited point: degrees WGS 84, people."""

    insee_code: str
    lon: float
    lat: float
    population: int
    region_code: str


class Spot(NamedTuple):
    """Where a site is, or would be: degrees WGS 84; null where nobody knows the point."""

    lon: float | None
    lat: float | None
    region_code: str
    department_code: str


class Need(NamedTuple):
    """People to train in a territory, of which we know the points of these communes."""

    status: str
    volume_count: int
    insee_codes: Collection[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What sites are measured on: communes by INSEE code; all regions, all departments."""

    communes: Mapping[str, Commune]
    region_codes: Sequence[str]
    department_codes: Sequence[str]
    needs: Sequence[Need]


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """A region: its sites, people of its communes, people of those that any site reaches."""

    region_code: str
    sites_count: int
    population_count: int
    covered_count: int


@dataclass(frozen=True, slots=True)
class NeedFigures:
    """Needs of one status, and the people that they ask to train; `unplaced` have no point."""

    status: str
    needs_count: int
    volume_count: int
    covered_needs_count: int
    covered_volume_count: int
    unplaced_needs_count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What some sites reach; `covered` are the communes."""

    sites_count: int
    unplaced_sites_count: int
    population_count: int
    covered_count: int
    regions: tuple[RegionFigures, ...]
    departments_without_site: tuple[str, ...]
    needs: tuple[NeedFigures, ...]
    covered: frozenset[str]


_Direction = tuple[float, float, float]
_Cell = tuple[int, int, int]


class Grid:
    """Communes by cubic cells as wide as the radius: what a site reaches is in 27 of them.

    Points are directions from the centre of the earth, so that neither the poles, nor the 180th
    meridian, nor overseas are special; the straight line between two tells the great circle.
    """

    def __init__(self, communes: Iterable[Commune], *, radius_km: float) -> None:
        """Sort communes into cells.

        Args:
            communes: the points that can be reached.
            radius_km: great-circle distance up to which a site reaches, km, above 0.
        """
        self._reach = 2 * sin(radius_km / EARTH_RADIUS_KM / 2)
        # a little wider than the reach: rounding must not put a neighbour two cells away
        self._width = self._reach * 1.000001
        self._cells: defaultdict[_Cell, list[tuple[_Direction, str]]] = defaultdict(list)
        self._around: dict[tuple[float, float], frozenset[str]] = {}
        for commune in communes:
            point = _direction(commune.lon, commune.lat)
            self._cells[self._cell(point)].append((point, commune.insee_code))

    def around(self, spot: Spot) -> frozenset[str]:
        """Return the communes that a site reaches: their point is at most the radius away.

        Args:
            spot: where the site is; without a point it reaches nothing.

        Returns:
            INSEE codes.
        """
        if spot.lon is None or spot.lat is None:
            return frozenset()
        point = spot.lon, spot.lat
        # of what happens before and after, most is asked twice
        if point not in self._around:
            self._around[point] = frozenset(self._reached(_direction(*point)))
        return self._around[point]

    def _reached(self, here: _Direction) -> Iterator[str]:
        x, y, z = here
        a, b, c = self._cell(here)
        furthest = self._reach * self._reach
        for i, j, k in _NEIGHBOURS:
            for (u, v, w), code in self._cells.get((a + i, b + j, c + k), ()):
                if (u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z) <= furthest:
                    yield code

    def _cell(self, point: _Direction) -> _Cell:
        x, y, z = point
        return floor(x / self._width), floor(y / self._width), floor(z / self._width)


def measured(ground: Ground, spots: Sequence[Spot], *, grid: Grid) -> Figures:
    """Return what sites reach.

    Args:
        ground: the people, the territories and the needs.
        spots: where the sites are.
        grid: of the communes of `ground`, for one radius.

    Returns:
        Counts of people, sites and needs; regions and departments in the order of `ground`.
    """
    covered = frozenset[str]().union(*map(grid.around, spots))
    people, reached = _by_region(ground.communes.values(), covered=covered)
    sites = Counter(spot.region_code for spot in spots)
    served = {spot.department_code for spot in spots}
    return Figures(
        sites_count=len(spots),
        unplaced_sites_count=sum(spot.lon is None for spot in spots),
        population_count=people.total(),
        covered_count=reached.total(),
        regions=tuple(
            RegionFigures(code, sites[code], people[code], reached[code])
            for code in ground.region_codes
        ),
        departments_without_site=tuple(
            code for code in ground.department_codes if code not in served
        ),
        needs=tuple(_of_status(status, ground.needs, covered=covered) for status in STATUSES),
        covered=covered,
    )


def inhabitants(ground: Ground, insee_codes: Collection[str]) -> int:
    """Return how many people live in some communes.

    Args:
        ground: holds the communes.
        insee_codes: of the communes, all held by the ground.

    Returns:
        People.
    """
    return sum(ground.communes[code].population for code in insee_codes)


def _direction(lon: float, lat: float) -> _Direction:
    """Return the unit vector from the centre of the earth to a point given in degrees."""
    east, north = radians(lon), radians(lat)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def _by_region(
    communes: Iterable[Commune], *, covered: Collection[str]
) -> tuple[Counter[str], Counter[str]]:
    """Return per region code the people of all communes, and of the covered ones."""
    people, reached = Counter[str](), Counter[str]()
    for commune in communes:
        people[commune.region_code] += commune.population
        if commune.insee_code in covered:
            reached[commune.region_code] += commune.population
    return people, reached


def _of_status(status: str, every: Iterable[Need], *, covered: frozenset[str]) -> NeedFigures:
    """Return the figures of needs: one is covered if one commune of its territory is."""
    needs = [need for need in every if need.status == status]
    met = [need for need in needs if not covered.isdisjoint(need.insee_codes)]
    return NeedFigures(
        status=status,
        needs_count=len(needs),
        volume_count=sum(need.volume_count for need in needs),
        covered_needs_count=len(met),
        covered_volume_count=sum(need.volume_count for need in met),
        unplaced_needs_count=sum(not need.insee_codes for need in needs),
    )
