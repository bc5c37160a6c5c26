"""What the towns service tells others.

TownUpdated    what a programme town says of itself changed, or the town is new
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
