"""The query parameters that every collection shares, and how a query becomes SQL values."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from chassis.contract import Output

LONGEST_PAGE = 200
Format = Literal["json", "csv", "ndjson", "xlsx", "geojson"]


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


FieldNames = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=1)]


class ListQuery(BaseModel):
    """Paging, sorting and format. A subclass adds the filters of its collection.

    `sort` is redeclared by each subclass with the orders of its listing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: ClassVar[type[Output]]
    paging: ClassVar[frozenset[str]] = frozenset(
        {"limit", "cursor", "sort", "fields", "format", "separator", "bom", "include_total"}
    )

    limit: Annotated[
        int, Field(ge=1, le=LONGEST_PAGE, description="Rows of a page; above 200 is refused")
    ] = 50
    cursor: Annotated[
        str | None, Field(max_length=2000, description="Where to go on: the `next` of a page")
    ] = None
    fields: Annotated[
        FieldNames | None,
        Field(
            json_schema_extra={"type": "string", "anyOf": None, "examples": ["name,population"]},
            description="Keys to keep, separated by commas; the answer is then a partial item",
        ),
    ] = None
    format: Annotated[
        Format | None, Field(description="Another representation of all the rows, streamed")
    ] = None
    separator: Annotated[Literal[",", ";"], Field(description="Of CSV cells")] = ","
    bom: Annotated[bool, Field(description="Begin a CSV with the mark Excel looks for")] = False
    include_total: Annotated[bool, Field(description="Count the rows of all pages")] = False

    def order(self) -> str | None:
        """Return the sort asked for, or the one that suits the filters, or None."""
        return getattr(self, "sort", None)

    def bindings(self) -> dict[str, Any]:
        """Return the SQL values of the filters in use, by the name of their bind parameter."""
        used = self.model_fields_set - self.paging
        return {name: value for name in used if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        unknown = set(self.fields or ()) - self.item.model_fields.keys()
        if unknown:
            known = ", ".join(self.item.model_fields)
            raise ValueError(f"fields: unknown {sorted(unknown)}; known: {known}")
        return self


def one_or_more(value: object) -> object:
    """Refuse an empty value in a repeated filter."""
    if isinstance(value, list) and "" in value:
        raise ValueError("empty value")
    return value


NotEmpty = AfterValidator(one_or_more)
