"""What geographic software may ask of the towns: box, time, and the properties they have."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chassis.identifiers import DepartmentCode, Form, InseeCode, RegionCode, Siren
from chassis.problems import Text
from chassis.queries import PagedQuery
from services.towns.catalogue.contract import AcvId

LONGEST_PAGE = 10_000

_NUMBER = r"-?[0-9]{1,20}(?:\.[0-9]{1,30})?(?:[eE]-?[0-9]{1,2})?"
_BOX = Form(
    rf"{_NUMBER}(?:,{_NUMBER}){{3}}(?:(?:,{_NUMBER}){{2}})?",
    Text(
        "attendu : ouest,sud,est,nord en degrés, par exemple bbox=-5.2,42.3,8.3,51.1",
        "expected: west,south,east,north in degrees, such as bbox=-5.2,42.3,8.3,51.1",
    ),
)
_DATE, _CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "[0-9]{2}:[0-9]{2}"
_INSTANT = rf"{_DATE}(?:[Tt]{_CLOCK}:[0-9]{{2}}(?:\.[0-9]{{1,9}})?(?:[Zz]|[-+]{_CLOCK}))?"
_TIME = Form(
    rf"{_INSTANT}|{_INSTANT}/{_INSTANT}|{_INSTANT}/(?:\.\.)?|(?:\.\.)?/{_INSTANT}",
    Text(
        "attendu : date, instant ou intervalle, par exemple 2019-01-01 ou 2019-01-01/..",
        "expected: a date, an instant or an interval, such as 2019-01-01 or 2019-01-01/..",
    ),
)


def _corners(box: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north; heights are left out: all towns lie on the ground."""
    numbers = [float(part) for part in box.split(",")]
    half = len(numbers) // 2
    (west, south), (east, north) = numbers[:2], numbers[half : half + 2]
    return west, south, east, north


def _box(value: str) -> str:
    _, south, _, north = _corners(value)
    if south > north:
        raise ValueError(
            Text("le sud est au nord du nord", "the south is further north than the north")
        )
    return value


def _day(instant: str) -> date:
    read = datetime.fromisoformat(instant.upper())
    return read.astimezone(UTC).date() if read.tzinfo else read.date()


def _days(interval: str) -> tuple[date, date]:
    """Return the first and the last day asked about; an open end is as far as dates go."""
    first, _, last = interval.rpartition("/")
    if "/" not in interval:
        first = last
    return (
        date.min if first in {"", ".."} else _day(first),
        date.max if last in {"", ".."} else _day(last),
    )


def _time(value: str) -> str:
    try:
        first, last = _days(value)
    except (ValueError, OverflowError):
        raise ValueError(Text("cette date n'existe pas", "this date does not exist")) from None
    if first > last:
        raise ValueError(Text("l'intervalle finit avant de commencer", "it ends before it begins"))
    return value


def _at_most(value: int) -> int:
    return min(value, LONGEST_PAGE)


class DocumentQuery(BaseModel):
    """The one parameter of the documents around the features."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    f: Annotated[
        Literal["json"] | None,
        Field(description="What geographic clients add to ask for JSON, the only form there is"),
    ] = None


class FeatureQuery(PagedQuery):
    """Filters of the features; a repeated filter means "or"."""

    f: Annotated[
        Literal["json", "geojson"] | None,
        Field(description="What geographic clients add to ask for GeoJSON, the only form there is"),
    ] = None

    limit: Annotated[
        int,
        Field(ge=1, description="Features of a page; more than 10 000 are answered as 10 000"),
        AfterValidator(_at_most),
    ] = 10
    bbox: Annotated[
        Annotated[str, Field(max_length=400), _BOX, AfterValidator(_box)] | None,
        Field(
            description="West,south,east,north in WGS 84 degrees, or with heights"
            " west,south,low,east,north,high; west of the west: across the antimeridian",
            examples=["-5.2,42.3,8.3,51.1"],
        ),
    ] = None
    datetime: Annotated[
        Annotated[str, _TIME, AfterValidator(_time)] | None,
        Field(
            description="Member of the programme at this instant or in this interval;"
            " `..` is an open end, an instant counts as its UTC day",
            examples=["2019-01-01T00:00:00Z/.."],
        ),
    ] = None
    acv_id: Annotated[list[AcvId] | None, Field(description="Programme identifier")] = None
    insee_code: Annotated[list[InseeCode] | None, Field(description="Any commune of the town")] = (
        None
    )
    region: Annotated[list[RegionCode] | None, Field(description="INSEE code")] = None
    department: Annotated[list[DepartmentCode] | None, Field(description="INSEE code")] = None
    epci: Annotated[list[Siren] | None, Field(description="SIREN of the EPCI")] = None
    status: Annotated[
        list[Literal["active", "left", "merged"]] | None, Field(description="In the latest list")
    ] = None
    phase: Annotated[
        list[Literal["acv1", "acv2"]] | None, Field(description="Latest phase of the town")
    ] = None
    cohort: Annotated[
        list[Literal["2018", "2023"]] | None, Field(description="Year the town came in")
    ] = None
    wave: Annotated[
        list[Literal["1", "2"]] | None, Field(description="A known wave of Cnam sites")
    ] = None

    def used(self) -> frozenset[str]:
        """Return the names of the filters in use; the form is none."""
        return super().used() - {"f"}

    def bindings(self) -> dict[str, Any]:
        """Add the numbers behind `bbox`, the days behind `datetime`, and the codes as numbers."""
        values = super().bindings()
        for numbers in ("wave", "cohort"):
            if numbers in values:
                values[numbers] = [int(text) for text in values[numbers]]
        if self.bbox is not None:
            west, south, east, north = _corners(self.bbox)
            # a box that crosses the antimeridian is two, any other is twice the same
            halves = (west, east, west, east) if west <= east else (west, 180.0, -180.0, east)
            values |= zip(("west", "east", "west_again", "east_again"), halves, strict=True)
            values |= {"south": south, "north": north}
        if self.datetime is not None:
            values["first_day"], values["last_day"] = _days(self.datetime)
        return values
