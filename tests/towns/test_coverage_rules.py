"""The laws of coverage: what a site reaches, and how the figures of many add up."""

from math import asin, cos, radians, sin, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.towns.coverage.rules import (
    EARTH_RADIUS_KM,
    FURTHEST_KM,
    NEAREST_KM,
    STATUSES,
    Commune,
    Figures,
    Grid,
    Ground,
    Need,
    Spot,
    inhabitants,
    measured,
)

REGIONS = ("44", "53", "04")
DEPARTMENTS = {"44": ("51", "08"), "53": ("29",), "04": ("974",)}
EVERY_DEPARTMENT = tuple(code for codes in DEPARTMENTS.values() for code in codes)
REIMS, CHALONS, SEDAN = (4.0345, 49.2578), (4.3631, 48.9566), (4.9408, 49.7009)

# near together, so that much is in reach; at the edges of the map too, where degrees mislead
LONGITUDES = st.one_of(
    st.floats(4, 5), st.floats(179.5, 180), st.floats(-180, -179.5), st.floats(-180, 180)
)
LATITUDES = st.one_of(st.floats(48.9, 49.9), st.floats(89.5, 90), st.floats(-90, 90))
RADII = st.integers(NEAREST_KM, FURTHEST_KM)
SPOTS = st.lists(
    st.sampled_from(REGIONS).flatmap(
        lambda region: st.builds(
            Spot,
            lon=LONGITUDES,
            lat=LATITUDES,
            region_code=st.just(region),
            department_code=st.sampled_from(DEPARTMENTS[region]),
        )
    ),
    max_size=12,
)


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    """Draw some communes, and needs that name some of them."""
    communes = draw(
        st.lists(
            st.builds(
                Commune,
                insee_code=st.integers(0, 99).map("{:05}".format),
                lon=LONGITUDES,
                lat=LATITUDES,
                population=st.integers(0, 100_000),
                region_code=st.sampled_from(REGIONS),
            ),
            max_size=25,
            unique_by=lambda commune: commune.insee_code,
        )
    )
    codes = [commune.insee_code for commune in communes]
    named = st.frozensets(st.sampled_from(codes), max_size=2) if codes else st.just(frozenset())
    needs = st.builds(
        Need,
        status=st.sampled_from(STATUSES),
        volume_count=st.integers(1, 500),
        insee_codes=named,
    )
    return _ground(communes, *draw(st.lists(needs, max_size=8)))


def _ground(communes: list[Commune], *needs: Need) -> Ground:
    known = {commune.insee_code: commune for commune in communes}
    return Ground(known, REGIONS, EVERY_DEPARTMENT, needs)


def _figures(ground: Ground, spots: list[Spot], radius_km: float) -> Figures:
    return measured(ground, spots, grid=Grid(ground.communes.values(), radius_km=radius_km))


def _at(point: tuple[float, float], **changes: Any) -> Spot:
    return Spot(*point, region_code="44", department_code="51")._replace(**changes)


def _living(point: tuple[float, float], code: str, people: int) -> Commune:
    return Commune(code, *point, people, "44")


def _great_circle_km(one: Commune, other: Spot) -> float:
    """Return the haversine distance."""
    assert other.lon is not None
    assert other.lat is not None
    north, east = radians(other.lat - one.lat), radians(other.lon - one.lon)
    part = sin(north / 2) ** 2
    part += cos(radians(one.lat)) * cos(radians(other.lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1, sqrt(part)))


@settings(max_examples=150)
@given(ground=grounds(), spots=SPOTS, radius_km=RADII)
def test_the_grid_finds_what_comparing_every_pair_finds(
    ground: Ground, spots: list[Spot], radius_km: int
) -> None:
    every = ground.communes.values()
    distances = {
        commune.insee_code: min((_great_circle_km(commune, spot) for spot in spots), default=1e9)
        for commune in every
    }
    # a metre on either side is left to the arithmetic of floats
    sure = {code for code, km in distances.items() if km < radius_km - 0.001}
    possible = {code for code, km in distances.items() if km <= radius_km + 0.001}
    assert sure <= _figures(ground, spots, radius_km).covered <= possible


