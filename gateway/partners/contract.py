"""Shapes that the routes of the registry share: perimeters, keys, names."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from chassis.contract import Day, Input, Output
from chassis.identifiers import DepartmentCode, Form, InseeCode, RegionCode, Siren
from chassis.problems import Text
from chassis.validation import Misfit
from gateway.partners.clients import rules
from gateway.partners.kinds import EVERYWHERE
from gateway.partners.vocabularies import (
    AREA,
    AUTHENTICATION,
    ENVIRONMENT,
    PARTNER_KIND,
    SCOPE,
    STANDING,
)

_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_COORDINATE = Form(
    "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]",
    Text("attendu : 32 octets en base64url", "expected: 32 bytes in base64url"),
)
_SLUG = Form(
    "[a-z0-9]+(?:-[a-z0-9]+)*",
    Text("attendu : minuscules, chiffres et tirets", "expected: lower case, digits and dashes"),
)
Slug = Annotated[str, _SLUG, Field(max_length=60)]
_VALUES: dict[str, TypeAdapter[Any]] = {
    "region": TypeAdapter(RegionCode),
    "department": TypeAdapter(DepartmentCode),
    "town": TypeAdapter(InseeCode),
    "epci": TypeAdapter(Siren),
    "funder": TypeAdapter(Slug),
    "centre": TypeAdapter(Slug),
    EVERYWHERE: TypeAdapter(Literal["*"]),
}

Kind = Annotated[str, Field(description="Kind of partner", json_schema_extra=PARTNER_KIND.schema)]
KindIn = Literal[
    "acv_directorate",
    "ministry",
    "region_prefecture",
    "department_prefecture",
    "cnam_national",
    "cnam_centre",
    "funder",
    "commune",
    "epci",
    "region",
    "panel_body",
    "evaluator",
]
TabularFormat = Annotated[
    Literal["json", "csv", "ndjson", "xlsx"] | None,
    Field(description="Another representation: all the rows, streamed"),
]
Name = Annotated[str, Field(min_length=2, max_length=200, pattern=r"^\S.*\S$")]
Motive = Annotated[
    str, Field(min_length=10, max_length=2000, description="Why; no personal data, please")
]
ScopeName = Annotated[
    str,
    Form("[a-z]+:[a-z]+", Text("attendu : ressource:verbe", "expected: resource:verb")),
    Field(json_schema_extra=SCOPE.schema, examples=["partners:read"]),
]
Environment = Annotated[
    str, Field(description="Where it works", json_schema_extra=ENVIRONMENT.schema)
]
Authentication = Annotated[
    str,
    Field(description="How the system proves itself", json_schema_extra=AUTHENTICATION.schema),
]
Dimension = Annotated[
    str,
    Field(description="What the value is", json_schema_extra=AREA.schema),
]
Standing = Annotated[
    str, Field(description="Whether it may call", json_schema_extra=STANDING.schema)
]
ClientId = Annotated[str, Field(description="Name of the system, for `/oauth/token`")]


class AreaIn(Input):
    """One value of a perimeter, from one day to another, both included."""

    dimension: Literal["region", "department", "town", "epci", "funder", "centre", "everywhere"]
    value: Annotated[str, Field(min_length=1, max_length=60, examples=["51108"])]
    valid_from: Day
    valid_until: Annotated[Day | None, Field(description="Null: no end")] = None

    @model_validator(mode="after")
    def _of_its_form(self) -> Self:
        try:
            _VALUES[self.dimension].validate_python(self.value)
        except ValidationError:
            said = (f"n'est pas un code de {self.dimension}", f"no code of {self.dimension}")
            raise Misfit("value", Text(*said)) from None
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise Misfit("valid_until", Text("avant valid_from", "before valid_from"))
        return self

    def period(self) -> rules.Area:
        """Return it as rules know it."""
        return rules.Area(self.dimension, self.value, self.valid_from, self.valid_until)


class Area(Output):
    """One value of a perimeter, from one day to another, both included."""

    dimension: Dimension
    value: str
    valid_from: date
    valid_until: date | None = Field(description="Null: no end")


class PublicKeyIn(Input):
    """A public key as a JWK (RFC 7517). Its `kid` becomes its thumbprint, whatever is said here."""

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "Ed25519"]
    x: Annotated[str, _COORDINATE]
    y: Annotated[str, _COORDINATE] | None = None
    kid: Annotated[str, Field(max_length=200)] | None = None
    alg: Annotated[str, Field(max_length=20)] | None = None
    use: Literal["sig"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _public(cls, given: Any) -> Any:
        leaked = [name for name in _PRIVATE if isinstance(given, dict) and name in given]
        if leaked:
            raise Misfit(leaked[0], _LEAKED)
        return given

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        curve, algorithm, points = _CURVES[self.kty]
        if self.crv != curve:
            raise Misfit("crv", Text(f"attendu : {curve}", f"expected: {curve}"))
        if self.alg not in {None, algorithm}:
            raise Misfit("alg", Text(f"attendu : {algorithm}", f"expected: {algorithm}"))
        if (self.y is not None) != (points == 2):  # noqa: PLR2004  # coordinates
            raise Misfit("y", Text("pour une clé EC seulement", "for an EC key, and only for it"))
        return self

    def members(self) -> dict[str, str]:
        """Return the required members, of which the thumbprint is made."""
        return self.model_dump(include={"kty", "crv", "x", "y"}, exclude_none=True)


_CURVES = {"EC": ("P-256", "ES256", 2), "OKP": ("Ed25519", "EdDSA", 1)}
_LEAKED = Text(
    "c'est une clé privée : elle vient d'être divulguée, faites-en une autre",
    "this is a private key: it is disclosed now, make another one",
)
