"""What callers may ask of the lists of attachments."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Instant
from chassis.queries import PathQuery
from gateway.partners.attachments.contract import Attachment
from gateway.partners.contract import Slug, TabularFormat


class AttachmentQuery(PathQuery):
    """Filters of the lists of attachments; a repeated filter means "or"."""

    item: ClassVar[type[Attachment]] = Attachment

    format: TabularFormat = None
    sort: Annotated[
        Literal["created_at", "-created_at", "updated_at", "-updated_at"] | None,
        Field(description="Order"),
    ] = None
    status: Annotated[
        list[Literal["pending", "granted", "refused", "expired", "revoked", "ended"]] | None,
        Field(description="Where it stands"),
    ] = None
    issuer: Annotated[
        list[Annotated[Slug, Field(examples=["proconnect"])]] | None,
        Field(description="Short name of the issuer"),
    ] = None
    updated_since: Annotated[
        Instant | None, Field(description="Changed at or after this instant")
    ] = None
