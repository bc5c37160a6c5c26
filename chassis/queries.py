"""The query parameters that every collection shares, and how a query becomes SQL values."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from chassis.contract import Output
from chassis.formats import Format
from chassis.problems import FieldError, InvalidValue, Text
from chassis.validation import Misfit

LONGEST_PAGE = 200

_PAGING = frozenset(
    {"limit", "cursor", "sort", "fields", "format", "separator", "bom", "include_total"}
)

_TABLES = frozenset({Format.CSV, Format.XLSX})
_OF_PAGES = ("cursor", "limit", "include_total")
_WHOLE = Text(
    "ce format contient toutes les lignes : sans page", "this format holds all rows: no page"
)
_ALL_COLUMNS = Text("ce format a ses propres colonnes", "this format has columns of its own")


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


FieldNames = Annotated[tuple[str, ...], BeforeValidator(_split), Field(min_length=1)]


class PagedQuery(BaseModel):
    """How long a page is and where it begins; a subclass adds the filters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int
    cursor: Annotated[
        str | None, Field(max_length=2000, description="Where to go on: found in `next`")
    ] = None

    def used(self) -> frozenset[str]:
        """Return the names of the filters in use."""
        return frozenset(
            name for name in self.model_fields_set - _PAGING if getattr(self, name) is not None
        )

    def bindings(self) -> dict[str, Any]:
        """Return the SQL values of the filters in use, by the name of their bind parameter."""
        return {name: getattr(self, name) for name in self.used()}


class ListQuery(PagedQuery):
    """Paging, sorting and format; a subclass adds `item`, the orders and the filters."""

    item: ClassVar[type[Output]]

    limit: Annotated[
        int, Field(ge=1, le=LONGEST_PAGE, description="Rows of a page; above 200 is refused")
    ] = 50
    sort: Annotated[str | None, Field(description="Order; `-` reverses it")] = None
    fields: Annotated[
        FieldNames | None,
        Field(description="Keys to keep, separated by commas; the items are then partial"),
    ] = None
    format: Annotated[
        Literal["json", "csv", "ndjson", "xlsx", "geojson"] | None,
        Field(description="Another representation: all the rows, streamed"),
    ] = None
    separator: Annotated[Literal[",", ";"], Field(description="Between the cells of a CSV")] = ","
    bom: Annotated[bool, Field(description="Begin a CSV with the mark that Excel needs")] = False
    include_total: Annotated[bool, Field(description="Count the rows of all pages")] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Show a key that the items have as the example of `fields`."""
        super().__pydantic_init_subclass__(**kwargs)
        if hasattr(cls, "item"):
            keys = cls.item.model_fields
            cls.model_fields["fields"].examples = ["name" if "name" in keys else next(iter(keys))]

    def order(self) -> str | None:
        """Return the order of the listing to use: the one asked for, else the one that suits."""
        return self.sort or self.suited_order()

    def suited_order(self) -> str | None:
        """Return the order that suits the filters when none is asked for."""
        return None

    def refuse_paging(self, form: Format) -> None:
        """Refuse what a file of all the rows would ignore.

        Raises:
            InvalidValue: parameters of pages, or the keys to keep of a table.
        """
        asked = [
            FieldError("not-a-page", _WHOLE, parameter=name)
            for name in _OF_PAGES
            if name in self.model_fields_set
        ]
        if form in _TABLES and self.fields is not None:
            asked.append(FieldError("fixed-columns", _ALL_COLUMNS, parameter="fields"))
        if asked:
            raise InvalidValue(errors=asked)

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        unknown = sorted(set(self.fields or ()) - self.item.model_fields.keys())
        if unknown:
            known = ", ".join(self.item.model_fields)
            raise Misfit("fields", Text(f"clés connues : {known}", f"known keys: {known}"))
        return self


class PathQuery(ListQuery):
    """Filters of a list that is always about what the path names."""

    _about: dict[str, Any] = PrivateAttr(default_factory=dict)

    def about(self, **named: Any) -> Self:
        """Return the same query for what the path names."""
        made = self.model_copy()
        made._about = named  # noqa: SLF001 -- of our own copy
        return made

    def used(self) -> frozenset[str]:
        """Add what the path names."""
        return super().used() | frozenset(self._about)

    def bindings(self) -> dict[str, Any]:
        """Add what the path names."""
        return {name: getattr(self, name) for name in super().used()} | self._about
