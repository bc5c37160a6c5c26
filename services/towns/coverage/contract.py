"""What callers ask of a simulation, and receive of it and of the coverage."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from chassis.contract import Day, Input, Output
from chassis.identifiers import DepartmentCode, InseeCode, RegionCode, Siren
from chassis.money import Rate
from chassis.problems import Text
from chassis.validation import Misfit
from services.towns.catalogue.contract import AcvId, Name
from services.towns.coverage.rules import FURTHEST_KM, NEAREST_KM
from services.towns.coverage.vocabularies import CANDIDATE_KIND
from services.towns.reference.contract import Sourced, Wording
from services.towns.sites.contract import Status

MOST_CANDIDATES = 300
_TOO_MANY = Text(
    f"au plus {MOST_CANDIDATES} candidats et sites à retirer en tout",
    f"at most {MOST_CANDIDATES} candidates and sites to remove in all",
)
_NOTHING = Text("donner des candidats ou des sites à retirer", "give candidates or sites to remove")

Radius = Annotated[
    int,
    Field(
        ge=NEAREST_KM,
        le=FURTHEST_KM,
        description="Great-circle distance up to which a site reaches, km",
        examples=[30],
    ),
]
OPEN: list[Status] = ["open", "relocated"]
"""The sites that receive people."""
EXPECTED: tuple[Status, ...] = ("announced", "in-preparation", "open", "relocated")
"""Those, and the sites that will."""
People = Annotated[int, Field(ge=0, description="Inhabitants")]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[Rate | None, Field(description="Of the population; null: there is nobody")]


class SimulationIn(Input):
    """Places that would get a site, sites that would go: what would that change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"acv_ids": ["acv-051", "acv-002"], "insee_codes": ["88413"]}]
        }
    )

    application_ids: Annotated[
        tuple[UUID, ...],
        Field(
            max_length=MOST_CANDIDATES,
            description="Bids of the call: at the first place of what was last submitted",
        ),
    ] = ()
    acv_ids: Annotated[
        tuple[AcvId, ...],
        Field(max_length=MOST_CANDIDATES, description="Towns: at their primary commune"),
    ] = ()
    insee_codes: Annotated[
        tuple[InseeCode, ...],
        Field(max_length=MOST_CANDIDATES, description="Communes that we hold"),
    ] = ()
    epci_sirens: Annotated[
        tuple[Siren, ...],
        Field(max_length=MOST_CANDIDATES, description="EPCI: at their most populated commune"),
    ] = ()
    removed_site_ids: Annotated[
        tuple[UUID, ...],
        Field(max_length=MOST_CANDIDATES, description="Sites counted before, not after"),
    ] = ()
    radius_km: Radius = 30
    as_of: Annotated[Day | None, Field(description="Day of the sites; today unless asked")] = None
    site_statuses: Annotated[
        tuple[Status, ...],
        Field(min_length=1, max_length=6, description="Sites that count before"),
    ] = EXPECTED

    @model_validator(mode="after")
    def _some_and_not_too_many(self) -> Self:
        asked = len(self.application_ids) + len(self.acv_ids) + len(self.insee_codes)
        asked += len(self.epci_sirens) + len(self.removed_site_ids)
        if asked == 0:
            raise Misfit("application_ids", _NOTHING)
        if asked > MOST_CANDIDATES:
            raise Misfit("application_ids", _TOO_MANY)
        return self


class RegionCoverage(Output):
    """A region: its sites, and its people whom any site reaches."""

    region_code: RegionCode
    name: Name
    sites_count: Count
    population_count: People
    covered_count: People
    covered_rate: Share


class DepartmentWithoutSite(Output):
    """A department in which no site is counted."""

    department_code: DepartmentCode
    name: Name
    region_code: RegionCode


class NeedCoverage(Output):
    """The needs of one status: how many, how many people to train, and the part within reach."""

    status: Literal["declared", "qualified"]
    needs_count: Count
    volume_count: Count = Field(description="People to train")
    covered_needs_count: Count
    covered_volume_count: Count = Field(description="People to train within reach of a site")
    unplaced_needs_count: Count = Field(
        description="Needs of an EPCI of which we know the point of no commune: never covered"
    )


class CoverageFigures(Output):
    """What some sites reach."""

    sites_count: Count
    unplaced_sites_count: Count = Field(description="Without a known point: they reach nobody")
    population_count: People
    covered_count: People
    covered_rate: Share
    regions: list[RegionCoverage] = Field(description="All of them, by code")
    departments_without_site: list[DepartmentWithoutSite]
    needs: list[NeedCoverage]


class CountedPeople(Output):
    """The people who are counted."""

    communes_count: Count = Field(description="Communes whose point we know: those that count")
    other_communes_count: Count = Field(description="Communes that we hold without their point")
    earliest_year: int | None = Field(description="Reference year of the oldest population")
    latest_year: int | None = Field(description="Reference year of the latest population")


class Measured(Sourced):
    """How figures were made: enough to find them again."""

    definition: Wording = Field(description="What is counted, and how")
    radius_km: Radius
    as_of: date = Field(description="Day of the sites")
    site_statuses: list[Status]
    population_base: CountedPeople


class Coverage(Measured):
    """What the sites reach on a day."""

    figures: CoverageFigures


class Candidate(Output):
    """A place that would get a site."""

    kind: Literal["application", "town", "commune", "epci"] = Field(
        json_schema_extra=CANDIDATE_KIND.schema
    )
    code: str = Field(description="As it was asked for")
    name: Name
    insee_code: InseeCode = Field(description="Commune where the site would be")
    region_code: RegionCode
    department_code: DepartmentCode
    placed: bool = Field(description="Whether the point of the commune is known")
    gained_count: People = Field(
        description="Inhabitants in its reach whom no site reached before, other candidates apart"
    )


class Simulation(Measured):
    """What some candidates would change; nothing of it is kept."""

    call_id: UUID
    candidates: list[Candidate] = Field(description="Two in one commune make one site")
    gained_count: People = Field(description="Inhabitants reached after and not before")
    lost_count: People = Field(description="Inhabitants reached before and not after")
    before: CoverageFigures
    after: CoverageFigures
