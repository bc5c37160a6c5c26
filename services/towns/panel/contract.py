"""What callers send and receive about the work of panels."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import AllowedAction, Input, Output, Page
from chassis.identifiers import Uuid7
from services.towns.applications.contract import Status
from services.towns.catalogue.contract import SelfLink
from services.towns.needs.contract import Motive, Reference
from services.towns.panel.vocabularies import OPINION

MOST_CRITERIA = 50
HIGHEST_SCALE = 100_000

Body = Annotated[
    str, Field(description="Body of the panel, as the call names it", examples=["cnam"])
]
CriterionCode = Annotated[
    str, Field(max_length=100, description="As the call names it", examples=["need"])
]
Points = Annotated[
    int, Field(ge=0, le=HIGHEST_SCALE, description="From 0 to the scale of the criterion")
]
Stance = Annotated[
    Literal["favourable", "with-reservations", "unfavourable"],
    Field(json_schema_extra=OPINION.schema),
]
Revision = Annotated[int, Field(ge=1, description="1, and one more each time it is said anew")]
SubmittedNumber = Annotated[int, Field(ge=1, description="Version of the bid that it is about")]
Counted = Annotated[
    bool, Field(description="The last of its body, which declared no conflict of interest")
]

_SHEET: dict[str, Any] = {
    "scores": [
        {
            "criterion": "need",
            "points": 4,
            "comment": "Enquête récente, volumes chiffrés",
            "evidence": "Pièce 2, page 7",
        }
    ]
}


class ConflictIn(Input):
    """The interest that a body has in a bid; it is not taken back."""

    reason: Motive


class ScoreIn(Input):
    """The points of one criterion, and what they rest on."""

    criterion: CriterionCode
    points: Points
    comment: Motive
    evidence: Annotated[
        Reference | None, Field(description="Where in the bid, or elsewhere, it is read")
    ] = None


class ScoresIn(Input):
    """The scores of a body: one for each criterion of the grid."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHEET]})

    scores: Annotated[tuple[ScoreIn, ...], Field(min_length=1, max_length=MOST_CRITERIA)]


class PanelOpinionIn(Input):
    """What a body thinks of a bid, and why."""

    opinion: Stance
    motive: Motive


class WrittenAssessment(Output):
    """What a body said."""

    application_id: UUID
    body: Body
    revision: Revision


class Worth(Output):
    """What a sheet is worth, out of 1."""

    exact: str = Field(
        description="Fraction, over the denominator that all sheets of the grid share",
        examples=["56/75"],
    )
    rate: str = Field(description="Decimal, six places, rounded", examples=["0.746667"])


class Score(Output):
    """The points of one criterion."""

    criterion: CriterionCode
    points: Points
    comment: str
    evidence: str | None


class ScoreSheet(Output):
    """The scores of a body at one revision."""

    body: Body
    revision: Revision
    counted: Counted
    submitted_number: SubmittedNumber
    ruleset_sha256: str = Field(description="Hash of the rules in force when it was handed in")
    total: Worth
    scores: list[Score]
    organisation: str
    scored_at: datetime


class ScoreSheetPage(Page[ScoreSheet]):
    """Every revision of every sheet that the caller may see."""


class PanelOpinion(Output):
    """The opinion of a body at one revision."""

    body: Body
    revision: Revision
    counted: Counted
    submitted_number: SubmittedNumber
    opinion: Stance
    motive: str
    organisation: str
    given_at: datetime


class PanelOpinionPage(Page[PanelOpinion]):
    """Every revision of every opinion that the caller may see."""


class PanelConflict(Output):
    """The interest that a body declared."""

    reason: str
    organisation: str
    declared_at: datetime


class PanelBody(Output):
    """A body of the panel, and how far it is."""

    body: Body
    label: str
    organisation_id: UUID | None = Field(description="Null until one is attached")
    conflict: PanelConflict | None
    scored: bool = Field(description="It handed scores in that count")
    opined: bool = Field(description="It gave an opinion that counts")


class CriterionSpread(Output):
    """How far the bodies are apart on one criterion: points of the sheets that count."""

    criterion: CriterionCode
    sheets_count: int
    lowest: Points
    highest: Points
    difference: Points


class OverallSpread(Output):
    """How far the bodies are apart on the whole."""

    sheets_count: int
    lowest: Worth
    highest: Worth
    difference: Worth


class PanelLinks(Output):
    """Where to go from the work of a panel."""

    self: SelfLink
    application: str = Field(description="Path of the bid")
    scores: str = Field(description="Path of the scores")
    opinions: str = Field(description="Path of the opinions")


class ApplicationPanel(Output):
    """How far the panel is with a bid; spreads are of the sheets that the caller may see."""

    application_id: Uuid7
    call_id: UUID
    status: Status
    quorum: int | None = Field(description="Bodies whose opinion a decision needs")
    opinions_count: int = Field(ge=0, description="Bodies that gave an opinion that counts")
    scores_due_at: datetime | None
    opinions_due_at: datetime | None
    bodies: list[PanelBody]
    spread: OverallSpread | None = Field(description="Null where the caller may see no sheet")
    criteria: list[CriterionSpread]
    allowed_actions: list[AllowedAction]
    links: PanelLinks
