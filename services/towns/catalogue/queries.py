"""What callers may ask of the list of towns."""

from math import cos, radians
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chassis.contract import Day, Instant
from chassis.identifiers import DepartmentCode, Form, InseeCode, RegionCode, Siren
from chassis.problems import Text
from chassis.queries import ListQuery
from chassis.validation import Misfit
from services.towns.catalogue.contract import AcvId, Town
from services.towns.catalogue.rules import (
    folded,
    holds_only_common_words,
    is_one_word,
    query_words,
    search_condition,
    selective_condition,
)

_KM_PER_DEGREE = 111.19
_LARGEST_COUNT = 2**31 - 1
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,8})?"
_A_BOX = Text(
    "attendu : ouest,sud,est,nord en degrés, dans cet ordre, par exemple bbox=3,48,5,50",
    "expected: west,south,east,north in degrees, in this order, such as bbox=3,48,5,50",
)
_A_POINT = Text(
    "attendu : longitude,latitude en degrés, dans cet ordre, par exemple near=4.03,49.25 (Reims)",
    "expected: longitude,latitude in degrees, in this order, such as near=4.03,49.25 (Reims)",
)


def _numbers(value: str) -> tuple[float, ...]:
    return tuple(float(part) for part in value.split(","))


def _box(value: str) -> str:
    west, south, east, north = _numbers(value)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004  # degrees
        raise ValueError(_A_BOX)
    return value


def _point(value: str) -> str:
    lon, lat = _numbers(value)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004  # degrees
        raise ValueError(_A_POINT)
    return value


def _searchable(value: str) -> str:
    if not query_words(value):
        raise ValueError(Text("aucune lettre ni chiffre", "no letter nor digit"))
    return value


Count = Annotated[int, Field(ge=0, le=_LARGEST_COUNT, examples=[20_000])]
Box = Annotated[
    str,
    Form(rf"{_NUMBER}(?:,{_NUMBER}){{3}}", _A_BOX),
    AfterValidator(_box),
    Field(examples=["3,48,5,50"]),
]
Point = Annotated[
    str,
    Form(f"{_NUMBER},{_NUMBER}", _A_POINT),
    AfterValidator(_point),
    Field(examples=["4.03,49.25"]),
]
Near = Annotated[
    Point | None,
    Field(description="Longitude,latitude in this order; adds the distance, nearest first"),
]
RadiusKm = Annotated[
    float, Field(gt=0, le=20_100, description="With `near`: how far, km on the sphere")
]
Search = Annotated[
    str,
    Field(min_length=1, max_length=100, examples=["saint-die"]),
    AfterValidator(_searchable),
]


class TownQuery(ListQuery):
    """Filters of the list of towns; a repeated filter means "or"."""

    item = Town

    sort: Annotated[
        Literal[
            "acv_id",
            "-acv_id",
            "name",
            "-name",
            "population",
            "-population",
            "updated_at",
            "-updated_at",
            "distance",
            "relevance",
        ]
        | None,
        Field(description="Order; nearest first with `near`, best match first with `q`"),
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme identifier")] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="Any commune of the town")] = (
        None
    )
    region: Annotated[list[RegionCode] | None, Field(description="INSEE code")] = None
    department: Annotated[list[DepartmentCode] | None, Field(description="INSEE code")] = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of the EPCI")] = None
    status: Annotated[
        list[Literal["active", "left", "merged"]] | None, Field(description="In the latest list")
    ] = None
    phase: Annotated[
        list[Literal["acv1", "acv2"]] | None, Field(description="Took part in this phase")
    ] = None
    cohort: Annotated[list[Literal["2018", "2023"]] | None, Field(description="Entry list")] = None
    wave: Annotated[
        list[Literal["1", "2"]] | None,
        Field(description="Known to be selected in this wave of Au cœur des territoires"),
    ] = None
    q: Annotated[
        Search | None,
        Field(description="Words of the town or a commune: any case, accents, prefix, saint or st"),
    ] = None
    bbox: Annotated[Box | None, Field(description="West,south,east,north in WGS 84 degrees")] = None
    near: Near = None
    radius_km: RadiusKm = 50.0
    population_gte: Annotated[Count | None, Field(description="At least, inhabitants")] = None
    population_lte: Annotated[Count | None, Field(description="At most, inhabitants")] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None
    as_of: Annotated[
        Day | None,
        Field(
            description="Member of the programme on this day, as far as dated sources tell: from"
            " `attested_from` on, before `gone_by`. Between its last proof and `gone_by` a town"
            " may have left already"
        ),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.near is None and ("radius_km" in self.model_fields_set or self.sort == "distance"):
            raise Misfit("near", Text("requis avec ce tri ou ce rayon", "needed by sort or radius"))
        if self.q is None and self.sort == "relevance":
            raise Misfit("q", Text("requis avec ce tri", "needed by this sort"))
        return self

    def order(self) -> str | None:
        """Find by the index of names what one word asks; walk the names for common words."""
        order = super().order()
        if order != "relevance" or self.q is None:
            return order
        # with another filter the rows may be few, and far between in the index of names
        if is_one_word(self.q) and self.used() == {"q"}:
            return "relevance_of_word"
        return "relevance_of_common" if holds_only_common_words(self.q) else order

    def suited_order(self) -> str | None:
        """Nearest first, else best match first."""
        if self.near is not None:
            return "distance"
        return "relevance" if self.q is not None else None

    def bindings(self) -> dict[str, Any]:
        """Add the numbers behind `bbox` and `near`, and the words behind `q`."""
        values = super().bindings()
        for numbers in ("wave", "cohort"):
            if numbers in values:
                values[numbers] = [int(text) for text in values[numbers]]
        if self.bbox is not None:
            values |= zip(("west", "south", "east", "north"), _numbers(self.bbox), strict=True)
        if self.near is not None:
            values |= surroundings(self.near, radius_km=self.radius_km)
        if self.q is not None:
            values |= {
                "words": search_condition(self.q),
                "whole_words": search_condition(self.q, whole=True),
                "rare_word": selective_condition(self.q),
                "phrase": folded(self.q),
            }
        return values


def surroundings(near: str, *, radius_km: float) -> dict[str, float]:
    """Return the point, the radius, and a box in degrees that holds the whole circle."""
    lon, lat = _numbers(near)
    up = radius_km / _KM_PER_DEGREE
    furthest = min(abs(lat) + up, 90.0)
    # near a pole or across the antimeridian the circle covers every longitude, to be safe
    across = up / cos(radians(furthest)) if furthest < 89.9 else 360.0  # noqa: PLR2004  # degrees
    if lon - across < -180 or lon + across > 180:  # noqa: PLR2004  # degrees
        across = 360.0
    return {
        "lon": lon,
        "lat": lat,
        "radius_km": radius_km,
        "near_west": lon - across,
        "near_east": lon + across,
        "near_south": lat - up,
        "near_north": lat + up,
    }
