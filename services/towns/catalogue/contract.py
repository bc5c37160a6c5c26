"""What callers receive about towns; `null` means unknown."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chassis.contract import Output, Page, Version
from chassis.identifiers import DepartmentCode, Form, InseeCode, PostalCode, RegionCode, Siren
from chassis.problems import Text
from services.towns.reference.contract import Sourced
from services.towns.vocabularies import (
    COMPLETENESS,
    CONFIDENCE,
    EPCI_TYPE,
    HOLDER_TYPE,
    PHASE,
    PLACE_SOURCE,
    TOWN_STATUS,
)

OpenStatus = Annotated[
    str,
    Field(
        description="`active`: in the latest list; `left`: no longer; `merged`: into the successor",
        json_schema_extra=TOWN_STATUS.schema,
    ),
]
OpenPhase = Annotated[
    str,
    Field(
        description="Phase of the programme: `acv1` (2018-2022), `acv2` (2023-2026)",
        json_schema_extra=PHASE.schema,
    ),
]
Confidence = Annotated[
    str,
    Field(
        description="`high`: stated by the source; `medium`: inferred from it",
        json_schema_extra=CONFIDENCE.schema,
    ),
]
AcvId = Annotated[
    str,
    Form(
        r"acv-[0-9]{3,6}",
        Text(
            "attendu : identifiant de ville, par exemple acv-051",
            "expected: identifier of a town, such as acv-051",
        ),
    ),
    Field(description="Identifier of the programme town", examples=["acv-051"]),
]
Inhabitants = Annotated[int, Field(ge=0, description="Municipal population, inhabitants")]
Year = Annotated[int, Field(ge=1990, le=2100, description="Reference year of the legal population")]
Name = Annotated[str, Field(description="Official name")]
EpciType = Annotated[
    str,
    Field(
        description="Communauté de communes, d'agglomération, urbaine, métropole, de Lyon",
        json_schema_extra=EPCI_TYPE.schema,
    ),
]
SelfLink = Annotated[str, Field(description="Path of this resource")]


MemberFrom = Annotated[
    date | None,
    Field(description="First day of membership, where a source states it; null: not known"),
]
AttestedFrom = Annotated[
    date,
    Field(description="`member_from`, else the earliest dated proof: the town came in by this day"),
]
MemberUntil = Annotated[
    date | None,
    Field(description="First day outside, where a source states it; null: a member, or not known"),
]
GoneBy = Annotated[
    date | None,
    Field(
        description="`member_until`, else the first dated list without the town: it left by this"
        " day; null: in the latest list"
    ),
]


class Place(Output):
    """Where something is."""

    lon: float = Field(ge=-180, le=180, description="Longitude, WGS 84 degrees")
    lat: float = Field(ge=-90, le=90, description="Latitude, WGS 84 degrees")
    source: str = Field(
        description="Who published the point: `anct` or `geonames` (GeoNames, CC BY 4.0)",
        json_schema_extra=PLACE_SOURCE.schema,
    )


class RegionName(Output):
    """A region, named."""

    code: RegionCode
    name: Name


class DepartmentName(Output):
    """A department, named."""

    code: DepartmentCode
    name: Name


class EpciName(Output):
    """An intercommunality, named."""

    siren: Siren
    name: Name
    type: EpciType


class PopulationOfYear(Output):
    """The population of a commune, or of all communes of a town, in one reference year."""

    reference_year: Year
    inhabitants: Inhabitants


class Actions(Output):
    """How many actions of the programme are under way and done."""

    in_progress: int | None = Field(description="Actions under way")
    delivered: int | None = Field(description="Actions delivered")
    as_of: date = Field(description="Date of the published list that shows the counts")


class TownMember(Output):
    """A commune of a programme town."""

    insee_code: InseeCode
    name: Name
    is_primary: bool = Field(description="The commune that stood for the town in the list of 2018")
    siren: Siren
    postal_codes: list[PostalCode]
    department_code: DepartmentCode
    epci_siren: Siren | None
    place: Place | None = Field(description="Where the commune is")
    populations: list[PopulationOfYear] = Field(description="Known years, oldest first")
    actions: Actions | None = Field(description="Counts published for this commune")


class Membership(Output):
    """A phase of the programme that the town takes part in, and the dated lists that show it."""

    phase: OpenPhase
    starts_on: date | None = Field(description="First day, where a source states it")
    ends_on: date | None = Field(description="Last day, where a source states it")
    attested_on: date | None = Field(
        description="Earliest convention or dated list of the phase that shows the town"
    )
    first_listed_on: date | None = Field(
        description="First state of the list, within the phase, with the town"
    )
    last_listed_on: date | None = Field(
        description="Last state of the list, within the phase, with the town"
    )
    gone_from_list_on: date | None = Field(description="First state of the list without the town")
    confidence: Confidence
    note: str | None = Field(description="What to know about these dates")


class Convention(Output):
    """The framework convention of the town."""

    signed_on: date = Field(description="Date of signature shown by the latest list that gives it")
    signed_on_2018: date | None = Field(
        description="Date shown by the list of October 2018, if it gave one"
    )


class ActSelection(Output):
    """A selection for a Cnam site "Au cœur des territoires"."""

    wave: int | None = Field(description="1 (2019) or 2 (2020-2021)")
    announced_on: date | None = Field(description="Date of the announcement")
    selected_name: str = Field(description="Holder of the bid, as published")
    holder_type: str = Field(
        description="Who holds the bid",
        json_schema_extra=HOLDER_TYPE.schema,
    )
    holder_siren: Siren = Field(description="SIREN of the commune or EPCI that holds the bid")
    confidence: Confidence
    source_url: str = Field(description="Where the selection is stated")
    note: str | None = Field(description="What to know about this selection")


class TownCompleteness(Output):
    """How far the lists inside a town are known to be whole; its dates: see `memberships`."""

    act_selections: str = Field(
        description="`partial`: sources do not name every place; an empty list proves nothing",
        json_schema_extra=COMPLETENESS.schema,
    )
    communes: str = Field(
        description="`partial`: `predecessors` were merged into the town, and their communes and"
        " populations are shown by them alone, not counted here",
        json_schema_extra=COMPLETENESS.schema,
    )


class TownLinks(Output):
    """Where to go from a town."""

    self: SelfLink
    region: str = Field(description="Path of the region")
    successor: str | None = Field(description="Path of the town it is now part of")
    sources: str = Field(description="Path of the sources, their licences and whom to name")


class Town(Output):
    """A programme town of Action cœur de ville: one commune, or two that share a convention."""

    acv_id: AcvId
    name: str = Field(description="Name of the town in the programme")
    cohort: int = Field(description="Year of the list that brought the town in: 2018 or 2023")
    status: OpenStatus
    successor_acv_id: AcvId | None
    predecessors: list[AcvId] = Field(description="Towns that were merged into this one")
    phase: OpenPhase
    member_from: MemberFrom
    attested_from: AttestedFrom
    member_until: MemberUntil
    gone_by: GoneBy
    memberships: list[Membership] = Field(description="Phases, oldest first")
    place: Place | None = Field(description="Where the primary commune is")
    region: RegionName
    departments: list[DepartmentName]
    epcis: list[EpciName]
    communes: list[TownMember] = Field(description="The primary commune first")
    population: PopulationOfYear | None = Field(
        description="Sum over the communes, of the latest year that all of them have"
    )
    populations: list[PopulationOfYear] = Field(
        description="Years that every commune of the town has, oldest first"
    )
    convention: Convention | None
    actions: Actions | None = Field(
        description="Counts of the town; null if unknown or if its communes show different ones"
    )
    act_selections: list[ActSelection] = Field(description="Known selections, oldest first")
    completeness: TownCompleteness
    links: TownLinks
    version: Version
    updated_at: datetime = Field(description="Last change of what this resource says, UTC")
    distance_km: float | None = Field(
        description="Distance to the point of `near`; null without it"
    )


class TownPage(Page[Town], Sourced):
    """A page of towns, and how far what it says is known to be whole."""
