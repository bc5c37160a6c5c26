"""What callers send and receive about the succession of territories."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chassis.contract import Day, Input, Output, Page
from chassis.identifiers import Uuid7
from chassis.money import Rate
from chassis.problems import Text
from chassis.validation import Misfit
from services.towns.reference.contract import Sourced
from services.towns.succession.rules import Edge
from services.towns.succession.vocabularies import SUCCESSION_REASON, TERRITORY_KIND

TerritoryKind = Literal["commune", "epci"]
Kind = Annotated[TerritoryKind, Field(json_schema_extra=TERRITORY_KIND.schema)]

Reason = Annotated[str, Field(json_schema_extra=SUCCESSION_REASON.schema)]
Share = Annotated[
    str,
    Field(
        description="Part of the predecessor, a fraction 0-1; by population where that is known",
        pattern=r"^(?:0(?:\.[0-9]{1,6})?|1)$",
        json_schema_extra={"format": "decimal"},
        examples=["1"],
    ),
]

_EXAMPLE: JsonDict = {
    "kind": "commune",
    "effective_on": "2026-01-01",
    "reason": "merger",
    "source_url": "https://www.example.org/arrete-2025-118",
    "edges": [{"predecessor_code": "51108", "successor_code": "51230", "share": "1"}],
}


class EdgeIn(Input):
    """A part of a territory that goes on in another."""

    predecessor_code: Annotated[str, Field(min_length=5, max_length=9, examples=["51108"])]
    successor_code: Annotated[str, Field(min_length=5, max_length=9, examples=["51230"])]
    share: Rate


class SuccessionIn(Input):
    """A change of territories on one day: n predecessors, m successors."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: Kind
    effective_on: Day
    reason: Annotated[
        Literal["merger", "association", "delegated", "department-change", "split", "transfer"],
        Field(json_schema_extra=SUCCESSION_REASON.schema),
    ]
    source_url: Annotated[
        str, Field(pattern=r"^https?://\S+$", max_length=500, description="The act that decides it")
    ]
    edges: Annotated[list[EdgeIn], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _parts(self) -> Self:
        if any(edge.share == 0 for edge in self.edges):
            raise Misfit("edges", Text("une part est plus que zéro", "a share is more than zero"))
        return self

    def parts(self) -> list[Edge]:
        """Return what goes where."""
        return [Edge(one.predecessor_code, one.successor_code, one.share) for one in self.edges]


class Succession(Output):
    """A part of a territory that goes on in another."""

    kind: Kind
    predecessor_code: str
    predecessor_name: str | None = Field(description="Of a commune of the past")
    successor_code: str
    share: Share
    effective_on: date = Field(description="First day of the successor")
    reason: Reason
    source_url: str | None = Field(description="The act; null for official history: see `sources`")
    act_id: Uuid7 | None = Field(description="The change it is part of; null: official history")


class SuccessionPage(Page[Succession], Sourced):
    """A page of successions."""


class Heir(Output):
    """A territory in which another goes on."""

    code: str
    href: str
    share: Share


class Fate(Output):
    """What became of a code."""

    kind: Kind
    code: str
    living: bool = Field(description="A territory of today has this code")
    as_of: date
    successors: list[Heir] = Field(description="On that day; empty: it goes on as it is")
    predecessors: list[str] = Field(description="Codes that went into it, up to that day")


class RecordedChange(Output):
    """A change as it was recorded."""

    act_id: UUID
    kind: Kind
    effective_on: date
    edges_count: int
