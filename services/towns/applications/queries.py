"""What callers may ask of the list of bids."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from chassis.contract import Instant
from chassis.identifiers import InseeCode, Siren
from chassis.queries import ListQuery
from services.towns.applications.contract import ApplicationSummary, Status
from services.towns.catalogue.contract import AcvId
from services.towns.catalogue.queries import Search
from services.towns.catalogue.rules import search_condition
from services.towns.geography.queries import Departments, Regions, TabularFormat


class ApplicationQuery(ListQuery):
    """Filters of the list of bids; a repeated filter means "or"."""

    item: ClassVar[type[ApplicationSummary]] = ApplicationSummary

    format: TabularFormat = None
    sort: Annotated[
        Literal["updated_at", "-updated_at", "title", "-title"] | None,
        Field(description="Order; by last change unless asked otherwise"),
    ] = None
    q: Annotated[
        Search | None, Field(description="Words of the title: any case, accents, prefix")
    ] = None
    call_id: Annotated[
        list[UUID] | None,
        Field(description="Call", examples=[["0198c0de-0000-7000-8000-00000000ca11"]]),
    ] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands")] = None
    outside: Annotated[
        bool | None, Field(description="Whether no carrier is of the programme", examples=[True])
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Town of a carrier")] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="A carrier")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[
        list[Siren] | None, Field(description="SIREN: a carrier, or that of a carrier")
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None

    def bindings(self) -> dict[str, Any]:
        """Add the words behind `q`."""
        values = super().bindings()
        if self.q is not None:
            values["words"] = search_condition(self.q)
        return values
