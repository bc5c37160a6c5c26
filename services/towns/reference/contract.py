"""What answers say of the official facts in them: where they come from and what is missing."""

from pydantic import Field

from chassis.contract import Output
from services.towns.reference.manifest import Shipped, shipped
from services.towns.vocabularies import COMPLETENESS, CONFIDENCE

SOURCES_PATH = "/v1/sources/towns"
"""Where the sources of this service are told in full."""


class Wording(Output):
    """One text in the two languages of the API."""

    fr: str
    en: str


class Completeness(Output):
    """One table of facts in an answer, in short; the path `sources` tells the rest."""

    table: str = Field(description="Name of the table of facts")
    scope: str = Field(
        description="`partial`: rows are missing", json_schema_extra=COMPLETENESS.schema
    )
    vintage: str = Field(description="State of the source that the rows show")
    confidence: str = Field(
        description="How far the rows can be trusted", json_schema_extra=CONFIDENCE.schema
    )


class Sourced(Output):
    """What every answer made of official facts says of them."""

    completeness: list[Completeness] = Field(description="The tables that the answer shows")
    attribution: list[str] = Field(description="To be shown wherever the facts are shown again")
    sources: str = Field(description="Path of the sources: licences, known holes, checksums")


def completeness(*tables: str) -> dict[str, object]:
    """Return what an answer says of the tables behind it, in the order asked for."""
    known = {entry.name: entry for entry in shipped()}
    return Sourced(
        completeness=[
            Completeness(
                table=name,
                scope=known[name].scope,
                vintage=known[name].vintage,
                confidence=known[name].confidence,
            )
            for name in tables
        ],
        attribution=attributions([known[name] for name in tables]),
        sources=SOURCES_PATH,
    ).model_dump()


def attributions(entries: list[Shipped]) -> list[str]:
    """Return whom to name, each once; a shorter form of another is left out."""
    known = list(dict.fromkeys(entry.attribution for entry in entries if entry.attribution))
    return [
        text
        for text in known
        if not any(other != text and other.startswith(text) for other in known)
    ]
