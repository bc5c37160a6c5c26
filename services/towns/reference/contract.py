"""What a page of official facts says of itself: where they come from and what is missing."""

from pydantic import Field

from chassis.contract import Output
from services.towns.reference.manifest import shipped
from services.towns.vocabularies import CONFIDENCE


class Wording(Output):
    """One text in the two languages of the API."""

    fr: str
    en: str


class Completeness(Output):
    """One shipped table: its vintage, its known holes, and whom to name."""

    table: str = Field(description="Name of the table of facts")
    rows: int = Field(ge=0)
    vintage: str = Field(description="State of the source that the rows show")
    confidence: str = Field(
        description="How far the rows can be trusted",
        json_schema_extra=CONFIDENCE.schema,
    )
    note: Wording = Field(description="What is whole and what is missing")
    attribution: str | None = Field(description="To be shown wherever the facts are shown again")


def completeness(*tables: str) -> dict[str, list[dict[str, object]]]:
    """Return what a page says of the tables behind it, in the order asked for."""
    known = {entry.name: entry for entry in shipped()}
    return {
        "completeness": [
            Completeness(
                table=name,
                rows=known[name].rows,
                vintage=known[name].vintage,
                confidence=known[name].confidence,
                note=Wording(fr=known[name].completeness.fr, en=known[name].completeness.en),
                attribution=known[name].attribution,
            ).model_dump()
            for name in tables
        ]
    }
