"""What callers receive about the sources of the facts."""

from pydantic import Field

from chassis.contract import Output
from services.towns.reference.contract import Wording
from services.towns.vocabularies import COMPLETENESS, CONFIDENCE


class Source(Output):
    """One table of official facts: its source, its licence, its known holes."""

    table: str = Field(description="Name of the table of facts")
    title: Wording
    rows: int = Field(ge=0)
    scope: str = Field(
        description="`partial`: rows are missing", json_schema_extra=COMPLETENESS.schema
    )
    vintage: str = Field(description="State of the source that the rows show")
    confidence: str = Field(
        description="How far the rows can be trusted", json_schema_extra=CONFIDENCE.schema
    )
    note: Wording = Field(description="What is whole and what is missing")
    source: str = Field(description="Who published the facts, and where they were read")
    source_url: str | None = Field(description="Address of the source; null: row by row")
    licence: str = Field(description="Under which the facts may be shown again")
    attribution: str | None = Field(description="To be shown wherever the facts are shown again")
    sha256: str = Field(description="Checksum of the table as it is shipped")


class SourceList(Output):
    """Every table of official facts of a service."""

    items: list[Source]