@given(ground=grounds(), spots=SPOTS, more=SPOTS, radius_km=RADII)
def test_more_sites_never_cover_less(
    ground: Ground, spots: list[Spot], more: list[Spot], radius_km: int
) -> None:
    before = _figures(ground, spots, radius_km)
    after = _figures(ground, [*spots, *more], radius_km)
    assert before.covered <= after.covered
    assert before.covered_count <= after.covered_count
    assert set(after.departments_without_site) <= set(before.departments_without_site)
    for fewer, greater in zip(before.regions, after.regions, strict=True):
        assert fewer.covered_count <= greater.covered_count
    for less, most in zip(before.needs, after.needs, strict=True):
        assert less.covered_volume_count <= most.covered_volume_count


@given(ground=grounds(), spots=SPOTS, radii=st.tuples(RADII, RADII))
def test_a_longer_radius_never_covers_less(
    ground: Ground, spots: list[Spot], radii: tuple[int, int]
) -> None:
    near, far = (_figures(ground, spots, radius) for radius in sorted(radii))
    assert near.covered <= far.covered


@given(ground=grounds(), radius_km=RADII)
def test_a_site_in_every_commune_covers_everybody(ground: Ground, radius_km: int) -> None:
    spots = [_at((commune.lon, commune.lat)) for commune in ground.communes.values()]
    found = _figures(ground, spots, radius_km)
    assert found.covered == ground.communes.keys()
    assert found.covered_count == found.population_count
    for status in found.needs:
        placed = status.needs_count - status.unplaced_needs_count
        assert status.covered_needs_count == placed


@given(ground=grounds(), spots=SPOTS, radius_km=RADII)
def test_the_parts_add_up_to_the_whole(ground: Ground, spots: list[Spot], radius_km: int) -> None:
    found = _figures(ground, spots, radius_km)
    assert sum(region.population_count for region in found.regions) == found.population_count
    assert sum(region.covered_count for region in found.regions) == found.covered_count
    assert sum(region.sites_count for region in found.regions) == found.sites_count == len(spots)
    assert found.covered_count == inhabitants(ground, found.covered)
    assert sum(status.needs_count for status in found.needs) == len(ground.needs)
    asked = sum(need.volume_count for need in ground.needs)
    assert sum(status.volume_count for status in found.needs) == asked


def test_reims_reaches_chalons_within_fifty_kilometres_and_not_sedan() -> None:
    people = [_living(REIMS, "51454", 177_674), _living(CHALONS, "51108", 42_000)]
    ground = _ground([*people, _living(SEDAN, "08409", 16_000)])
    found = _figures(ground, [_at(REIMS)], 50)
    assert found.covered == {"51454", "51108"}
    assert (found.covered_count, found.population_count) == (219_674, 235_674)


def test_a_site_whose_point_nobody_knows_is_counted_and_reaches_nobody() -> None:
    ground = _ground([_living(REIMS, "51454", 177_674)])
    found = _figures(ground, [_at(REIMS, lon=None, lat=None)], FURTHEST_KM)
    assert (found.sites_count, found.unplaced_sites_count, found.covered_count) == (1, 1, 0)
    assert found.departments_without_site == ("08", "29", "974")
    assert [region.sites_count for region in found.regions] == [1, 0, 0]


def test_a_need_is_covered_where_one_commune_of_its_territory_is() -> None:
    ground = _ground(
        [_living(REIMS, "51454", 1), _living(SEDAN, "08409", 1)],
        Need("declared", 10, ("51454", "08409")),
        Need("declared", 5, ("08409",)),
        Need("qualified", 7, ("51454",)),
        Need("qualified", 3, ()),
    )
    declared, qualified = _figures(ground, [_at(REIMS)], 30).needs
    assert (declared.volume_count, declared.covered_volume_count) == (15, 10)
    assert (declared.needs_count, declared.covered_needs_count) == (2, 1)
    assert (qualified.volume_count, qualified.covered_volume_count) == (10, 7)
    assert qualified.unplaced_needs_count == 1


def test_without_sites_nothing_is_covered_and_every_department_lacks_one() -> None:
    found = _figures(_ground([_living(REIMS, "51454", 177_674)]), [], 30)
    assert found.covered == frozenset()
    assert found.departments_without_site == EVERY_DEPARTMENT


@pytest.mark.parametrize("radius_km", [NEAREST_KM, FURTHEST_KM])
def test_the_bounds_of_the_radius_measure_too(radius_km: int) -> None:
    ground = _ground([_living(REIMS, "51454", 1)])
    assert _figures(ground, [_at(REIMS)], radius_km).covered == {"51454"}
