"""What callers may ask of the list of systems of a partner."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import ListQuery
from gateway.partners.clients.contract import PartnerClient
from gateway.partners.contract import TabularFormat


class ClientQuery(ListQuery):
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


class ClientsOf(ClientQuery):
    """The same for the partner that the path names."""

    organisation_id: UUID

    @classmethod
    def partner(cls, organisation_id: UUID, asked: ClientQuery) -> "ClientsOf":
        """Return what is asked of the systems of one partner."""
        names = asked.model_fields_set | {"organisation_id"}
        return cls.model_construct(names, **asked.__dict__, organisation_id=organisation_id)
