"""What callers send about sites."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from chassis.contract import Day, Input
from chassis.identifiers import Form, InseeCode, Siren
from chassis.problems import Text
from services.towns.catalogue.contract import AcvId
from services.towns.contacts.contract import Role
from services.towns.needs.contract import Line, Motive, Url
from services.towns.sites import vocabularies as words
from services.towns.sites.rules import Dated, Premises

Name = Annotated[str, Line, Field(max_length=200)]
Prose = Annotated[str, Line, Field(max_length=1000)]
Precision = Annotated[
    Literal["day", "month", "year"],
    Field(
        description="How far the day is known: `month` names the whole month",
        json_schema_extra=words.DATE_PRECISION.schema,
    ),
]
PremisesKind = Annotated[
    Literal["provisional", "definitive"], Field(json_schema_extra=words.PREMISES_KIND.schema)
]
PremisesOwner = Annotated[
    Literal["commune", "epci", "department", "region", "state", "other"],
    Field(json_schema_extra=words.PREMISES_OWNER.schema),
]
CentreCode = Annotated[
    str,
    Form(
        r"[a-z]+(?:-[a-z]+)*",
        Text(
            "attendu : code d'un centre, par exemple grand-est",
            "expected: code of a centre, such as grand-est",
        ),
    ),
    Field(
        max_length=50,
        description="Regional centre: see `/v1/cnam-centres`",
        examples=["grand-est"],
    ),
]
_Code = Form(
    r"[a-z]+(?:-[a-z]+)*",
    Text("attendu : un code en minuscules", "expected: a code in lower case"),
)
Scheme = Annotated[
    str,
    _Code,
    Field(
        max_length=50,
        description="Other scheme that it hosts",
        json_schema_extra=words.HOSTED_SCHEME.schema,
    ),
]
Schemes = Annotated[tuple[Scheme, ...], Field(max_length=20)]
Equipment = Annotated[
    tuple[Name, ...], Field(max_length=50, description="Such as interactive video, in words")
]
Capacity = Annotated[int, Field(ge=1, le=100_000, description="People received at once")]
Accessibility = Annotated[
    Literal["accessible", "partly", "not-accessible"],
    Field(description="To people with disabilities", json_schema_extra=words.ACCESSIBILITY.schema),
]
Wave = Annotated[int, Field(ge=1, le=99, description="Wave of the call")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="WGS 84 degrees")]
Latitude = Annotated[float, Field(ge=-90, le=90, description="WGS 84 degrees")]
_Id = Annotated[UUID, Field(strict=False)]


class SiteRoom(Input):
    """A room of a site."""

    name: Name
    kind: Annotated[str, _Code, Field(json_schema_extra=words.ROOM_KIND.schema)]
    seats_count: Annotated[int, Field(ge=1, le=10_000)] | None


class SiteContact(Input):
    """Whom one asks, by role: never a person."""

    role: Role
    organisation: Name
    url: Annotated[Url | None, Field(description="Page where the role can be reached")]


class SiteBidder(Input):
    """Whose bid was selected; its commune may be another than that of the site."""

    name: Name | None
    acv_id: AcvId | None
    insee_code: InseeCode | None
    epci_siren: Siren | None


_BIDDER = tuple(SiteBidder.model_fields)


class SiteDetailsIn(Input):
    """What a site says of itself; where it is follows its premises."""

    name: Name
    application_id: Annotated[_Id | None, Field(description="The bid that was selected")] = None
    call_id: Annotated[_Id | None, Field(description="The call of the bid")] = None
    wave: Wave | None = None
    bidder: SiteBidder | None = None
    centre_code: CentreCode | None = None
    host_organisation: Name | None = None
    schemes: Schemes = ()
    rooms: Annotated[tuple[SiteRoom, ...], Field(max_length=200)] = ()
    equipment: Equipment = ()
    capacity_count: Capacity | None = None
    accessibility: Accessibility | None = None
    accessibility_note: Prose | None = None
    contacts: Annotated[tuple[SiteContact, ...], Field(max_length=20)] = ()
    note: Prose | None = None

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> "SiteDetailsIn":
        """Return what would have to be sent for a site to say what it says: `columns` undone."""
        said = {name: held[name] for name in SiteDetailsIn.model_fields if name != "bidder"}
        bidder = {name: held[f"bidder_{name}"] for name in _BIDDER}
        known = SiteBidder(**bidder) if any(bidder.values()) else None
        tuples = {name: tuple(said[name]) for name in ("schemes", "equipment")}
        rooms = tuple(SiteRoom(**room) for room in said["rooms"])
        contacts = tuple(SiteContact(**contact) for contact in said["contacts"])
        kept = said | tuples | {"rooms": rooms, "contacts": contacts}
        return SiteDetailsIn(**kept, bidder=known)

    def columns(self) -> dict[str, Any]:
        """Return what is said as the table keeps it; a code said twice is kept once."""
        named = set(SiteDetailsIn.model_fields) - {"bidder"}
        said = {name: getattr(self, name) for name in named}
        once = {name: list(dict.fromkeys(said[name])) for name in ("schemes", "equipment")}
        listed = {
            name: [one.model_dump(mode="json") for one in said[name]]
            for name in ("rooms", "contacts")
        }
        bidder = {f"bidder_{name}": getattr(self.bidder, name, None) for name in _BIDDER}
        return said | once | listed | bidder


class ActIn(Input):
    """When an act on a site took effect, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"effect_on": "2021-09-01", "precision": "month", "motive": "Rentrée 2021"}
            ]
        }
    )

    effect_on: Annotated[Day, Field(description="A day of what `precision` names")]
    precision: Precision = "day"
    motive: Motive | None = None

    def dated(self) -> Dated:
        """Return the day as precisely as it is known."""
        return Dated(self.effect_on, self.precision)


