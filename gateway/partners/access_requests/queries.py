"""What callers may ask of the list of requests."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import ListQuery
from gateway.partners.access_requests.contract import AccessRequest
from gateway.partners.contract import KindIn, TabularFormat


class AccessRequestQuery(ListQuery):
    """Filters of the list of requests; a repeated filter means "or"."""

    item: ClassVar[type[AccessRequest]] = AccessRequest

    format: TabularFormat = None
    sort: Annotated[
        Literal["created_at", "-created_at", "updated_at", "-updated_at"] | None,
        Field(description="Order"),
    ] = None
    status: Annotated[
        list[Literal["pending", "granted", "refused", "expired", "lapsed", "collected"]] | None,
        Field(description="Where it stands"),
    ] = None
    kind: Annotated[list[KindIn] | None, Field(description="Kind of partner")] = None
    environment: Annotated[
        list[Literal["production", "sandbox"]] | None, Field(description="Where it would work")
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None
