"""What the towns service tells others.

TownUpdated        what a programme town says of itself changed, or the town is new
ReferenceLoaded    a table of official facts was replaced by another version
"""

from typing import ClassVar

from chassis.events import Event


class TownUpdated(Event):
    """The card of a town changed: whoever keeps a copy reads it again."""

    name: ClassVar[str] = "fr.acdt.towns.town.updated.v1"

    acv_id: str
    version: int

    @property
    def subject(self) -> str:
        """The town."""
        return f"towns/{self.acv_id}"


class ReferenceLoaded(Event):
    """A table of official facts has another version: kept lists of it are out of date."""

    name: ClassVar[str] = "fr.acdt.towns.reference.loaded.v1"

    table: str
    sha256: str
    vintage: str
    rows: int

    @property
    def subject(self) -> str:
        """The table."""
        return f"reference/{self.table}"
