"""What callers send and receive about calls for bids."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import AllowedAction, Day, Input, Instant, Output, Page, Version
from chassis.identifiers import Form, Uuid7
from chassis.problems import Text
from services.towns.calls.grid import (
    BodyCode,
    CallForBidsBody,
    CallForBidsBodyIn,
    CallForBidsCriterion,
    CallForBidsCriterionIn,
    CallForBidsEvidence,
    CallForBidsEvidenceIn,
    Label,
)
from services.towns.calls.rules import Deadlines, Details
from services.towns.calls.vocabularies import CALL_FAULT, CALL_MILESTONE, CALL_MODE, CALL_STATUS
from services.towns.catalogue.contract import Confidence, SelfLink
from services.towns.vocabularies import CONFIDENCE

Wave = Annotated[int, Field(ge=1, le=99, description="Number of the wave", examples=[3])]
Mode = Annotated[
    Literal["live", "test"],
    Field(
        description="A call of mode `test` is a trial: lists leave it out unless asked",
        json_schema_extra=CALL_MODE.schema,
    ),
]
Status = Annotated[
    Literal["draft", "published", "closed", "decided", "cancelled"],
    Field(
        description="Where the call stands; `closed` from `closes_at` on",
        json_schema_extra=CALL_STATUS.schema,
    ),
]
Quota = Annotated[
    int,
    Field(ge=0, le=10_000, description="Bids from outside the programme in the priority window"),
]
Quorum = Annotated[int, Field(ge=1, le=50, description="Bodies of the panel that must have voted")]
Sha256 = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the UTF-8 bytes of the rule set's `document`, in hexadecimal",
    ),
]
RulesetNumber = Annotated[
    int, Field(ge=1, le=999, description="1: of the publication; each extension makes the next")
]
Motive = Annotated[
    str,
    Form(r"\S(?:[\s\S]*\S)?", Text("attendu : un motif", "expected: a motive")),
    Field(max_length=2000, description="Why; open data, so without personal data"),
]
_OPENS = "First instant at which bids are taken"
_PRIORITY = "Until then bids are for the towns of the programme, but for the quota; null: no window"
_CLOSES = "First instant at which no bid is taken"
_SCORES = "Until then the panel scores"
_OPINIONS = "Until then the bodies give their opinions"
_DECISIONS = "Day on which decisions are expected"

_LETTER = {"fr": "Lettre d'engagement", "en": "Letter of commitment"}
_EXAMPLE: dict[str, Any] = {
    "wave": 3,
    "name": "Vague 3",
    "opens_at": "2100-01-10T08:00:00Z",
    "priority_ends_at": "2100-02-10T08:00:00Z",
    "closes_at": "2100-04-10T16:00:00Z",
    "scores_due_at": "2100-05-10T16:00:00Z",
    "opinions_due_at": "2100-05-20T16:00:00Z",
    "decisions_expected_on": "2100-06-15",
    "outside_quota": 5,
    "quorum": 3,
    "criteria": [
        {
            "code": "need",
            "label": {"fr": "Besoin démontré", "en": "Need that is shown"},
            "weight": "0.6",
            "scale_max": 5,
        },
        {
            "code": "premises",
            "label": {"fr": "Locaux", "en": "Premises"},
            "weight": "0.4",
            "scale_max": 5,
        },
    ],
    "evidence": [{"code": "letter", "label": _LETTER, "required": True}],
    "panel": [
        {"body": "cnam", "label": "Cnam"},
        {"body": "acv-directorate", "label": "Direction du programme ACV"},
        {"body": "villes-de-france", "label": "Villes de France"},
        {"body": "intercommunalites", "label": "Intercommunalités de France"},
        {"body": "banque-des-territoires", "label": "Banque des Territoires"},
    ],
}


class CallForBidsIn(Input):
    """A call as its parties want it; what is not decided yet may be left out of a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    wave: Wave | None = None
    name: Annotated[Label, Field(examples=["Vague 3"])]
    mode: Mode = "live"
    opens_at: Annotated[Instant | None, Field(description=_OPENS)] = None
    priority_ends_at: Annotated[Instant | None, Field(description=_PRIORITY)] = None
    closes_at: Annotated[Instant | None, Field(description=_CLOSES)] = None
    scores_due_at: Annotated[Instant | None, Field(description=_SCORES)] = None
    opinions_due_at: Annotated[Instant | None, Field(description=_OPINIONS)] = None
    decisions_expected_on: Annotated[Day | None, Field(description=_DECISIONS)] = None
    outside_quota: Quota | None = None
    quorum: Quorum | None = None
    criteria: Annotated[tuple[CallForBidsCriterionIn, ...], Field(max_length=30)] = ()
    evidence: Annotated[tuple[CallForBidsEvidenceIn, ...], Field(max_length=50)] = ()
    panel: Annotated[tuple[CallForBidsBodyIn, ...], Field(max_length=20)] = ()

    @classmethod
    def of(cls, details: Details) -> Self:
        """Return what would have to be sent for a call to be as it is."""
        seats = tuple({"body": one.body, "label": one.label} for one in details.panel)
        return cls.model_validate(asdict(details) | {"panel": seats})

    def details(self) -> Details:
        """Return what is asked for."""
        asked = {name: getattr(self, name) for name in type(self).model_fields}
        lists = {
            name: tuple(one.stated() for one in asked[name])
            for name in ("criteria", "evidence", "panel")
        }
        return Details(**(asked | lists))


