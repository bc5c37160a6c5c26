"""What a line of each shipped table may hold; an empty cell is an unknown fact."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, computed_field

from chassis.identifiers import DepartmentCode, InseeCode, PostalCode, RegionCode, Siren
from services.towns.catalogue import rules

AcvId = Annotated[str, Field(pattern=r"^acv-\d{3}$")]
Words = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0, le=100_000_000)]
Year = Annotated[int, Field(ge=1990, le=2100)]
Zone = Literal["metro", "drom"]
Confidence = Literal["high", "medium"]
Phase = Literal["acv1", "acv2"]


def _codes(cell: object) -> object:
    return cell.split("|") if isinstance(cell, str) else cell


class Row(BaseModel):
    """One line."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Row):
    """A line whose name people look for."""

    name: Words

    @computed_field
    def folded_name(self) -> str:
        return rules.folded(self.name)


class Searched(Named):
    """A line found by any word of its name."""

    @computed_field
    def words(self) -> list[str]:
        return rules.search_words(self.name)


class Region(Named):
    code: RegionCode
    zone: Zone
    chief_town_insee: InseeCode


class Department(Named):
    code: DepartmentCode
    region_code: RegionCode
    zone: Zone
    chief_town_insee: InseeCode


class Epci(Named):
    siren: Siren
    type: Literal["CC", "CA", "CU", "METRO", "MET69"]
    members_count: Count
    population: Count
    main_commune_insee: InseeCode
    department_code: DepartmentCode
    region_code: RegionCode


class Town(Searched):
    acv_id: AcvId
    cohort: Literal["2018", "2023"]
    status: Literal["active", "left", "merged"]
    successor_acv_id: AcvId | None
    region_code: RegionCode
    convention_signed_on: date | None
    convention_signed_on_2018: date | None


class Commune(Searched):
    insee_code: InseeCode
    department_code: DepartmentCode
    region_code: RegionCode
    arrondissement_code: Annotated[str, Field(pattern=r"^[0-9AB]{3,4}$")] | None
    siren: Siren
    epci_siren: Siren | None
    postal_codes: Annotated[list[PostalCode], BeforeValidator(_codes)]
    population: Count | None
    population_year: Year | None
    lon: Annotated[float, Field(ge=-180, le=180)] | None
    lat: Annotated[float, Field(ge=-90, le=90)] | None
    place_source: Literal["anct", "geonames"] | None
    acv_id: AcvId | None


class TownCommune(Row):
    insee_code: InseeCode
    acv_id: AcvId
    is_primary: bool


class Membership(Row):
    acv_id: AcvId
    phase: Phase
    starts_on: date | None
    ends_on: date | None
    attested_on: date | None
    first_listed_on: date | None
    last_listed_on: date | None
    gone_from_list_on: date | None
    confidence: Confidence
    note: Words | None


class Population(Row):
    insee_code: InseeCode
    reference_year: Year
    inhabitants: Count
    source: Words


class ActSelection(Row):
    selected_name: Words
    wave: Annotated[int, Field(ge=1, le=2)] | None
    announced_on: date | None
    holder_type: Literal["commune", "epci"]
    insee_code: InseeCode
    epci_siren: Siren | None
    acv_id: AcvId | None
    confidence: Confidence
    source_url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    note: Words | None


class CnamCentre(Row):
    code: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    name: Words
    region_codes: Annotated[list[Words], BeforeValidator(_codes)]
    zone: Literal["metro", "drom", "com"]
    seat_city: Words | None
    seat_insee_code: InseeCode | None
    website: Annotated[str, Field(pattern=r"^https?://\S+$")] | None
    evidence: Literal["sourced", "partial", "inferred"]
    source: Words


class SiteFact(Row):
    fact: Annotated[str, Field(pattern=r"^[0-9AB]{5}-[a-z0-9-]+$")]
    selected_name: Words | None
    insee_code: InseeCode
    kind: Literal[
        "planned",
        "announced",
        "opened",
        "in-operation",
        "convention-signed",
        "training-opened",
        "premises",
    ]
    dated_on: date | None
    precision: Literal["day", "month", "year"] | None
    label: Words
    premises_kind: Literal["provisional", "definitive"] | None
    owner_kind: Literal["commune", "epci", "department", "region", "state", "other"] | None
    owner: Words | None
    address: Words | None
    scheme: Words | None
    confidence: Confidence
    source_url: Annotated[str, Field(pattern=r"^https?://\S+$")]


class CommuneSuccession(Row):
    # of Corsica before 1976 too, which is no code of today
    predecessor_code: Annotated[str, Field(pattern=r"^[0-9][0-9AB][0-9]{3}$")]
    predecessor_name: Words
    successor_code: InseeCode
    effective_on: date
    reason: Literal["merger", "association", "delegated", "department-change"]


class ActionCount(Row):
    insee_code: InseeCode
    acv_id: AcvId
    in_progress: Count | None
    delivered: Count | None
    as_of: date
