"""What callers may ask of the list of partners."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import ListQuery
from gateway.partners.contract import KindIn, TabularFormat
from gateway.partners.organisations.contract import Partner


class PartnerQuery(ListQuery):
    """Filters of the list of partners; a repeated filter means "or"."""

    item: ClassVar[type[Partner]] = Partner

    format: TabularFormat = None
    sort: Annotated[
        Literal["created_at", "-created_at", "name", "-name"] | None, Field(description="Order")
    ] = None
    kind: Annotated[list[KindIn] | None, Field(description="Kind of partner")] = None
    status: Annotated[
        list[Literal["active", "suspended"]] | None, Field(description="Whether it may call")
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None
