"""What callers send and receive about bids."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import AllowedAction, Day, Input, Output, Page, Version
from chassis.identifiers import Uuid7
from services.towns.applications import content as text
from services.towns.applications import vocabularies as words
from services.towns.applications.rules import Carrier
from services.towns.catalogue.contract import AcvId, SelfLink
from services.towns.needs.contract import Motive

MOST_CARRIERS = 20

Status = Annotated[
    Literal[
        "draft",
        "submitted",
        "consolidation",
        "examined",
        "selected",
        "accompanied",
        "refused",
        "withdrawn",
    ],
    Field(
        description="Where the bid stands; a decision under embargo is told to the parties only",
        json_schema_extra=words.APPLICATION_STATUS.schema,
    ),
]
CarrierKind = Annotated[
    Literal["commune", "epci"], Field(json_schema_extra=words.CARRIER_KIND.schema)
]
CarrierRole = Annotated[
    Literal["lead", "partner"],
    Field(
        description="The lead writes, submits and withdraws; partners read",
        json_schema_extra=words.CARRIER_ROLE.schema,
    ),
]
Part = Annotated[
    Literal[
        "places", "needs", "premises", "partners", "learners", "contact", "answers", "evidence"
    ],
    Field(description="Part of the bid", json_schema_extra=words.APPLICATION_PART.schema),
]
PartCode = Annotated[
    str | None,
    Field(max_length=100, description="Criterion or piece of evidence, as the call names it"),
]
CarrierCode = Annotated[
    str, Field(max_length=9, description="INSEE code, or SIREN of an EPCI", examples=["51108"])
]
CallId = Annotated[UUID, Field(description="Call in which the bid is made")]

_LEAD = {"kind": "commune", "code": "51108", "role": "lead"}
CREATION: dict[str, Any] = {
    "call_id": "0198c0de-0000-7000-8000-00000000ca11",
    "carriers": [_LEAD],
    "content": text.EXAMPLE,
}
"""The example of the contract."""


class ApplicationCarrierIn(Input):
    """Who carries a bid."""

    kind: CarrierKind
    code: CarrierCode
    role: CarrierRole = "lead"


class ApplicationIn(Input):
    """A bid of a commune, of an EPCI or of several of them; a former one may be carried over."""

    model_config = ConfigDict(json_schema_extra={"examples": [CREATION]})

    call_id: CallId
    carriers: Annotated[
        tuple[ApplicationCarrierIn, ...],
        Field(min_length=1, max_length=MOST_CARRIERS, description="Exactly one leads; they stay"),
    ]
    content: Annotated[
        text.ApplicationContentIn | None,
        Field(description="Not needed with `carried_from`: then that of its last version"),
    ] = None
    carried_from: Annotated[
        UUID | None, Field(description="Bid accompanied in another call, of the same lead")
    ] = None

    def carried(self) -> tuple[Carrier, ...]:
        """Return who carries the bid."""
        return tuple(Carrier(one.kind, one.code, one.role) for one in self.carriers)


class ApplicationAskedIn(Input):
    """Something that a bid has to complete."""

    part: Part
    code: PartCode = None
    comment: Motive


class ConsolidationIn(Input):
    """What a bid has to complete, and by when."""

    asked: Annotated[tuple[ApplicationAskedIn, ...], Field(min_length=1, max_length=100)]
    due_on: Annotated[Day | None, Field(description="Day by which it is expected")] = None


class ExaminationIn(Input):
    """What the examination found; it is the bid's carriers' to read."""

    motive: Motive


class ApplicationWithdrawalIn(Input):
    """Why a bid is withdrawn."""

    motive: Motive


class ApplicationCarrier(Output):
    """Who carries a bid."""

    kind: CarrierKind
    code: CarrierCode
    role: CarrierRole
    name: str
    acv_id: AcvId | None = Field(description="Town of the programme that the commune is of")


class ApplicationMissing(Output):
    """Something without which a bid cannot be submitted."""

    part: Part
    code: PartCode


class ApplicationAsked(Output):
    """Something that a bid has to complete."""

    part: Part
    code: PartCode
    comment: str
    due_on: date | None


class ApplicationLinks(Output):
    """Where to go from a bid."""

    self: SelfLink
    call: str = Field(description="Path of the call")
    versions: str = Field(description="Path of what was submitted")
    steps: str = Field(description="Path of the history")


class ApplicationSummary(Output):
    """A bid in a list."""

    id: Uuid7
    call_id: UUID
    title: str
    carriers: list[ApplicationCarrier]
    outside: bool = Field(description="No carrier is of the programme when the bid is made")
    status: Status
    submitted_number: int = Field(ge=0, description="How often it was submitted")
    submitted_at: datetime | None = Field(description="First submission, UTC")
    ruleset_sha256: str | None = Field(description="Hash of the rules of the last submission")
    carried_from: UUID | None
    author: str = Field(description="Organisation that wrote it")
    version: Version
    created_at: datetime
    updated_at: datetime = Field(description="When it was last written, UTC")
    allowed_actions: list[AllowedAction]
    links: ApplicationLinks


class ApplicationPage(Page[ApplicationSummary]):
    """A page of bids."""


class Application(ApplicationSummary):
    """A bid: its carriers read what they write, others what was last submitted."""

    content: text.ApplicationContent
    missing: list[ApplicationMissing] = Field(
        description="What lacks to submit it; told to its carriers, empty for others"
    )
    asked: list[ApplicationAsked] = Field(description="What the parties want completed")


class ApplicationVersionSummary(Output):
    """A submission of a bid."""

    number: int = Field(ge=1)
    ruleset_sha256: str = Field(description="Hash of the rules under which it was submitted")
    submitted_by: str
    submitted_at: datetime
    href: str


class ApplicationVersionPage(Page[ApplicationVersionSummary]):
    """What was submitted, first to last."""


class ApplicationVersion(Output):
    """A bid as it was submitted once."""

    application_id: Uuid7
    number: int = Field(ge=1)
    ruleset_sha256: str = Field(description="Hash of the rules under which it was submitted")
    submitted_by: str
    submitted_at: datetime
    content: text.ApplicationContent


class ApplicationStep(Output):
    """An act that moved a bid."""

    number: int = Field(ge=1)
    act: str
    status: Status
    submitted_number: int = Field(ge=0, description="Version that it is about; 0: none yet")
    motive: str | None
    asked: list[ApplicationAsked]
    organisation: str
    at: datetime


class ApplicationStepPage(Page[ApplicationStep]):
    """The history of a bid, first to last."""


class WrittenApplication(Output):
    """What a change made."""

    id: UUID
    call_id: UUID
    status: Status
    submitted_number: int = Field(ge=0)
    missing: list[ApplicationMissing] = Field(description="What lacks to submit it")
    version: Version
