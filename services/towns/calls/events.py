"""What happens to calls, told to those who may read them.

CallDrafted       a call is in preparation
CallChanged       a draft says something else
CallPublished     a call is published, its rules are frozen: open data from now on
CallExtended      deadlines moved later, by a new rule set
CallClosed        a call takes no bid any more, before its day
CallDecided       all is decided
CallCancelled     a call is given up
CallBodyAttached  an organisation takes the seat of a body of the panel, or leaves it
CallListed        public sources tell of a wave of the past

That a call closes on its day is no event: `closes_at` told it before.
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.calls.policy import READ


class _OfCall(Event):
    """Something happened to a call; the hash is that of the rule set in force."""

    audience: ClassVar[Scoped | None] = READ

    id: UUID
    status: str
    ruleset_sha256: str | None
    version: int

    @property
    def subject(self) -> str:
        """The call."""
        return f"calls/{self.id}"


class CallDrafted(_OfCall):
    """A call is in preparation."""

    name: ClassVar[str] = "fr.acdt.towns.call.drafted.v1"


class CallChanged(_OfCall):
    """A draft says something else."""

    name: ClassVar[str] = "fr.acdt.towns.call.changed.v1"


class CallPublished(_OfCall):
    """A call is published."""

    name: ClassVar[str] = "fr.acdt.towns.call.published.v1"


class CallExtended(_OfCall):
    """Deadlines of a call moved later."""

    name: ClassVar[str] = "fr.acdt.towns.call.extended.v1"


class CallClosed(_OfCall):
    """A call takes no bid any more."""

    name: ClassVar[str] = "fr.acdt.towns.call.closed.v1"


class CallDecided(_OfCall):
    """All is decided."""

    name: ClassVar[str] = "fr.acdt.towns.call.decided.v1"


class CallCancelled(_OfCall):
    """A call is given up."""

    name: ClassVar[str] = "fr.acdt.towns.call.cancelled.v1"


class CallBodyAttached(_OfCall):
    """An organisation takes the seat of a body; null: nobody sits there."""

    name: ClassVar[str] = "fr.acdt.towns.call.body-attached.v1"

    body: str
    organisation_id: UUID | None


class CallListed(_OfCall):
    """Public sources tell of a wave of the past; anyone may know."""

    name: ClassVar[str] = "fr.acdt.towns.call.listed.v1"
    audience: ClassVar[Scoped | None] = None
