"""What callers send and receive about conventions."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from chassis.contract import AllowedAction, Day, Input, Output, Page, Version
from chassis.identifiers import Uuid7
from services.towns.catalogue.contract import AcvId, SelfLink
from services.towns.conventions import text
from services.towns.conventions import vocabularies as words
from services.towns.vocabularies import CONFIDENCE, PHASE

Phase = Annotated[
    Literal["acv1", "acv2"],
    Field(description="Phase of the programme", json_schema_extra=PHASE.schema),
]
Status = Annotated[
    Literal[
        "draft",
        "observed",
        "deliberated",
        "signed",
        "amended",
        "prolonged",
        "expired",
        "abandoned",
    ],
    Field(description="Where the convention stands", json_schema_extra=words.STATUS.schema),
]
VersionStatus = Annotated[
    Literal["draft", "observed", "deliberated", "signed", "abandoned"],
    Field(description="Where the version stands", json_schema_extra=words.STATUS.schema),
]
Purpose = Annotated[
    Literal["initial", "project", "extension", "other"],
    Field(description="What the version is for", json_schema_extra=words.PURPOSE.schema),
]
Guard = Annotated[
    Literal[
        "deployment-without-project",
        "confirmation-late",
        "new-convention-late",
        "extension-missing",
        "ort-after-end",
        "signed-after-end",
    ],
    Field(description="Rule of the programme", json_schema_extra=words.GUARD.schema),
]
VersionNumber = Annotated[
    int, Field(ge=1, le=999, description="1: the initial text; more: an amendment", examples=[1])
]


class ConventionIn(Input):
    """A convention that a town begins to draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"acv_id": "acv-051", "phase": "acv2", "content": text.EXAMPLE}]
        }
    )

    acv_id: AcvId
    phase: Phase
    content: text.ConventionTextIn


class AmendmentIn(Input):
    """An amendment to begin; without a text it starts from the last one signed."""

    purpose: Annotated[
        Literal["project", "extension", "other"],
        Field(description="What it is for", json_schema_extra=words.PURPOSE.schema),
    ]
    content: text.ConventionTextIn | None = None


class ObservationIn(Input):
    """What the regional committee says of the text."""

    observed_on: Annotated[Day, Field(description="Day of the committee")]
    observation: Annotated[str, Field(min_length=1, max_length=5000)]
    validated: Annotated[
        bool, Field(description="The committee validates: what a project amendment needs")
    ]


class ActIn(Input):
    """The act by which a local assembly authorises the signature."""

    organisation: Annotated[text.Name, Field(description="As the text names the party")]
    reference: Annotated[text.Name, Field(description="Reference of the deliberation")]
    decided_on: Annotated[Day, Field(description="Day of the deliberation")]


class DeliberationIn(Input):
    """That every local signatory deliberated; acts that the text has already need no repeating."""

    acts: Annotated[list[ActIn], Field(max_length=40)] = Field(default_factory=list)


class SignatureIn(Input):
    """That all parties signed."""

    signed_on: Annotated[Day, Field(description="Day of the last signature")]
    effective_on: Annotated[
        Day | None, Field(description="First day of effect; null: the day of the signature")
    ] = None


class AbandonmentIn(Input):
    """Why the text in preparation is given up."""

    reason: Annotated[
        Literal["given-up", "to-be-redone", "entered-in-error"],
        Field(description="The feed tells it", json_schema_extra=words.ABANDONMENT.schema),
    ]


class WaiverIn(Input):
    """That a guard shall not stop the signature of the text in preparation."""

    guard: Guard
    reason: Annotated[
        str, Field(min_length=1, max_length=2000, description="Why; no personal data")
    ]


class SignedVersion(Output):
    """A signed version, in short."""

    number: VersionNumber
    purpose: Purpose
    signed_on: date
    effective_on: date = Field(description="First day of effect")
    ends_on: date | None = Field(description="Last day; null: not known")


class StatedOrt(Output):
    """The operation of territorial revitalisation of the town, as the text states it."""

    status: text.OrtStatus
    signed_on: date | None = Field(description="Null: not signed, or not known")
    planned_on: date | None = Field(description="When it is to be signed")


