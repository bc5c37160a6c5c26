"""What callers send and receive about needs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import AllowedAction, Day, Input, Output, Page, Version
from chassis.identifiers import Form, NafDivision, RomeCode, Siren, Uuid7
from chassis.problems import Text
from services.towns.catalogue.contract import AcvId, SelfLink
from services.towns.needs.rules import Details
from services.towns.needs.vocabularies import NEED_SOURCE, NEED_STATUS, NEED_STRENGTH

MOST_CODES = 20
MOST_PEOPLE = 1_000_000

Status = Annotated[
    Literal["declared", "qualified", "covered", "withdrawn", "expired"],
    Field(
        description="Where the need stands; `expired` after `expires_on`",
        json_schema_extra=NEED_STATUS.schema,
    ),
]
SourceKind = Annotated[
    Literal["employer-survey", "jobs-data", "mayor", "prefect"],
    Field(description="Where the need was seen", json_schema_extra=NEED_SOURCE.schema),
]
Strength = Annotated[
    Literal["stated", "documented", "measured"],
    Field(
        description="How far it is shown; all but `stated` name their evidence",
        json_schema_extra=NEED_STRENGTH.schema,
    ),
]
RomeCodes = Annotated[
    tuple[RomeCode, ...],
    Field(max_length=MOST_CODES, description="Jobs (ROME); their form is checked"),
]
Line = Form(
    r"[^\s|](?:[^|\n\r]*[^\s|])?",
    Text(
        "attendu : un texte d'une ligne, sans espace autour ni barre verticale",
        "expected: a text of one line, without spaces around nor a vertical bar",
    ),
)
Skill = Annotated[str, Line, Field(max_length=200, examples=["Lire un plan d'installation"])]
Skills = Annotated[
    tuple[Skill, ...], Field(max_length=MOST_CODES, description="Skills, in the words of the field")
]
Volume = Annotated[int, Field(ge=1, le=MOST_PEOPLE, description="People to train", examples=[25])]
Level = Annotated[
    int, Field(ge=1, le=8, description="Level of the French framework of certifications")
]
Url = Annotated[
    str,
    Form(
        r'https?://[^\s<>"|]+',
        Text(
            "attendu : une adresse, par exemple https://ville.example/enquete.pdf",
            "expected: an address, such as https://ville.example/survey.pdf",
        ),
    ),
    Field(max_length=2000, examples=["https://ville.example/enquete.pdf"]),
]
Reference = Annotated[str, Line, Field(max_length=500, examples=["Délibération 2026-14"])]
Motive = Annotated[
    str,
    Form(r"\S(?:[\s\S]*\S)?", Text("attendu : un motif", "expected: a motive")),
    Field(max_length=2000, description="Why; open data, so without personal data"),
]

EXAMPLE: dict[str, Any] = {
    "acv_id": "acv-051",
    "rome_codes": ["I1309", "F1602"],
    "skills": ["Lire un plan d'installation"],
    "volume_count": 25,
    "horizon_from": "2100-09-01",
    "horizon_until": "2101-06-30",
    "level": 5,
    "naf_division": "43",
    "source_kind": "employer-survey",
    "evidence_url": "https://ville.example/enquete.pdf",
    "evidence_title": "Enquête auprès des employeurs du bassin",
    "evidence_on": "2026-03-31",
    "strength": "measured",
    "expires_on": "2101-12-31",
}


class NeedIn(Input):
    """A need as its territory states it: of a town or of an EPCI, in jobs or in skills."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    acv_id: AcvId | None = None
    epci_siren: Siren | None = None
    rome_codes: RomeCodes = ()
    skills: Skills = ()
    volume_count: Volume
    horizon_from: Annotated[Day, Field(description="First day on which they are wanted")]
    horizon_until: Annotated[Day | None, Field(description="Last one; null: that day alone")] = None
    level: Level | None = None
    naf_division: NafDivision | None = None
    source_kind: SourceKind
    evidence_url: Url | None = None
    evidence_reference: Reference | None = None
    evidence_title: Reference | None = None
    evidence_on: Annotated[Day | None, Field(description="Day of the document")] = None
    strength: Strength
    expires_on: Annotated[Day, Field(description="Last day on which the need stands, UTC")]

    @classmethod
    def of(cls, details: Details) -> Self:
        """Return what would have to be sent for a need to be as it is."""
        return cls.model_validate({name: getattr(details, name) for name in cls.model_fields})

    def details(self) -> Details:
        """Return what is asked for; a code named twice is named once."""
        asked = {name: getattr(self, name) for name in type(self).model_fields}
        once = {name: tuple(dict.fromkeys(asked[name])) for name in ("rome_codes", "skills")}
        return Details(**(asked | once))


class QualificationIn(Input):
    """Why a need stands."""

    motive: Motive


class CoverageIn(Input):
    """What covers a need; one of both keys."""

    url: Url | None = None
    reference: Reference | None = None


class WithdrawalIn(Input):
    """Why a need is taken back."""

    motive: Motive


class Qualification(Output):
    """Who qualified the need."""

    organisation: str
    at: datetime
    motive: str


class Coverage(Output):
    """What covers the need, and who says so."""

    organisation: str
    at: datetime
    url: str | None
    reference: str | None


class Withdrawal(Output):
    """Who took the need back."""

    organisation: str
    at: datetime
    motive: str


class NeedLinks(Output):
    """Where to go from a need."""

    self: SelfLink
    territory: str = Field(description="Path of the town or the EPCI")


class ExternalId(Output):
    """What the author calls the need."""

    namespace: str
    id: str


class Need(Output):
    """What a town or an EPCI needs in jobs and skills."""

    id: Uuid7
    acv_id: AcvId | None
    epci_siren: Siren | None
    rome_codes: RomeCodes
    skills: Skills
    volume_count: Volume
    horizon_from: date = Field(description="First day on which they are wanted")
    horizon_until: date | None = Field(description="Last one; null: that day alone")
    level: Level | None
    naf_division: NafDivision | None
    source_kind: SourceKind
    evidence_url: Url | None
    evidence_reference: Reference | None
    evidence_title: Reference | None
    evidence_on: date | None
    strength: Strength
    expires_on: date = Field(description="Last day on which the need stands, UTC")
    author: str = Field(description="Organisation that declared it")
    external_id: ExternalId | None
    status: Status
    qualification: Qualification | None
    coverage: Coverage | None
    withdrawal: Withdrawal | None
    version: Version
    created_at: datetime
    updated_at: datetime = Field(description="When it was last written, UTC")
    allowed_actions: list[AllowedAction]
    links: NeedLinks


class NeedPage(Page[Need]):
    """A page of needs."""


class WrittenNeed(Output):
    """What a change made."""

    id: UUID
    acv_id: AcvId | None
    epci_siren: Siren | None
    status: Status
    version: Version
