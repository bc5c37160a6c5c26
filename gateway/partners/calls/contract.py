"""What a partner is told of the calls of its systems."""

from datetime import date, datetime

from pydantic import Field

from chassis.contract import Output, Page


class Usage(Output):
    """The calls of one day to one operation."""

    day: date = Field(description="UTC")
    operation: str = Field(description="Operation id")
    calls_count: int = Field(ge=1)
    refused_count: int = Field(ge=0, description="Answered with 4xx")
    failed_count: int = Field(ge=0, description="Answered with 5xx")
    mean_duration_us: int = Field(ge=0, description="Microseconds to the last byte, at the gateway")


class CallMade(Output):
    """One call; neither its path nor its query is kept, the request id finds it in the logs."""

    request_id: str
    at: datetime
    credential: str = Field(description="Which secret or key the token was obtained with")
    operation: str = Field(description="Operation id")
    method: str
    status: int = Field(ge=100, le=599)
    code: str | None = Field(description="Of the problem that answered")
    duration_us: int = Field(ge=0, description="Microseconds to the last byte, at the gateway")


class UsagePage(Page[Usage]):
    """A page of days and operations."""


class CallPage(Page[CallMade]):
    """A page of calls."""
