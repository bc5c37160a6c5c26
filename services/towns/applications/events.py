"""What the bids tell those who may know of them.

ApplicationCreated        a town or an EPCI prepares a bid; told to its carriers
ApplicationChanged        what is prepared says something else; told to its carriers
ApplicationSubmitted      a version is submitted: the panel and the prefectures may read it
ApplicationToConsolidate  the parties name what the bid has to complete
ApplicationExamined       the examination is closed
ApplicationWithdrawn      its lead takes the bid back
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.applications.policy import READ


class _OfApplication(Event):
    """Something happened to a bid."""

    audience: ClassVar[Scoped | None] = READ

    id: UUID
    call_id: UUID
    status: str
    submitted_number: int
    version: int

    @property
    def subject(self) -> str:
        """The bid."""
        return f"applications/{self.id}"


class ApplicationCreated(_OfApplication):
    """A town or an EPCI prepares a bid."""

    name: ClassVar[str] = "fr.acdt.towns.application.created.v1"


class ApplicationChanged(_OfApplication):
    """What is prepared says something else."""

    name: ClassVar[str] = "fr.acdt.towns.application.changed.v1"


class ApplicationSubmitted(_OfApplication):
    """A version of the bid is submitted, under the rules of this hash."""

    name: ClassVar[str] = "fr.acdt.towns.application.submitted.v1"

    ruleset_sha256: str


class ApplicationToConsolidate(_OfApplication):
    """The parties name what the bid has to complete."""

    name: ClassVar[str] = "fr.acdt.towns.application.consolidation-asked.v1"


class ApplicationExamined(_OfApplication):
    """The examination of the bid is closed."""

    name: ClassVar[str] = "fr.acdt.towns.application.examined.v1"


class ApplicationWithdrawn(_OfApplication):
    """The lead takes the bid back."""

    name: ClassVar[str] = "fr.acdt.towns.application.withdrawn.v1"
