"""What a partner may ask of the calls of its systems."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Day, Instant
from chassis.queries import PathQuery
from gateway.partners.calls.contract import CallMade, Usage

_Format = Annotated[
    Literal["json", "csv", "ndjson", "xlsx"] | None,
    Field(description="Another representation: all the rows, streamed"),
]
_Id = Annotated[str, Field(examples=["list_towns"])]
_Operation = Annotated[list[_Id] | None, Field(max_length=50, description="Operation id")]


class OfClient(PathQuery):
    """A list that is always about one client of one organisation: those of the path."""

    format: _Format = None
    operation: _Operation = None


class UsageQuery(OfClient):
    """Filters of days and operations."""

    item: ClassVar[type[Usage]] = Usage

    sort: Annotated[
        Literal["day", "-day"] | None, Field(description="Order; latest first if not said")
    ] = None
    day_gte: Annotated[Day | None, Field(description="From this day on, UTC")] = None
    day_lte: Annotated[Day | None, Field(description="Until this day, UTC")] = None

    def suited_order(self) -> str:
        """Latest first."""
        return "-day"


class CallQuery(OfClient):
    """Filters of calls."""

    item: ClassVar[type[CallMade]] = CallMade

    sort: Annotated[
        Literal["at", "-at"] | None, Field(description="Order; latest first if not said")
    ] = None
    since: Annotated[Instant | None, Field(description="At or after this instant")] = None
    credential: Annotated[
        list[Annotated[str, Field(examples=["ab12cd34"])]] | None,
        Field(max_length=50, description="Prefix of a secret, or `kid` of a key"),
    ] = None

    def suited_order(self) -> str:
        """Latest first."""
        return "-at"


class RefusalQuery(CallQuery):
    """Filters of the calls that were refused or failed."""

    def used(self) -> frozenset[str]:
        """Keep what was answered with 400 and more."""
        return super().used() | {"refused"}
