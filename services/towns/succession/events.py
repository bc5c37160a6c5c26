"""What the towns service tells of the succession of territories.

TerritorySucceeded     a code goes on in others from a day on
"""

from datetime import date
from typing import ClassVar

from chassis.events import Event


class TerritorySucceeded(Event):
    """A territory goes on, from a day on, in others: whoever keeps its code follows."""

    name: ClassVar[str] = "fr.acdt.towns.territory.succeeded.v1"

    kind: str
    predecessor_code: str
    successor_codes: list[str]
    effective_on: date
    reason: str

    @property
    def subject(self) -> str:
        """The territory that changes."""
        collection = {"commune": "communes", "epci": "epcis"}[self.kind]
        return f"{collection}/{self.predecessor_code}"
