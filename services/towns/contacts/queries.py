"""What callers may ask of the list of contacts.

There is no search by name: an address is kept by logs and proxies, a name does not belong there.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.identifiers import Siren
from chassis.queries import ListQuery
from services.towns.catalogue.contract import AcvId
from services.towns.contacts.contract import Contact, Role
from services.towns.geography.queries import Departments, Regions, TabularFormat


class ContactQuery(ListQuery):
    """Filters of the list of contacts; a repeated filter means "or"."""

    item: ClassVar[type[Contact]] = Contact

    format: TabularFormat = None
    sort: Annotated[
        Literal["acv_id", "-acv_id", "updated_at", "-updated_at"] | None,
        Field(description="Order; by town unless asked otherwise"),
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme town")] = None
    role: Annotated[list[Role] | None, Field(description="Role of the agent")] = None
    region: Regions = None
    department: Departments = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of an EPCI of the town")] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed since; deletions are in the change feed")
    ] = None
