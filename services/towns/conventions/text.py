"""The text of a convention: one document, whole in each version."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import Day, Input, Output
from chassis.identifiers import Siren
from chassis.money import Euros
from services.towns.conventions import vocabularies as words

Name = Annotated[str, Field(min_length=1, max_length=200)]
Prose = Annotated[str, Field(max_length=5000)]
Number = Annotated[
    str, Field(min_length=1, max_length=20, description="Number of the sheet", examples=["A5-1"])
]
Url = Annotated[str, Field(max_length=500, pattern=r"^https?://\S+$")]
AxisCode = Annotated[
    Literal["1", "2", "3", "4", "5", "transversal"],
    Field(description="Axis of the convention", json_schema_extra=words.AXIS.schema),
]
Stage = Annotated[
    Literal["initialisation", "deployment"],
    Field(
        description="Phase that the text opens: deployment needs a validated project amendment",
        json_schema_extra=words.STAGE.schema,
    ),
]


OrtStatus = Annotated[
    Literal["signed", "ended", "not-signed", "in-progress"],
    Field(json_schema_extra=words.ORT_STATUS.schema),
]


class ConventionAxis(Input):
    """An axis of the strategy."""

    axis: AxisCode
    text: Prose
    objectives: Annotated[list[Name], Field(max_length=50)]


class ConventionPerimeter(Input):
    """A perimeter, as a reference to the act or map that draws it."""

    kind: Annotated[
        Literal["study", "operating", "ort"], Field(json_schema_extra=words.PERIMETER.schema)
    ]
    reference: Annotated[Name, Field(description="Act or map that draws it")]
    url: Annotated[Url | None, Field(description="Where it can be read")]
    decided_on: Annotated[Day | None, Field(description="Day of the act; null: not known")]


class ConventionParty(Input):
    """An organisation that signs; its signatory is named by the function, never the person."""

    organisation: Annotated[Name, Field(description="Name of the organisation")]
    siren: Siren | None
    organisation_id: Annotated[
        UUID | None,
        Field(
            strict=False, description="Its id among partners: it may then read the observed text"
        ),
    ]
    capacity: Annotated[
        Literal["beneficiary", "state", "funder", "partner"],
        Field(json_schema_extra=words.CAPACITY.schema),
    ]
    local: Annotated[bool, Field(description="A local assembly must authorise its signature")]
    function: Annotated[Name | None, Field(description="Function of the signatory")]
    act_reference: Annotated[Name | None, Field(description="Its authorising act")]
    act_decided_on: Annotated[Day | None, Field(description="Day of the authorising act")]


class ConventionOrt(Input):
    """The operation of territorial revitalisation (ORT) of the town, as the text states it."""

    status: OrtStatus
    signed_on: Annotated[Day | None, Field(description="Null: not signed, or not known")]
    planned_on: Annotated[Day | None, Field(description="When it is to be signed")]


class ActionFunding(Input):
    """What a funder brings to an action."""

    organisation: Annotated[Name, Field(description="Name of the funder")]
    status: Annotated[
        Literal["requested", "agreed", "notified"],
        Field(json_schema_extra=words.FUNDING_STATUS.schema),
    ]
    amount_eur: Euros | None


class ActionSheet(Input):
    """An action of the convention (*fiche-action*), as this version has it."""

    number: Number
    title: Name
    axis: AxisCode
    description: Prose | None
    owner: Annotated[Name, Field(description="Project owner")]
    location: Annotated[Name | None, Field(description="Where, in words")]
    partners: Annotated[list[Name], Field(max_length=50)]
    budget_excluding_tax_eur: Euros | None
    budget_including_tax_eur: Euros | None
    funders: Annotated[list[ActionFunding], Field(max_length=30)]
    starts_on: Day | None
    ends_on: Day | None
    maturity: Annotated[
        Literal["mature", "to-detail"], Field(json_schema_extra=words.MATURITY.schema)
    ]
    indicators: Annotated[list[Name], Field(max_length=30)]


Title = Annotated[Name, Field(description="Title of the convention")]
EndsOn = Annotated[Day | None, Field(description="Last day of the convention; null: not said")]
ConfirmedOn = Annotated[
    Day | None, Field(description="When commune and EPCI confirmed their will, in writing")
]
Axes = Annotated[list[ConventionAxis], Field(max_length=6)]
Perimeters = Annotated[list[ConventionPerimeter], Field(max_length=20)]
Parties = Annotated[list[ConventionParty], Field(max_length=40)]
Sheets = Annotated[list[ActionSheet], Field(max_length=200)]

_PARTY: dict[str, Any] = {
    "organisation": "Commune de Châlons-en-Champagne",
    "siren": "215101015",
    "organisation_id": "0198c0de-0000-7000-8000-00000000beef",
    "capacity": "beneficiary",
    "local": True,
    "function": "maire",
    "act_reference": "D 12",
    "act_decided_on": "2023-11-20",
}
EXAMPLE: dict[str, Any] = {
    "title": "Convention Action cœur de ville 2",
    "stage": "initialisation",
    "ends_on": "2028-12-31",
    "confirmed_on": "2023-06-30",
    "axes": [{"axis": "5", "text": "Accès aux services", "objectives": ["Former sur place"]}],
    "perimeters": [
        {
            "kind": "ort",
            "reference": "Plan n° 3",
            "url": "https://ville.example/plan-3",
            "decided_on": "2023-06-01",
        }
    ],
    "parties": [_PARTY],
    "ort": {"status": "signed", "signed_on": "2020-02-03", "planned_on": "2020-02-03"},
    "action_sheets": [
        {
            "number": "A5-1",
            "title": "Un site du Cnam en centre-ville",
            "axis": "5",
            "description": "Des salles pour les cours du soir",
            "owner": "Commune de Châlons-en-Champagne",
            "location": "Ancien collège",
            "partners": ["Cnam"],
            "budget_excluding_tax_eur": "100000.00",
            "budget_including_tax_eur": "120000.00",
            "funders": [
                {
                    "organisation": "Région Grand Est",
                    "status": "requested",
                    "amount_eur": "40000.00",
                }
            ],
            "starts_on": "2024-01-15",
            "ends_on": "2025-06-30",
            "maturity": "mature",
            "indicators": ["Personnes inscrites"],
        }
    ],
}


class ConventionTextIn(Input):
    """The text of a version, as a town writes it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    title: Title
    stage: Stage = "initialisation"
    ends_on: EndsOn = None
    confirmed_on: ConfirmedOn = None
    axes: Axes = Field(default_factory=list)
    perimeters: Perimeters = Field(default_factory=list)
    parties: Parties = Field(default_factory=list)
    ort: ConventionOrt | None = None
    action_sheets: Sheets = Field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return the text as it is kept."""
        return self.model_dump(mode="json")


class ConventionText(Output):
    """The text of a version."""

    title: Title
    stage: Stage
    ends_on: EndsOn
    confirmed_on: ConfirmedOn
    axes: Axes
    perimeters: Perimeters
    parties: Parties
    ort: ConventionOrt | None
    action_sheets: Sheets
