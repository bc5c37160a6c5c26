"""What callers may ask of the lists of official places."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chassis.identifiers import DepartmentCode, InseeCode, PostalCode, RegionCode, Siren
from chassis.problems import Text
from chassis.queries import ListQuery
from chassis.validation import Misfit
from services.towns.catalogue.contract import AcvId
from services.towns.catalogue.queries import Count, Search
from services.towns.catalogue.rules import folded, search_condition
from services.towns.geography.contract import Commune, Department, Epci, Region

TabularFormat = Annotated[
    Literal["json", "csv", "ndjson", "xlsx"] | None,
    Field(description="Another representation: all the rows, streamed"),
]
"""Of a list whose items have no point on the map."""

NamedPlace = Annotated[
    Search | None,
    Field(description="Words of the name: any case, accents, prefix, saint or st"),
]
Regions = Annotated[list[RegionCode] | None, Field(description="INSEE code of the region")]
Departments = Annotated[
    list[DepartmentCode] | None, Field(description="INSEE code of the department")
]
Zones = Annotated[
    list[Literal["metro", "drom"]] | None,
    Field(description="Mainland and Corsica, or overseas departments and regions"),
]
AtLeast = Annotated[Count | None, Field(description="At least, inhabitants")]
AtMost = Annotated[Count | None, Field(description="At most, inhabitants")]

BEST_FIRST = Field(description="Order; best match first with `q`")


class PlaceQuery(ListQuery):
    """What all lists of official places have in common: a name, and its relevance."""

    q: NamedPlace = None

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if self.q is None and self.sort in {"relevance", "-relevance"}:
            raise Misfit("q", Text("requis avec ce tri", "needed by this sort"))
        return self

    def suited_order(self) -> str | None:
        """Best match first."""
        return "relevance" if self.q is not None else None

    def bindings(self) -> dict[str, Any]:
        """Add the words behind `q`."""
        values = super().bindings()
        if self.q is not None:
            values["words"] = search_condition(self.q)
            values["phrase"] = folded(self.q)
        return values


class CommuneQuery(PlaceQuery):
    """Filters of the list of communes; a repeated filter means "or"."""

    item = Commune

    sort: Annotated[
        Literal[
            "insee_code", "-insee_code", "name", "-name", "population", "-population", "relevance"
        ]
        | None,
        BEST_FIRST,
    ] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="INSEE code")] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme town it is part of")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of its EPCI")] = None
    postal_code: Annotated[list[PostalCode] | None, Field(description="One of its codes")] = None
    population_gte: AtLeast = None
    population_lte: AtMost = None


class EpciQuery(PlaceQuery):
    """Filters of the list of EPCI; a repeated filter means "or"."""

    item = Epci

    format: TabularFormat = None
    sort: Annotated[
        Literal["siren", "-siren", "name", "-name", "population", "-population", "relevance"]
        | None,
        BEST_FIRST,
    ] = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN")] = None
    type: Annotated[
        list[Literal["CC", "CA", "CU", "METRO", "MET69"]] | None, Field(description="Legal form")
    ] = None
    region: Annotated[list[RegionCode] | None, Field(description="Of its main commune")] = None
    department: Annotated[list[DepartmentCode] | None, Field(description="Of its main commune")] = (
        None
    )
    insee_code: Annotated[list[InseeCode] | None, Field(description="A known member commune")] = (
        None
    )
    acv_id: Annotated[list[AcvId] | None, Field(description="A programme town in it")] = None
    population_gte: AtLeast = None
    population_lte: AtMost = None


class DepartmentQuery(PlaceQuery):
    """Filters of the list of departments; a repeated filter means "or"."""

    item = Department

    format: TabularFormat = None
    sort: Annotated[Literal["code", "-code", "name", "-name", "relevance"] | None, BEST_FIRST] = (
        None
    )
    region: Annotated[list[RegionCode] | None, Field(description="INSEE code of its region")] = None
    department: Departments = None
    zone: Zones = None


class RegionQuery(PlaceQuery):
    """Filters of the list of regions; a repeated filter means "or"."""

    item = Region

    format: TabularFormat = None
    sort: Annotated[Literal["code", "-code", "name", "-name", "relevance"] | None, BEST_FIRST] = (
        None
    )
    region: Regions = None
    zone: Zones = None
