"""What callers receive about official places; `null` means unknown."""

from typing import Annotated

from pydantic import Field

from chassis.contract import Output, Page
from chassis.identifiers import DepartmentCode, InseeCode, PostalCode, RegionCode, Siren
from services.towns.catalogue.contract import (
    AcvId,
    DepartmentName,
    EpciName,
    EpciType,
    Inhabitants,
    Name,
    Place,
    PopulationOfYear,
    RegionName,
    SelfLink,
)
from services.towns.reference.contract import Sourced
from services.towns.vocabularies import ZONE

Vintage = Annotated[
    str, Field(description="State of the official source that this shows", examples=["COG 2026"])
]
Zone = Annotated[
    str,
    Field(
        description="`metro`: mainland and Corsica; `drom`: overseas department and region",
        json_schema_extra=ZONE.schema,
    ),
]


class CommuneLinks(Output):
    """Where to go from a commune."""

    self: SelfLink
    town: str | None = Field(description="Path of its programme town")


class Commune(Output):
    """A commune of the official geographic code."""

    insee_code: InseeCode
    name: Name
    department: DepartmentName
    region: RegionName
    arrondissement_code: str | None = Field(description="INSEE code of the arrondissement")
    siren: Siren
    epci: EpciName | None
    postal_codes: list[PostalCode]
    population: PopulationOfYear | None = Field(description="Latest legal population")
    place: Place | None
    acv_id: AcvId | None = Field(description="The programme town it is part of")
    vintage: Vintage
    links: CommuneLinks


class Links(Output):
    """Where a resource is."""

    self: SelfLink


class Epci(Output):
    """An intercommunality with own taxation, among those of programme towns and selected places."""

    siren: Siren
    name: Name
    type: EpciType
    members_count: int = Field(ge=1, description="Member communes")
    population: Inhabitants
    main_commune_insee: InseeCode = Field(
        description="Most populated member; not always the legal seat"
    )
    department_code: DepartmentCode
    region_code: RegionCode
    vintage: Vintage
    links: Links


class Department(Output):
    """A department of the official geographic code."""

    code: DepartmentCode
    name: Name
    region_code: RegionCode
    zone: Zone
    chief_town_insee: InseeCode = Field(description="INSEE code of the chief town")
    vintage: Vintage
    links: Links


class Region(Output):
    """A region of the official geographic code."""

    code: RegionCode
    name: Name
    zone: Zone
    chief_town_insee: InseeCode = Field(description="INSEE code of the chief town")
    vintage: Vintage
    links: Links


class CommunePage(Page[Commune], Sourced):
    """A page of communes, and how far the list is known to be whole."""


class EpciPage(Page[Epci], Sourced):
    """A page of intercommunalities, and how far the list is known to be whole."""


class DepartmentPage(Page[Department], Sourced):
    """A page of departments, and how far the list is known to be whole."""


class RegionPage(Page[Region], Sourced):
    """A page of regions, and how far the list is known to be whole."""
