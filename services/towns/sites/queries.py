"""What callers may ask of the list of sites."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from chassis.contract import Day, Instant
from chassis.identifiers import InseeCode, Siren, Uuid7
from chassis.problems import Text
from chassis.queries import ListQuery
from chassis.validation import Misfit
from services.towns.catalogue.contract import AcvId
from services.towns.catalogue.queries import Near, RadiusKm, Search, surroundings
from services.towns.catalogue.rules import search_condition
from services.towns.geography.queries import Departments, Regions, TabularFormat
from services.towns.sites.contract import CnamCentre, CnamSite, Status
from services.towns.sites.details import CentreCode, Scheme


class SiteQuery(ListQuery):
    """Filters of the list of sites; a repeated filter means "or"."""

    item: ClassVar[type[CnamSite]] = CnamSite

    sort: Annotated[
        Literal["name", "-name", "updated_at", "-updated_at", "distance"] | None,
        Field(description="Order; by name, nearest first with `near`"),
    ] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of the EPCI of the site")] = None
    acv_id: Annotated[
        list[AcvId] | None, Field(description="Programme town of the site, or of its bidder")
    ] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="Commune of the site")] = None
    status: Annotated[list[Status] | None, Field(description="Where it stands")] = None
    centre: Annotated[list[CentreCode] | None, Field(description="Regional centre")] = None
    scheme: Annotated[list[Scheme] | None, Field(description="Other scheme that it hosts")] = None
    application_id: Annotated[
        list[Uuid7] | None,
        Field(
            description="The bid that was selected",
            examples=[["0198c0de-0000-7000-8000-00000000beef"]],
        ),
    ] = None
    open_on: Annotated[
        Day | None,
        Field(
            description="Surely open on this day: since the last day of what is known of its"
            " opening, until the first day of what is known of its end"
        ),
    ] = None
    near: Near = None
    radius_km: RadiusKm = 50.0
    q: Annotated[
        Search | None,
        Field(description="Words of the site or its commune: any case, accents, prefix"),
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.near is None and ("radius_km" in self.model_fields_set or self.sort == "distance"):
            raise Misfit("near", Text("requis avec ce tri ou ce rayon", "needed by sort or radius"))
        return self

    def suited_order(self) -> str | None:
        """Nearest first."""
        return None if self.near is None else "distance"

    def bindings(self) -> dict[str, Any]:
        """Add the numbers behind `near` and the words behind `q`."""
        values = super().bindings()
        if self.near is not None:
            values |= surroundings(self.near, radius_km=self.radius_km)
        if self.q is not None:
            values["words"] = search_condition(self.q)
        return values


class CentreQuery(ListQuery):
    """Filters of the list of regional centres; a repeated filter means "or"."""

    item: ClassVar[type[CnamCentre]] = CnamCentre

    sort: Annotated[
        Literal["code", "-code"] | None, Field(description="Order; by code unless asked otherwise")
    ] = None
    format: TabularFormat = None
    region: Regions = None
