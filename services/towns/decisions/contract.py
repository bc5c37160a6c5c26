"""What callers send and receive about decisions on bids."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import AllowedAction, Day, Input, Instant, Output, Page, Version
from chassis.identifiers import Uuid7
from services.towns.catalogue.contract import SelfLink
from services.towns.decisions.plans import Plan
from services.towns.decisions.rules import Proposal
from services.towns.decisions.vocabularies import DECISION_OUTCOME, DECISION_STATUS, PARTY
from services.towns.needs.contract import Motive, Reference

Outcome = Annotated[
    Literal["selected", "accompanied", "refused"],
    Field(json_schema_extra=DECISION_OUTCOME.schema),
]
Status = Annotated[
    Literal["proposed", "abandoned", "decided", "revocation-proposed", "revoked"],
    Field(
        description="Where it stands; a revocation that is only proposed is the parties' to know",
        json_schema_extra=DECISION_STATUS.schema,
    ),
]
Party = Annotated[
    Literal["acv_directorate", "ministry", "cnam_national"],
    Field(json_schema_extra=PARTY.schema),
]

_PROPOSAL: dict[str, Any] = {
    "outcome": "selected",
    "motive": "Besoin mesuré, locaux prêts, partenaires engagés",
    "embargo_until": "2100-09-26T08:00:00Z",
}


class ProposalIn(Input):
    """A decision as one party proposes it to the other."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PROPOSAL]})

    outcome: Outcome
    motive: Motive
    embargo_until: Annotated[
        Instant | None,
        Field(description="First instant at which all may know of it; null: once it is taken"),
    ] = None
    late_motive: Annotated[
        Motive | None, Field(description="Why it comes after the call was concluded")
    ] = None

    def proposal(self) -> Proposal:
        """Return what is proposed."""
        return Proposal(self.outcome, self.motive, self.embargo_until, self.late_motive)


class DecisionAbandonmentIn(Input):
    """Why a proposal is given up."""

    motive: Motive


class CorrectionIn(Input):
    """The motives as they should have been written, and why; the outcome stays."""

    motive: Motive
    reason: Annotated[Motive, Field(description="What was wrong")]


class RevocationIn(Input):
    """Why a decision should be revoked."""

    motive: Motive


class DecisionAct(Output):
    """Who did something, for which party, and when."""

    organisation: str
    kind: Party
    at: datetime


class DecisionAbandonment(Output):
    """Who gave the proposal up."""

    organisation: str
    at: datetime
    motive: str


class DecisionNotification(Output):
    """When the carrier was notified; no correction changes it."""

    organisation: str
    at: datetime


class DecisionRevocation(Output):
    """Why a decision is revoked, and by whom; null acts are to come."""

    motive: str
    organisation: str
    kind: Party
    confirmed: DecisionAct | None


class DecisionText(Output):
    """The motives at one time."""

    number: int = Field(ge=1, description="1, and one more for each correction")
    motive: str
    reason: str | None = Field(description="Why it was corrected; null for the first")
    organisation: str
    made_at: datetime


class DecisionLinks(Output):
    """Where to go from a decision."""

    self: SelfLink
    application: str = Field(description="Path of the bid")
    call: str = Field(description="Path of the call")
    support_plan: str = Field(description="Path of the support plan, if it is accompanied")


