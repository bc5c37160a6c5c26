"""What callers may ask of the list of decisions."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from chassis.contract import Instant
from chassis.identifiers import InseeCode, Siren
from chassis.queries import ListQuery
from services.towns.catalogue.contract import AcvId
from services.towns.decisions.contract import Decision, Outcome, Status
from services.towns.geography.queries import Departments, Regions

_ID = "0198c0de-0000-7000-8000-00000000beef"


class DecisionQuery(ListQuery):
    """Filters of the list of decisions; a repeated filter means "or"."""

    item: ClassVar[type[Decision]] = Decision

    sort: Annotated[
        Literal["updated_at", "-updated_at"] | None,
        Field(description="Order; by last change unless asked otherwise"),
    ] = None
    application_id: Annotated[list[UUID] | None, Field(description="Bid", examples=[[_ID]])] = None
    call_id: Annotated[list[UUID] | None, Field(description="Call", examples=[[_ID]])] = None
    outcome: Annotated[list[Outcome] | None, Field(description="What was decided")] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands")] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme town of a carrier")] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="Commune that carries")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN: EPCI that carries")] = None
    published_at_gte: Annotated[
        Instant | None, Field(description="All may know of it from then on or later")
    ] = None
    published_at_lte: Annotated[
        Instant | None, Field(description="All may know of it from then on or before")
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Written, or published by time, since")
    ] = None
