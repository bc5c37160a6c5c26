"""What callers may ask of the list of systems of a partner."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import PathQuery
from gateway.partners.clients.contract import PartnerClient
from gateway.partners.contract import TabularFormat


class ClientQuery(PathQuery):
    """Filters of the list of systems; a repeated filter means "or"."""

    item: ClassVar[type[PartnerClient]] = PartnerClient

    format: TabularFormat = None
    sort: Annotated[
        Literal["created_at", "-created_at", "name", "-name"] | None, Field(description="Order")
    ] = None
    status: Annotated[
        list[Literal["active", "suspended"]] | None, Field(description="Whether it may call")
    ] = None
    environment: Annotated[
        list[Literal["production", "sandbox"]] | None, Field(description="Where it works")
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None
