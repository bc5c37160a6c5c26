"""What callers receive about partners."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from chassis.contract import Output, Page, Version
from chassis.identifiers import Uuid7
from gateway.partners.contract import Kind, Standing


class PartnerLinks(Output):
    """Where to go from a partner."""

    self: str
    clients: Annotated[str, Field(description="Path of its systems")]


class Partner(Output):
    """An organisation whose systems may call the product."""

    id: Uuid7
    kind: Kind
    name: str
    siret: str | None
    status: Standing
    clients_count: int = Field(ge=0, description="Its systems")
    version: Version
    created_at: datetime
    updated_at: datetime
    links: PartnerLinks


class PartnerPage(Page[Partner]):
    """A page of partners."""
