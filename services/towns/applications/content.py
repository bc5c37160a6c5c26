"""What a bid says: one document, whole in each version, without the name of anyone."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import Day, Input, Output
from chassis.identifiers import Form, InseeCode
from chassis.problems import Text
from services.towns.needs.contract import Line, Url
from services.towns.vocabularies import CONTACT_ROLE

MOST_LEARNERS = 1_000_000

Title = Annotated[str, Line, Field(max_length=200, examples=["Un site du Cnam en centre-ville"])]
Prose = Annotated[str, Field(min_length=1, max_length=10_000)]
Short = Annotated[str, Line, Field(max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=100, description="As the call names it")]


class ApplicationPlace(Input):
    """A commune in which the site could open, in the order of preference."""

    insee_code: InseeCode
    reason: Prose | None


class ApplicationPremises(Input):
    """Where the courses would be held."""

    description: Prose
    address: Short | None
    surface_m2: Annotated[int | None, Field(ge=1, le=1_000_000, description="Square metres")]
    available_on: Annotated[Day | None, Field(description="First day on which they are free")]
    accessible: Annotated[
        bool | None, Field(description="Open to persons with disabilities; null: not known")
    ]


class ApplicationPartner(Input):
    """An organisation that takes part, and what it brings."""

    organisation: Short
    contribution: Prose | None


class ApplicationEvidence(Input):
    """A document that the call asks for; without address nor reference it counts as missing."""

    code: Code
    title: Short | None
    url: Url | None
    reference: Short | None


class ApplicationAnswer(Input):
    """What the bid says to a criterion of the call."""

    criterion: Code
    text: Prose


Places = Annotated[tuple[ApplicationPlace, ...], Field(max_length=20)]
Needs = Annotated[
    tuple[UUID, ...], Field(max_length=50, description="Needs that the site would answer")
]
Partners = Annotated[tuple[ApplicationPartner, ...], Field(max_length=50)]
Learners = Annotated[
    int | None,
    Field(ge=1, le=MOST_LEARNERS, description="People expected in a full year", examples=[120]),
]
_Role = Annotated[
    str,
    Form("|".join(CONTACT_ROLE.labels), Text("attendu : une fonction", "expected: a role")),
    Field(examples=["project-director"]),
]
ContactRole = Annotated[
    _Role | None, Field(description="Whom to call, by function: the contacts of the town say who")
]
Evidence = Annotated[tuple[ApplicationEvidence, ...], Field(max_length=100)]
Answers = Annotated[tuple[ApplicationAnswer, ...], Field(max_length=50)]

EXAMPLE: dict[str, Any] = {
    "title": "Un site du Cnam en centre-ville",
    "places": [{"insee_code": "51108", "reason": "Ancien collège, près de la gare"}],
    "needs": [],
    "premises": {
        "description": "Quatre salles dans l'ancien collège",
        "address": "12 rue des Écoles",
        "surface_m2": 400,
        "available_on": "2027-09-01",
        "accessible": True,
    },
    "partners": [{"organisation": "Mission locale", "contribution": "Orientation du public"}],
    "learners_count": 120,
    "contact_role": "project-director",
    "evidence": [],
    "answers": [],
}


class ApplicationContentIn(Input):
    """A bid as its carriers write it; it may be incomplete until it is submitted."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    title: Title
    places: Places = ()
    needs: Needs = ()
    premises: ApplicationPremises | None = None
    partners: Partners = ()
    learners_count: Learners = None
    contact_role: ContactRole = None
    evidence: Evidence = ()
    answers: Answers = ()

    def document(self) -> dict[str, Any]:
        """Return the bid as it is kept."""
        return self.model_dump(mode="json")


class ApplicationContent(Output):
    """What a bid says."""

    title: Title
    places: Places
    needs: Needs
    premises: ApplicationPremises | None
    partners: Partners
    learners_count: Learners
    contact_role: ContactRole
    evidence: Evidence
    answers: Answers
