"""What bodies of panels said of bids, told to the parties and to the body itself.

ConflictDeclared    a body has an interest in the bid: what it said of it does not count
ApplicationScored   a body handed its scores in, or handed them in anew; no figure is told
OpinionGiven        a body gave its opinion, or gave it anew; what it says is not told
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event
from chassis.identity import Scoped
from services.towns.applications.policy import READ


class _OfPanel(Event):
    """A body of the panel spoke of a bid."""

    audience: ClassVar[Scoped | None] = READ

    application_id: UUID
    body: str

    @property
    def subject(self) -> str:
        """The work of the panel on the bid: those who are told of the bid do not hear it."""
        return f"panels/{self.application_id}"


class ConflictDeclared(_OfPanel):
    """A body has an interest in the bid."""

    name: ClassVar[str] = "fr.acdt.towns.panel.conflict-declared.v1"


class ApplicationScored(_OfPanel):
    """A body handed its scores in."""

    name: ClassVar[str] = "fr.acdt.towns.panel.scored.v1"

    revision: int


class OpinionGiven(_OfPanel):
    """A body gave its opinion."""

    name: ClassVar[str] = "fr.acdt.towns.panel.opinion-given.v1"

    revision: int