class ConventionLinks(Output):
    """Where to go from a convention."""

    self: SelfLink
    town: str = Field(description="Path of the town")
    draft: str = Field(description="Path of the text in preparation, if there is one")
    diff: str = Field(description="Path of the differences between two versions")


class TownConvention(Output):
    """A convention as it stands today."""

    id: Uuid7
    acv_id: AcvId
    town_name: str = Field(description="Name of the town in the programme")
    phase: Phase
    title: str
    status: Status
    number: VersionNumber | None = Field(description="Version in effect; null: none that day")
    signed_on: date | None = Field(description="Day of the first signature")
    in_force_since: date | None = Field(description="First day of effect of the first version")
    ends_on: date | None = Field(description="Last day, by the version in effect; null: not known")
    ort: StatedOrt | None = Field(
        description="The ORT as the version in effect states it; null: not stated"
    )
    versions: list[SignedVersion] = Field(description="What was signed, oldest first")
    confidence: str | None = Field(
        description="Of what an official list tells; null: stated by the parties",
        json_schema_extra=CONFIDENCE.schema,
    )
    source: str | None = Field(description="The official list; null: stated by the parties")
    allowed_actions: list[AllowedAction]
    version: Version
    created_at: datetime
    updated_at: datetime = Field(description="When it last changed, UTC")
    links: ConventionLinks


class CnamActionIn(Input):
    """Which action sheet is that of a site of the Cnam."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"site_id": "0169d632-1400-7b28-93df-a93fc4946c3c", "action_number": "A5-1"}
            ]
        }
    )

    site_id: Annotated[UUID, Field(strict=False, description="Id of the site")]
    action_number: text.Number
    number: VersionNumber | None = Field(
        default=None, description="Version that has the sheet; null: the last one signed"
    )
    effective_on: Annotated[
        Day | None, Field(description="First day of effect; null: that of the version")
    ] = None
    motive: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class CnamAction(Output):
    """The action sheet that writes a site of the Cnam into the convention."""

    site_id: Uuid7
    number: VersionNumber
    action_number: text.Number
    effective_on: date = Field(description="First day of effect")


class WrittenCnamAction(CnamAction):
    """What the act wrote."""

    convention_id: Uuid7


class ConventionReading(TownConvention):
    """A convention as it stands on a day, with the text in effect."""

    as_of: date = Field(description="The day")
    content: text.ConventionText | None = Field(
        description="The text in effect that day; null: none, or its text is not known"
    )
    cnam_actions: list[CnamAction] = Field(
        description="The sites of the Cnam that are written in it, in effect that day"
    )


class ConventionPage(Page[TownConvention]):
    """A page of conventions."""


class ConventionWaiver(Output):
    """A guard that does not stop the signature, why, and who answers for it."""

    guard: Guard
    reason: str
    author: str = Field(description="Organisation, or person acting for it, by its id")
    waived_at: datetime


class ConventionDraft(Output):
    """The text in preparation: the initial one, or an amendment."""

    convention_id: Uuid7
    acv_id: AcvId
    phase: Phase
    number: VersionNumber
    purpose: Purpose
    status: VersionStatus
    observed_on: date | None = Field(description="Day of the regional committee")
    observation: str | None
    validated: bool | None = Field(description="Whether the regional committee validated it")
    waivers: list[ConventionWaiver]
    content: text.ConventionText
    allowed_actions: list[AllowedAction]
    version: Version
    updated_at: datetime = Field(description="When it last changed, UTC")
    links: ConventionLinks


class ConventionDifference(Output):
    """A place where two texts differ."""

    pointer: str = Field(
        description="JSON pointer into the later text, or into the earlier if the place is gone"
    )
    before: JsonValue = Field(description="Null: not there")
    after: JsonValue = Field(description="Null: not there any more")


class ConventionDiff(Output):
    """What changed between two versions."""

    convention_id: UUID
    from_number: VersionNumber
    to_number: VersionNumber
    changes: list[ConventionDifference]


class WrittenConvention(Output):
    """What an act made; `version` is that of the text, as its ETag."""

    id: UUID
    acv_id: AcvId
    number: VersionNumber
    status: VersionStatus
    version: Version