class SitePremisesIn(Input):
    """Where a site is."""

    kind: PremisesKind
    description: Prose | None = None
    owner_kind: PremisesOwner | None = None
    owner: Name | None = None
    address: Prose | None = None
    insee_code: InseeCode
    lon: Longitude | None = None
    lat: Latitude | None = None

    def premises(self) -> Premises:
        """Return the premises, apart from their days."""
        return Premises(**{name: getattr(self, name) for name in SitePremisesIn.model_fields})


_PREMISES: dict[str, Any] = {
    "kind": "definitive",
    "description": "Ancien siège de la chambre de commerce",
    "owner_kind": "epci",
    "owner": "Ardenne Métropole",
    "address": "19 boulevard Fabert, Sedan",
    "insee_code": "08409",
    "lon": 4.94,
    "lat": 49.7,
}
_PLACED: dict[str, Any] = {
    "premises": _PREMISES,
    "effect_on": "2021-09-01",
    "precision": "month",
    "motive": "Locaux remis au Cnam",
}


class PlacedActIn(ActIn):
    """Premises that a site has from a day on."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PLACED]})

    premises: SitePremisesIn


class CnamSiteIn(SiteDetailsIn, ActIn):
    """A site that the Cnam announces; where it will be is known to the commune, or not better."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Cnam Sedan",
                    "insee_code": "08409",
                    "effect_on": "2021-06-15",
                    "precision": "day",
                    "motive": "Site de la candidature de Charleville-Mézières",
                    "wave": 1,
                    "bidder": {
                        "name": "Charleville-Mézières",
                        "acv_id": "acv-053",
                        "insee_code": "08105",
                        "epci_siren": None,
                    },
                    "centre_code": "grand-est",
                    "host_organisation": "Ardenne Métropole",
                    "schemes": ["campus-connecte"],
                    "rooms": [{"name": "Salle 1", "kind": "teaching", "seats_count": 20}],
                    "equipment": ["Visioconférence interactive"],
                    "capacity_count": 60,
                    "accessibility": "accessible",
                    "accessibility_note": "Ascenseur",
                    "contacts": [
                        {
                            "role": "secretariat",
                            "organisation": "Cnam Grand Est",
                            "url": "https://www.cnam-grandest.fr",
                        }
                    ],
                    "note": None,
                }
            ]
        }
    )

    insee_code: InseeCode
