"""What callers may ask of the list of calls."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import ListQuery
from services.towns.calls.contract import CallForBids, Mode, Status


class CallQuery(ListQuery):
    """Filters of the list of calls; a repeated filter means "or"."""

    item: ClassVar[type[CallForBids]] = CallForBids

    sort: Annotated[
        Literal["updated_at", "-updated_at", "closes_at", "-closes_at", "wave", "-wave"] | None,
        Field(description="Order; by last change unless asked otherwise"),
    ] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands now")] = None
    wave: Annotated[
        list[Annotated[int, Field(strict=False, ge=1, le=99)]] | None,
        Field(description="Number of the wave", examples=[[2]]),
    ] = None
    mode: Annotated[
        list[Mode] | None, Field(description="Live calls only, unless asked otherwise")
    ] = None
    opens_at_gte: Annotated[Instant | None, Field(description="Opens then or later")] = None
    opens_at_lte: Annotated[Instant | None, Field(description="Opens then or earlier")] = None
    closes_at_gte: Annotated[Instant | None, Field(description="Closes then or later")] = None
    closes_at_lte: Annotated[Instant | None, Field(description="Closes then or earlier")] = None
    updated_since: Annotated[
        Instant | None, Field(description="Written since; a call closes without being written")
    ] = None

    def used(self) -> frozenset[str]:
        """Add the mode: trials are left out unless asked for."""
        return super().used() | {"mode"}

    def bindings(self) -> dict[str, Any]:
        """Return the values; trials are left out unless asked for."""
        return {"mode": ["live"]} | {name: getattr(self, name) for name in super().used()}
