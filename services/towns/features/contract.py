"""What geographic software receives: OGC API Features Part 1 documents and GeoJSON features."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Output
from chassis.identifiers import RegionCode
from services.towns.catalogue.contract import (
    AcvId,
    AttestedFrom,
    GoneBy,
    Inhabitants,
    MemberFrom,
    MemberUntil,
    Name,
    OpenPhase,
    OpenStatus,
    Year,
)

Degrees = Annotated[float, Field(ge=-180, le=180)]


class OgcLink(Output):
    """A link, always absolute."""

    href: str
    rel: str = Field(description="Relation, as registered with IANA or named by OGC")
    type: str = Field(description="Media type")
    title: str


class OgcLanding(Output):
    """Where everything of this part of the API is."""

    title: str
    description: str
    attribution: str = Field(description="Whom to name wherever the facts are shown again")
    links: list[OgcLink]


class OgcConformance(Output):
    """The conformance classes that this part of the API keeps to."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    conforms_to: list[str] = Field(alias="conformsTo")


class OgcSpatialExtent(Output):
    """The box around all the features."""

    bbox: list[Annotated[list[Degrees], Field(min_length=4, max_length=4)]] = Field(
        description="West, south, east, north"
    )
    crs: str


class OgcTemporalExtent(Output):
    """The time that all the features cover."""

    interval: list[Annotated[list[datetime | None], Field(min_length=2, max_length=2)]] = Field(
        description="Beginning and end; null: open"
    )
    trs: str


class OgcExtent(Output):
    """Where and when the features are."""

    spatial: OgcSpatialExtent
    temporal: OgcTemporalExtent


class OgcCollection(Output):
    """A collection of features."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    id: str
    title: str
    description: str
    attribution: str = Field(description="Whom to name wherever the facts are shown again")
    item_type: Literal["feature"] = Field(alias="itemType")
    crs: list[str] = Field(description="Systems of coordinates: CRS84 alone")
    extent: OgcExtent
    links: list[OgcLink]


class OgcCollections(Output):
    """The collections of features."""

    collections: list[OgcCollection]
    links: list[OgcLink]


class OgcApiDefinition(BaseModel):
    """This part of the API as an OpenAPI 3.0 document."""

    model_config = ConfigDict(extra="allow", frozen=True)

    openapi: str = Field(pattern=r"^3\.0\.\d+$")


class FeatureShape(BaseModel):
    """The shape of a feature as a JSON Schema; any property may be null instead."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(description="What JSON calls it; a feature has named members")


class GeoPoint(Output):
    """A point of GeoJSON: longitude, latitude, WGS 84 degrees."""

    type: Literal["Point"]
    coordinates: Annotated[list[Degrees], Field(min_length=2, max_length=2)]


class TownProperties(Output):
    """A town as a flat row; `|` stands between several values of one cell."""

    acv_id: AcvId
    name: str = Field(description="Name of the town in the programme")
    insee_code: str = Field(description="INSEE codes of its communes, the primary one first")
    status: OpenStatus
    phase: OpenPhase
    cohort: int = Field(description="Year of the list that brought the town in: 2018 or 2023")
    region: RegionCode
    region_name: Name
    department: str = Field(description="INSEE codes of its departments")
    department_name: str
    epci: str | None = Field(description="SIREN of its intercommunalities")
    epci_name: str | None
    population: Inhabitants | None = Field(description="Sum over its communes, in that year")
    population_year: Year | None
    member_from: MemberFrom
    attested_from: AttestedFrom
    member_until: MemberUntil
    gone_by: GoneBy
    convention_signed_on: date | None
    wave: str | None = Field(
        description="Known waves of Cnam sites; null proves nothing: the list is incomplete"
    )
    selections_count: int = Field(
        ge=0, description="Known selections for a Cnam site, also those of an unknown wave"
    )
    url: str = Field(description="Address of all that is known about the town")


class TownFeature(Output):
    """A town on the map; geometry null where its place is unknown."""

    type: Literal["Feature"]
    id: AcvId
    geometry: GeoPoint | None
    properties: TownProperties


class LinkedTownFeature(TownFeature):
    """A town on the map, alone."""

    links: list[OgcLink]


class FeaturesOfTowns(Output):
    """A page of towns on the map; the link `next` leads on."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    type: Literal["FeatureCollection"]
    links: list[OgcLink]
    time_stamp: datetime = Field(alias="timeStamp", description="When this was answered, UTC")
    number_matched: int = Field(alias="numberMatched", ge=0, description="Features of all pages")
    number_returned: int = Field(alias="numberReturned", ge=0, description="Features of this page")
    features: list[TownFeature]
