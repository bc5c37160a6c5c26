"""The parts of a call's rules as callers send and receive them: grid, evidence, panel."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.contract import Input, Output
from chassis.identifiers import Form
from chassis.problems import Text
from services.towns.calls.rules import Body, Criterion, Evidence
from services.towns.calls.vocabularies import CALL_BODY

Code = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        Text(
            "attendu : un code, en minuscules et tirets, par exemple need-shown",
            "expected: a code, lower case and hyphens, such as need-shown",
        ),
    ),
    Field(max_length=50, description="Names it within the call", examples=["need"]),
]
Label = Annotated[
    str,
    Form(
        r"\S(?:[^\n\r]*\S)?",
        Text(
            "attendu : un texte d'une ligne, sans espace autour",
            "expected: a text of one line, without spaces around",
        ),
    ),
    Field(max_length=300),
]
Weight = Annotated[
    str,
    Form(
        r"0\.[0-9]{1,6}|1(?:\.0{1,6})?",
        Text("attendu : une fraction de 1, par exemple 0.25", "expected: a fraction, such as 0.25"),
    ),
    Field(
        description="Share in the score, a fraction of 1; those of a call add up to 1 exactly",
        examples=["0.25"],
        json_schema_extra={"format": "decimal"},
    ),
]
Scale = Annotated[int, Field(ge=1, le=100, description="Scores go from 0 to this", examples=[5])]
Required = Annotated[bool, Field(description="A bid without it is not complete")]
Supported = Annotated[
    Code | None, Field(description="Criterion that it supports; null: the bid as a whole")
]
BodyCode = Annotated[
    Code, Field(description="Body of the panel", json_schema_extra=CALL_BODY.schema)
]


class CallForBidsLabelIn(Input):
    """A label in both languages."""

    fr: Label
    en: Label


class CallForBidsCriterionIn(Input):
    """What bids are scored on."""

    code: Code
    label: CallForBidsLabelIn
    weight: Weight
    scale_max: Scale

    def stated(self) -> Criterion:
        """Return what is asked for."""
        return Criterion(**self.model_dump())


class CallForBidsEvidenceIn(Input):
    """A document that bids bring."""

    code: Code
    label: CallForBidsLabelIn
    required: Required
    criterion: Supported = None

    def stated(self) -> Evidence:
        """Return what is asked for."""
        return Evidence(**self.model_dump())


class CallForBidsBodyIn(Input):
    """A body of the panel."""

    body: BodyCode
    label: Label

    def stated(self) -> Body:
        """Return what is asked for; who sits there is told by an act of its own."""
        return Body(self.body, self.label, None)


class CallForBidsLabel(Output):
    """A label in both languages."""

    fr: Label
    en: Label


class CallForBidsCriterion(Output):
    """What bids are scored on."""

    code: Code
    label: CallForBidsLabel
    weight: Weight
    scale_max: Scale


class CallForBidsEvidence(Output):
    """A document that bids bring."""

    code: Code
    label: CallForBidsLabel
    required: Required
    criterion: Supported


class CallForBidsBody(Output):
    """A body of the panel, and the organisation of the registry that sits for it."""

    body: BodyCode
    label: Label
    organisation_id: UUID | None = Field(description="Null: not attached yet")