class Decision(Output):
    """What the parties decided on a bid, or propose to."""

    id: Uuid7
    application_id: UUID
    call_id: UUID
    number: int = Field(ge=1, description="1, and one more for each proposal on the bid")
    title: str = Field(description="Title of the bid")
    town_codes: list[str] = Field(description="Carriers: INSEE codes and programme towns")
    epci_sirens: list[str] = Field(description="Carriers: SIREN")
    department_codes: list[str]
    region_codes: list[str]
    outcome: Outcome
    status: Status
    motive: str = Field(description="As last corrected")
    texts: list[DecisionText]
    embargo_until: datetime | None
    published_at: datetime | None = Field(description="From when on all may know; null: never")
    late_motive: str | None
    ruleset_sha256: str = Field(description="Hash of the rules in force when it was proposed")
    submitted_number: int = Field(ge=1, description="Version of the bid that it is about")
    opinions_count: int | None = Field(description="Bodies whose opinion counted")
    quorum: int | None = Field(description="Bodies whose opinion was needed")
    proposal: DecisionAct
    confirmation: DecisionAct | None
    abandonment: DecisionAbandonment | None
    notification: DecisionNotification | None
    revocation: DecisionRevocation | None
    version: Version
    updated_at: datetime = Field(description="When what all see of it was last written, UTC")
    allowed_actions: list[AllowedAction]
    links: DecisionLinks


class DecisionPage(Page[Decision]):
    """A page of decisions."""


class WrittenDecision(Output):
    """What an act made of a decision."""

    id: UUID
    application_id: UUID
    outcome: Outcome
    status: Status
    version: Version


class MessageIn(Input):
    """What one party writes to the other about a bid."""

    text: Annotated[Motive, Field(description="Read by the parties only, kept as it is")]
    reply_to: Annotated[UUID | None, Field(description="Message about the same bid")] = None


class ExchangeMessage(Output):
    """What one party wrote."""

    id: Uuid7
    reply_to: UUID | None
    text: str
    organisation: str
    kind: Party
    sent_at: datetime


class ExchangeMessagePage(Page[ExchangeMessage]):
    """What the parties wrote about a bid, first to last, and what the caller may do."""

    allowed_actions: list[AllowedAction]


class SentMessage(Output):
    """A message that was sent."""

    id: UUID
    application_id: UUID
    reply_to: UUID | None


class SupportItemIn(Input):
    """Something that the bid lacks, who sees to it, and until when."""

    lacking: Reference
    owner: Reference
    due_on: Day | None = None
    done_on: Day | None = None


Items = Annotated[
    tuple[SupportItemIn, ...], Field(min_length=1, max_length=100, description="What is missing")
]
Owner = Annotated[Reference, Field(description="Who answers for the plan", examples=["Cnam"])]
Wave = Annotated[int, Field(ge=1, le=100, description="Wave in which it should bid again")]
TargetCall = Annotated[UUID, Field(description="Call in which it should bid again")]
_PLAN: dict[str, Any] = {
    "owner": "Cnam Grand Est",
    "target_wave": 2,
    "items": [
        {"lacking": "Locaux", "owner": "Ville", "due_on": "2100-03-31"},
        {"lacking": "Accord de la Région", "owner": "Préfecture"},
    ],
}


class SupportPlanIn(Input):
    """How a bid is accompanied to a later call."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLAN]})

    owner: Owner
    target_wave: Wave | None = None
    target_call_id: TargetCall | None = None
    items: Items

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Return what would have to be sent for a plan to be as it is."""
        items = tuple(SupportItemIn.model_validate(item) for item in plan.items)
        return cls(
            owner=plan.owner,
            target_wave=plan.target_wave,
            target_call_id=plan.target_call_id,
            items=items,
        )

    def plan(self) -> Plan:
        """Return what is asked for."""
        items = [item.model_dump(mode="json") for item in self.items]
        return Plan(self.owner, self.target_wave, self.target_call_id, items)


class SupportItem(Output):
    """Something that the bid lacks."""

    lacking: str
    owner: str
    due_on: date | None
    done_on: date | None


class SupportPlan(Output):
    """How a bid is accompanied to a later call."""

    application_id: Uuid7
    owner: str
    target_wave: int | None
    target_call_id: UUID | None
    items: list[SupportItem]
    carried_to: list[UUID] = Field(description="Bids submitted since that carry this one on")
    written_by: str = Field(description="Organisation that wrote it first")
    version: Version
    created_at: datetime
    updated_at: datetime
    allowed_actions: list[AllowedAction]


class WrittenSupportPlan(Output):
    """What a change made of a plan."""

    application_id: UUID
    version: Version
