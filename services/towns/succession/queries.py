"""What callers may ask of the succession of territories."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Day
from chassis.queries import ListQuery
from services.towns.geography.queries import TabularFormat
from services.towns.succession.contract import Kind, Reason, Succession


class SuccessionQuery(ListQuery):
    """Filters of the list of successions; a repeated filter means "or"."""

    item: ClassVar[type[Succession]] = Succession

    format: TabularFormat = None
    sort: Annotated[
        Literal["predecessor_code", "-predecessor_code", "effective_on", "-effective_on"] | None,
        Field(description="Order; by predecessor unless asked otherwise"),
    ] = None
    kind: Annotated[list[Kind] | None, Field(description="Communes, or EPCI")] = None
    code: Annotated[
        list[Annotated[str, Field(min_length=5, max_length=9, examples=["91182"])]] | None,
        Field(description="Of the predecessor or of the successor"),
    ] = None
    reason: Annotated[list[Reason] | None, Field(description="Why")] = None
    effective_on_gte: Annotated[Day | None, Field(description="On or after this day")] = None
    effective_on_lte: Annotated[Day | None, Field(description="On or before this day")] = None


class FateQuery(BaseModel):
    """On which day the fate of a code is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: Annotated[
        Day | None, Field(description="What was so on this day; today unless asked")
    ] = None

    def day(self, today: date) -> date:
        """Return the day that is meant."""
        return self.as_of or today
