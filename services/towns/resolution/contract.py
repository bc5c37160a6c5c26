"""What callers receive when they ask which official place a code or a name means."""

from typing import Annotated

from pydantic import Field

from chassis.contract import Output
from services.towns.catalogue.contract import AcvId
from services.towns.reference.contract import Sourced, Wording
from services.towns.vocabularies import OUTCOME, PLACE_KIND, REASON

PlaceKind = Annotated[
    str,
    Field(
        description="What the candidate is",
        json_schema_extra=PLACE_KIND.schema,
    ),
]


class ResolutionReason(Output):
    """Why a place is a candidate."""

    code: str = Field(
        description="What agrees: the code, the whole name, its beginning, some words",
        json_schema_extra=REASON.schema,
    )
    detail: Wording


class ResolvedPlace(Output):
    """A place that may be meant."""

    kind: PlaceKind
    code: str = Field(description="Official code: INSEE, SIREN of an EPCI, `acv_id` of a town")
    name: str = Field(description="Official name")
    href: str = Field(description="Path of the place")
    acv_id: AcvId | None = Field(description="The programme town it is, or is part of")
    resolved_from: str | None = Field(description="The code of the past that it succeeds")
    confidence: str = Field(
        description="Fraction 0-1, shared between the candidates that answer alike; 1.00: certain",
        pattern=r"^(?:0\.[0-9]{2}|1\.00)$",
        json_schema_extra={"format": "decimal"},
    )
    reason: ResolutionReason


class ResolutionHint(Output):
    """Another question, which we can answer."""

    detail: Wording
    href: str = Field(description="Path of the question")


class Resolution(Sourced):
    """The places that may be meant, the likeliest first; none: we do not hold it, and do not guess.

    `several` is an answer to be judged by a person, whatever the confidences.
    """

    outcome: str = Field(
        description="How many candidates there are",
        json_schema_extra=OUTCOME.schema,
    )
    items: list[ResolvedPlace]
    omitted: int = Field(ge=0, description="Candidates, less likely, that are not shown")
    hint: ResolutionHint | None = Field(
        description="When nothing is found: the question that may have been meant"
    )
