"""What callers receive about sites."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from chassis.contract import AllowedAction, Output, Page, Version
from chassis.identifiers import DepartmentCode, InseeCode, RegionCode, Siren, Uuid7
from services.towns.catalogue.contract import AcvId, Confidence, SelfLink
from services.towns.sites import vocabularies as words
from services.towns.sites.details import (
    Accessibility,
    Capacity,
    CentreCode,
    Equipment,
    Precision,
    PremisesKind,
    PremisesOwner,
    Schemes,
    SiteBidder,
    SiteContact,
    SiteRoom,
    Wave,
)

Status = Annotated[
    Literal["announced", "in-preparation", "open", "suspended", "relocated", "closed"],
    Field(
        description="Where the site stands; `relocated` is open, in other premises",
        json_schema_extra=words.SITE_STATUS.schema,
    ),
]
SourceUrl = Annotated[
    str | None, Field(description="Public source that tells it; null: stated by the Cnam")
]


class SiteDate(Output):
    """A day as precisely as it is known."""

    on: date = Field(description="First day of what is named: of the month, or of the year")
    precision: Precision


class SiteCommune(Output):
    """The commune of a site."""

    insee_code: InseeCode
    name: str
    department_code: DepartmentCode
    region_code: RegionCode
    epci_siren: Siren | None
    acv_id: AcvId | None


class SitePlace(Output):
    """A point, WGS 84 degrees."""

    lon: float
    lat: float
    of: Literal["premises", "commune"] = Field(
        description="`commune`: the premises have no point, that of the commune is shown"
    )


class SiteCentre(Output):
    """The regional centre that a site is attached to."""

    code: CentreCode
    name: str


class SiteConvention(Output):
    """Where the action of the Cnam is written."""

    convention_id: Uuid7
    number: int = Field(description="Version of the convention")
    action_number: str = Field(description="Number of the action sheet")
    effective_on: date = Field(description="First day of effect")


class SiteLinks(Output):
    """Where to go from a site."""

    self: SelfLink
    events: str = Field(description="Path of its history")
    premises: str = Field(description="Path of its premises")
    commune: str = Field(description="Path of its commune")


class CnamSite(Output):
    """A site of the Cnam as it stands."""

    id: Uuid7
    name: str
    status: Status
    since: SiteDate | None = Field(description="When the status took effect; null: not known")
    confidence: Confidence = Field(description="Of the status and its day")
    source_url: SourceUrl
    commune: SiteCommune
    address: str | None
    place: SitePlace | None
    distance_km: float | None = Field(description="To the point of `near`; null without it")
    application_id: Uuid7 | None = Field(description="The bid that was selected")
    call_id: Uuid7 | None = Field(description="The call of the bid")
    wave: Wave | None
    bidder: SiteBidder | None = Field(description="Whose bid it was; null: not known")
    centre: SiteCentre | None
    host_organisation: str | None = Field(description="Who receives the site in its premises")
    schemes: Schemes
    rooms: list[SiteRoom]
    equipment: Equipment
    capacity_count: Capacity | None
    accessibility: Accessibility | None
    accessibility_note: str | None
    contacts: list[SiteContact]
    note: str | None
    convention: SiteConvention | None = Field(
        description="The convention that its action is written in; null: none yet"
    )
    version: Version
    created_at: datetime
    updated_at: datetime = Field(description="When it was last written, UTC")
    allowed_actions: list[AllowedAction]
    links: SiteLinks


class CnamSitePage(Page[CnamSite]):
    """A page of sites."""


class SiteEvent(Output):
    """What happened to a site."""

    number: int = Field(ge=1, description="In the order in which it was recorded")
    kind: Annotated[
        str,
        Field(
            description="What happened: an act, or what a source tells besides",
            json_schema_extra=words.SITE_EVENT.schema,
        ),
    ]
    status: Status | None = Field(description="Where it led; null: the status stayed")
    effect_on: date | None = Field(description="First day of what is named; null: not known")
    latest_on: date | None = Field(description="Last day of what is named; null: not known")
    precision: Precision | None
    motive: str | None = Field(description="Why, or what the source tells")
    confidence: Confidence
    source_url: SourceUrl
    author: str | None = Field(description="Organisation that stated it; null: a public source")
    recorded_at: datetime


class SiteEventPage(Page[SiteEvent]):
    """The history of a site, whole: what happened first stands first, what has no day last."""


class SitePremises(Output):
    """Where a site was, from a day on."""

    number: int = Field(ge=1, description="In their order; the last ones are those of today")
    kind: PremisesKind | None
    description: str | None
    owner_kind: PremisesOwner | None
    owner: str | None
    address: str | None
    insee_code: InseeCode
    lon: float | None
    lat: float | None
    valid_from: date | None = Field(description="First day of what is named; null: not known")
    precision: Precision | None
    valid_until: date | None = Field(
        description="First day of the next ones, as precise as theirs; null: the last ones"
    )
    current: bool
    confidence: Confidence
    source_url: SourceUrl
    author: str | None = Field(description="Organisation that stated it; null: a public source")
    recorded_at: datetime


class SitePremisesPage(Page[SitePremises]):
    """The premises of a site, whole, in their order."""


class CnamCentre(Output):
    """A regional centre of the Cnam."""

    code: CentreCode
    name: str
    region_codes: list[str] = Field(description="Regions it serves (INSEE), or collectivities")
    zone: str = Field(description="`metro`, `drom` or `com`")
    seat_city: str | None
    seat_insee_code: InseeCode | None
    website: str | None
    evidence: str = Field(description="`sourced`, `partial`, or `inferred` from a count")
    source: str


class CnamCentrePage(Page[CnamCentre]):
    """A page of regional centres."""


class WrittenSite(Output):
    """What a change made."""

    id: Uuid7
    insee_code: InseeCode
    status: Status
    version: Version
