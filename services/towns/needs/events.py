"""What the needs tell others: all of it is open data.

NeedDeclared    a town or an EPCI has one more need
NeedChanged     a need says something else, and waits to be qualified
NeedQualified   the Cnam, a prefecture or the programme looked at it
NeedCovered     something answers it
NeedWithdrawn   its territory takes it back

That a need expires is no event: `expires_on` told it when it was written.
"""

from typing import ClassVar
from uuid import UUID

from chassis.events import Event


class _OfNeed(Event):
    """Something happened to a need."""

    id: UUID
    acv_id: str | None
    epci_siren: str | None
    status: str
    version: int

    @property
    def subject(self) -> str:
        """The need."""
        return f"needs/{self.id}"


class NeedDeclared(_OfNeed):
    """A town or an EPCI has one more need."""

    name: ClassVar[str] = "fr.acdt.towns.need.declared.v1"


class NeedChanged(_OfNeed):
    """A need says something else."""

    name: ClassVar[str] = "fr.acdt.towns.need.changed.v1"


class NeedQualified(_OfNeed):
    """Somebody entitled looked at the need and says why it stands."""

    name: ClassVar[str] = "fr.acdt.towns.need.qualified.v1"


class NeedCovered(_OfNeed):
    """Something answers the need."""

    name: ClassVar[str] = "fr.acdt.towns.need.covered.v1"


class NeedWithdrawn(_OfNeed):
    """The territory takes the need back."""

    name: ClassVar[str] = "fr.acdt.towns.need.withdrawn.v1"
