"""What callers may know of a place whose official entry they look for."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from stdnum.fr import siren

from chassis.identifiers import Form, PostalCode
from chassis.problems import Text
from chassis.validation import Misfit
from services.towns.catalogue.queries import Search

Kind = Literal["commune", "epci", "department", "region", "town"]
KINDS: tuple[Kind, ...] = ("commune", "epci", "department", "region", "town")

_SIREN_LENGTH = 9
_CODE = Form(
    "acv-[0-9]{3,6}|[0-9][0-9AB][0-9]{3}|[0-9]{9}|[0-9][0-9AB]|97[1-8]|98[4-9]",
    Text(
        "attendu : code INSEE (51108, 51, 44), SIREN ou acv_id ; un nom se donne dans name",
        "expected: INSEE code (51108, 51, 44), SIREN or acv_id; a name goes into name",
    ),
)


def _checked(code: str) -> str:
    if len(code) == _SIREN_LENGTH and code.isdigit() and not siren.is_valid(code):
        raise PydanticCustomError("siren_checksum", "The check digit of the SIREN is wrong")
    return code


class ResolveQuery(BaseModel):
    """A code; or a name, a postal code, or both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[
        Annotated[str, _CODE, AfterValidator(_checked)] | None,
        Field(
            description="INSEE code of a commune, department or region; SIREN of a commune or EPCI;"
            " `acv_id`. Not a postal code",
            examples=["51108", "200066876"],
            json_schema_extra={"x-required-unless": ["name", "postal_code"]},
        ),
    ] = None
    name: Annotated[
        Search | None,
        Field(description="A name, or its beginning: any case, accents, hyphens, saint or st"),
    ] = None
    postal_code: Annotated[
        PostalCode | None, Field(description="Only communes are then candidates")
    ] = None
    kind: Annotated[
        list[Kind] | None, Field(description="What it may be; a commune is not its department")
    ] = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if self.code is None and self.name is None and self.postal_code is None:
            raise Misfit(
                "code",
                Text("donner code, name ou postal_code", "give code, name or postal_code"),
            )
        alone = Text("inutile avec un code", "not together with a code")
        for parameter in ("name", "postal_code"):
            if self.code is not None and getattr(self, parameter) is not None:
                raise Misfit(parameter, alone)
        if self.postal_code is not None and "commune" not in self.kinds():
            raise Misfit(
                "kind",
                Text("seule une commune a un code postal", "only communes have postal codes"),
            )
        return self

    def kinds(self) -> tuple[Kind, ...]:
        """Return what the place may be."""
        asked = KINDS if self.kind is None else tuple(self.kind)
        return ("commune",) if self.postal_code is not None and "commune" in asked else asked
