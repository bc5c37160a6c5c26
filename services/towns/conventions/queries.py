"""What callers may ask about conventions."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.contract import Day, Instant
from chassis.identifiers import Siren
from chassis.problems import Text
from chassis.queries import ListQuery
from chassis.validation import Misfit
from services.towns.catalogue.contract import AcvId
from services.towns.conventions.contract import Phase, Status, TownConvention
from services.towns.geography.queries import Departments, Regions

_Number = Annotated[int, Field(ge=1, le=999, examples=[1])]


class ConventionQuery(ListQuery):
    """Filters of the list of conventions; a repeated filter means "or"."""

    item: ClassVar[type[TownConvention]] = TownConvention

    sort: Annotated[
        Literal["acv_id", "-acv_id", "updated_at", "-updated_at"] | None,
        Field(description="Order; by town unless asked otherwise"),
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme town")] = None
    phase: Annotated[list[Phase] | None, Field(description="Phase of the programme")] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands today")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of an EPCI of the town")] = None
    signed_on_gte: Annotated[Day | None, Field(description="First signed on this day or later")] = (
        None
    )
    signed_on_lte: Annotated[
        Day | None, Field(description="First signed on this day or earlier")
    ] = None
    ends_on_gte: Annotated[Day | None, Field(description="Ends on this day or later")] = None
    ends_on_lte: Annotated[Day | None, Field(description="Ends on this day or earlier")] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None


class ReadingQuery(BaseModel):
    """On which day a convention is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: Annotated[Day | None, Field(description="The day; today unless said")] = None


class DiffQuery(BaseModel):
    """Which versions are compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_number: Annotated[
        _Number | None,
        Field(alias="from", description="Number of the earlier version; the one before `to`"),
    ] = None
    to_number: Annotated[
        _Number | None,
        Field(alias="to", description="Number of the later version; the last one signed"),
    ] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, last = self.from_number, self.to_number
        if first is not None and last is not None and first > last:
            raise Misfit("from", Text("vient après `to`", "comes after `to`"))
        return self