class CallForBidsExtensionIn(Input):
    """Deadlines of a published call, moved later; what is left out stays where it is."""

    closes_at: Annotated[Instant, Field(description=_CLOSES)]
    scores_due_at: Annotated[Instant | None, Field(description=_SCORES)] = None
    opinions_due_at: Annotated[Instant | None, Field(description=_OPINIONS)] = None
    decisions_expected_on: Annotated[Day | None, Field(description=_DECISIONS)] = None
    motive: Motive

    def deadlines(self) -> Deadlines:
        """Return what is asked for."""
        return Deadlines(**self.model_dump(exclude={"motive"}))


class CallForBidsMotiveIn(Input):
    """Why a call is closed early, decided or cancelled."""

    motive: Motive


class CallForBidsAttachmentIn(Input):
    """Who sits for a body of the panel."""

    body: BodyCode
    organisation_id: Annotated[
        UUID | None, Field(strict=False, description="Of the registry of partners; null: nobody")
    ]


class CallForBidsPublication(Output):
    """Who published the call."""

    organisation: str
    at: datetime


class CallForBidsAct(Output):
    """Who closed the call early, concluded or cancelled it, and why."""

    organisation: str
    at: datetime
    motive: str


class CallForBidsRulesetInForce(Output):
    """The rule set that bids are judged by."""

    number: RulesetNumber
    sha256: Sha256
    made_at: datetime


class CallForBidsRuleset(CallForBidsRulesetInForce):
    """Rules as they were frozen."""

    document: str = Field(description="Canonical JSON (RFC 8785); `sha256` is of its UTF-8 bytes")
    motive: str | None = Field(description="Why the call was extended; null: the publication")
    organisation: str = Field(description="Who published or extended the call")


class CallForBidsRulesetShown(Output):
    """The rule set in force of a call."""

    call_id: UUID
    ruleset: CallForBidsRuleset | None = Field(
        description="Null: a draft, or a wave of the past whose rules are not known"
    )


class CallForBidsRulesetList(Output):
    """Every rule set that a call had, oldest first."""

    call_id: UUID
    items: list[CallForBidsRuleset]


class CallForBidsMilestone(Output):
    """What a public source tells of a wave of the past."""

    kind: str = Field(description="What happened", json_schema_extra=CALL_MILESTONE.schema)
    dated: str = Field(description="A day, or a month where no day is known: `2020-09`")
    confidence: Confidence
    source_url: str
    note: str | None


class CallForBidsLinks(Output):
    """Where to go from a call."""

    self: SelfLink
    ruleset: str = Field(description="Path of the rule set in force")
    rulesets: str = Field(description="Path of every rule set that the call had")


class CallForBids(Output):
    """A wave in which towns bid."""

    id: Uuid7
    wave: Wave | None
    name: str
    mode: Mode
    status: Status
    opens_at: datetime | None = Field(description=_OPENS)
    priority_ends_at: datetime | None = Field(description=_PRIORITY)
    closes_at: datetime | None = Field(description=_CLOSES)
    scores_due_at: datetime | None = Field(description=_SCORES)
    opinions_due_at: datetime | None = Field(description=_OPINIONS)
    decisions_expected_on: date | None = Field(description=_DECISIONS)
    outside_quota: Quota | None
    quorum: Quorum | None
    criteria: list[CallForBidsCriterion]
    evidence: list[CallForBidsEvidence]
    panel: list[CallForBidsBody]
    ruleset: CallForBidsRulesetInForce | None = Field(description="Null: nothing is frozen")
    faults: list[
        Annotated[str, Field(description="Fault", json_schema_extra=CALL_FAULT.schema)]
    ] = Field(description="What keeps a draft from being published")
    author: str = Field(description="Organisation that drafted it; `system`: public sources")
    publication: CallForBidsPublication | None
    closure: CallForBidsAct | None = Field(description="Null: not closed before its day")
    conclusion: CallForBidsAct | None
    cancellation: CallForBidsAct | None
    milestones: list[CallForBidsMilestone] = Field(description="Of a wave of the past")
    confidence: str | None = Field(
        description="Of a wave of the past; null: stated by the parties",
        json_schema_extra=CONFIDENCE.schema,
    )
    source_url: str | None = Field(description="Public source; null: stated by the parties")
    version: Version
    created_at: datetime
    updated_at: datetime = Field(description="When it was last written, UTC")
    allowed_actions: list[AllowedAction]
    links: CallForBidsLinks


class CallForBidsPage(Page[CallForBids]):
    """A page of calls for bids."""


class CallForBidsWritten(Output):
    """What an act made."""

    id: UUID
    status: Status
    ruleset_sha256: Sha256 | None = Field(description="Of the rule set in force; null: none")
    version: Version
