"""What the parties decide on bids, told to those who may know of it then.

MessageSent           one party wrote to the other about a bid; told to the parties
SupportPlanWritten    a bid has a support plan; told to the parties, to the carrier once notified
SupportPlanChanged    the plan says something else; told as above
DecisionProposed      one party proposes a decision; told to the parties
DecisionAbandoned       a proposal is given up; told to the parties
DecisionTaken         the other party confirmed it; told to all, under embargo to the parties
DecisionNotified      the carrier is notified: told to it and the parties, to all once published
DecisionCorrected     the motives say something else; told to those who know of the decision
RevocationProposed    one party proposes to revoke a decision; told to the parties
RevocationAbandoned     that is given up; told to the parties
DecisionRevoked       the other party confirmed it; told to those who know of the decision

That an embargo ends is no event: `embargo_until` told it, and `/v1/decisions` shows it.
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.applications.policy import READ


class _OfExchange(Event):
    """Something that the parties alone are told: of a bid, in a history of their own."""

    audience: ClassVar[Scoped | None] = READ

    application_id: UUID

    @property
    def subject(self) -> str:
        """The exchange of the parties about the bid."""
        return f"exchanges/{self.application_id}"


class MessageSent(_OfExchange):
    """One party wrote to the other; what it wrote is not told."""

    name: ClassVar[str] = "fr.acdt.towns.exchange.message-sent.v1"

    id: UUID
    reply_to: UUID | None


class DecisionProposed(_OfExchange):
    """One party proposes a decision."""

    name: ClassVar[str] = "fr.acdt.towns.decision.proposed.v1"

    id: UUID


class DecisionAbandoned(_OfExchange):
    """A proposal is given up."""

    name: ClassVar[str] = "fr.acdt.towns.decision.abandoned.v1"

    id: UUID


class RevocationProposed(_OfExchange):
    """One party proposes to revoke a decision."""

    name: ClassVar[str] = "fr.acdt.towns.decision.revocation-proposed.v1"

    id: UUID


class RevocationAbandoned(_OfExchange):
    """A proposal to revoke a decision is given up."""

    name: ClassVar[str] = "fr.acdt.towns.decision.revocation-abandoned.v1"

    id: UUID


class _OfPlan(Event):
    """A support plan is written."""

    audience: ClassVar[Scoped | None] = READ

    application_id: UUID
    version: int

    @property
    def subject(self) -> str:
        """The plan."""
        return f"support-plans/{self.application_id}"


class SupportPlanWritten(_OfPlan):
    """A bid has a support plan."""

    name: ClassVar[str] = "fr.acdt.towns.support-plan.written.v1"


class SupportPlanChanged(_OfPlan):
    """The plan says something else."""

    name: ClassVar[str] = "fr.acdt.towns.support-plan.changed.v1"


class _OfDecision(Event):
    """A decision took effect, or what it says changed."""

    audience: ClassVar[Scoped | None] = READ

    id: UUID
    application_id: UUID
    outcome: str
    version: int

    @property
    def subject(self) -> str:
        """The decision."""
        return f"decisions/{self.id}"


class DecisionTaken(_OfDecision):
    """Both parties decided, under the rules of this hash."""

    name: ClassVar[str] = "fr.acdt.towns.decision.taken.v1"

    ruleset_sha256: str


class DecisionNotified(_OfDecision):
    """The carrier is notified."""

    name: ClassVar[str] = "fr.acdt.towns.decision.notified.v1"


class DecisionCorrected(_OfDecision):
    """The motives say something else."""

    name: ClassVar[str] = "fr.acdt.towns.decision.corrected.v1"


class DecisionRevoked(_OfDecision):
    """Both parties revoked the decision."""

    name: ClassVar[str] = "fr.acdt.towns.decision.revoked.v1"
