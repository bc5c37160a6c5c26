"""What every contract is made of: strict inputs, complete outputs.

In an output a default means one thing only: the key may be absent.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from chassis.problems import Text
from chassis.validation import misvalue


class Input(BaseModel):
    """A body that callers send: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Output(BaseModel):
    """A body that callers receive: every key always present, `null` means unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AllowedAction(Output):
    """What the caller may do, or why not."""

    action: str
    href: str
    allowed: bool
    reason: str | None = Field(description="Code of the refusal that it would meet")


API_VERSION = "1.0.0"
"""Of the contracts; within one major version changes are additive."""

Version = Annotated[int, Field(ge=1, description="Version of the row; the ETag is made of it")]


def _iso_day(value: object) -> object:
    if not isinstance(value, str | date):
        raise misvalue("date_type")
    # pydantic reads "1577836800" as a date; the contract wants the ten characters only
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(Text("doit être une date AAAA-MM-JJ", "must be a date YYYY-MM-DD"))
    return value


def _iso_instant(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise misvalue("datetime_type")
    if isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", value):
        raise ValueError(_AN_INSTANT)
    if isinstance(value, str) and re.search(r" \d{2}:?\d{2}$", value):
        raise ValueError(_LOST_PLUS)
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(_AN_INSTANT)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError(Text("hors du calendrier", "outside the calendar")) from None


_AN_INSTANT = Text(
    "doit être un instant ISO 8601 avec fuseau, comme 2026-01-31T08:00:00Z",
    "must be an ISO 8601 instant with a zone, such as 2026-01-31T08:00:00Z",
)
_LOST_PLUS = Text(
    "le + du fuseau est devenu une espace : dans une adresse il s'écrit %2B ; ou employez Z",
    "the + of the zone became a space: in an address it is written %2B; or use Z",
)
# Not strict: after a validator of ours pydantic sees a Python string, which strictness refuses.
_LAX = Field(strict=False)
Instant = Annotated[
    datetime,
    _LAX,
    BeforeValidator(_iso_instant),
    AfterValidator(_in_utc),
    Field(examples=["2026-01-31T08:00:00Z"]),
]
"""An instant, in UTC once read; the zone is required."""
Day = Annotated[date, _LAX, BeforeValidator(_iso_day), Field(examples=["2026-01-31"])]
"""A day of the calendar; never write `date` in an `Input`, it would read numbers in a string."""


class ProblemField(Output):
    """What is wrong with one field; one of `pointer`, `parameter`, `header` says which."""

    pointer: str = Field(default="", description="JSON pointer into the body")
    parameter: str = Field(default="", description="Name of the query parameter")
    header: str = Field(default="", description="Name of the header")
    code: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details: the body of every answer that is not a success."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Address of the page that explains the problem")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    instance: str = Field(description="Path of the request")
    code: str = Field(description="Stable name of the problem; never translated")
    request_id: str = Field(description="Finds the request in our logs")
    errors: list[ProblemField]


Item = TypeVar("Item", bound=Output)


class Page(Output, Generic[Item]):
    """A page of a collection; `next` is absent on the last one, `total` unless asked for."""

    items: list[Item]
    next: str = Field(default="", description="Path of the next page")
    total: int = Field(default=0, ge=0, description="Rows of all pages")
