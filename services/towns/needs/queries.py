"""What callers may ask of the list of needs."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from chassis.contract import Day, Instant
from chassis.identifiers import NafDivision, RomeCode, Siren
from chassis.queries import ListQuery
from services.towns.catalogue.contract import AcvId
from services.towns.catalogue.queries import Count
from services.towns.geography.queries import Departments, Regions
from services.towns.needs.contract import Need, SourceKind, Status, Strength


class NeedQuery(ListQuery):
    """Filters of the list of needs; a repeated filter means "or"."""

    item: ClassVar[type[Need]] = Need

    sort: Annotated[
        Literal[
            "updated_at",
            "-updated_at",
            "expires_on",
            "-expires_on",
            "volume_count",
            "-volume_count",
        ]
        | None,
        Field(description="Order; by last change unless asked otherwise"),
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme town")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[
        list[Siren] | None, Field(description="SIREN: needs of the EPCI and of its towns")
    ] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands today")] = None
    rome_code: Annotated[list[RomeCode] | None, Field(description="One of its jobs")] = None
    source_kind: Annotated[list[SourceKind] | None, Field(description="Where it was seen")] = None
    strength: Annotated[list[Strength] | None, Field(description="How far it is shown")] = None
    level: Annotated[
        list[Literal["1", "2", "3", "4", "5", "6", "7", "8"]] | None,
        Field(description="Level wanted"),
    ] = None
    naf_division: Annotated[list[NafDivision] | None, Field(description="Activity")] = None
    volume_gte: Annotated[Count | None, Field(description="At least, people")] = None
    volume_lte: Annotated[Count | None, Field(description="At most, people")] = None
    expires_on_gte: Annotated[Day | None, Field(description="Expires on this day or later")] = None
    expires_on_lte: Annotated[Day | None, Field(description="Expires on this day or before")] = None
    updated_since: Annotated[
        Instant | None, Field(description="Written since; a need expires without being written")
    ] = None

    def bindings(self) -> dict[str, Any]:
        """Return the values; levels are numbers."""
        values = super().bindings()
        if "level" in values:
            values["level"] = [int(text) for text in values["level"]]
        return values
