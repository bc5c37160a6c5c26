"""The change feed over HTTP: `/v1/events/<service>`, the same in the four services."""

from typing import Annotated, Any

import orjson
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Output, Page
from chassis.events import EVENT_NAME
from chassis.feed import START, FeedPage, FeedQuery, Position, feed_end, feed_page
from chassis.identity import Audiences, Open
from chassis.lane import Reading, Router
from chassis.problems import InvalidCursor
from chassis.queries import LONGEST_PAGE
from chassis.reads import Answer, Reads

_LATEST = "latest"


class CloudEvent(Output):
    """Something that happened, as CloudEvents 1.0; consumers keep the ids they have seen."""

    specversion: str = Field(description="Always 1.0")
    id: str = Field(description="UUIDv7, unique")
    source: str = Field(description="Path of the feed")
    type: str = Field(description="`fr.acdt.<service>.<entity>.<verb>.v<n>`")
    subject: str = Field(description="What it happened to")
    time: str = Field(description="When, UTC")
    datacontenttype: str
    sequence: str = Field(description="Rank among the events of the subject, from 1")
    reason: str | None = Field(description="Why, when someone had to say")
    successor: str | None = Field(description="What replaces a subject that is gone")
    data: dict[str, Any]


class EventPage(Page[CloudEvent]):
    """Events in order; keep `after` and ask again with it, now or in a month."""

    after: str = Field(description="Where this page ends; give it as `after` to go on")


class FeedParameters(BaseModel):
    """What to read of the feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Annotated[
        str | None,
        Field(
            max_length=2000,
            description="`after` of the last page read; `latest` for the end",
            examples=[_LATEST],
        ),
    ] = None
    types: Annotated[
        list[Annotated[str, Field(pattern=EVENT_NAME)]] | None,
        Field(description="Only these types of events"),
    ] = None
    subject: Annotated[
        str | None, Field(min_length=1, max_length=200, description="Only this subject")
    ] = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Events of a page")] = 50


def feed_router(service: str) -> Router:
    """Return the route of the feed of one service; its operation is `list_<service>_events`."""
    router = Router(tags=["events"])

    async def list_events(reads: Reading, query: Annotated[FeedParameters, Query()]) -> Answer:
        """Read what changed in this service, oldest first; nothing is ever skipped."""
        audiences = _audiences(reads)
        binding = _binding(service, audiences)
        if query.after == _LATEST:
            end = await feed_end(reads.told, service, audiences=audiences)
            page = FeedPage([], end, more=False)
        else:
            mark = START if query.after is None else reads.cursors.opened(binding, query.after)
            names = tuple(query.types) if query.types else None
            asked = FeedQuery(Position(*mark), names, query.subject, query.limit, audiences)
            page = await feed_page(reads.told, service, asked)
        after = reads.cursors.sealed(binding, [*page.after])
        ending: dict[str, str] = {"after": after}
        if page.more:
            ending["next"] = reads.continued("after", after)
        body = b'{"items":[' + b",".join(page.items) + b"]," + orjson.dumps(ending)[1:]
        return reads.ready(body)

    list_events.__name__ = f"list_{service}_events"
    router.read(f"/v1/events/{service}", answer=EventPage, refusals=[InvalidCursor])(list_events)
    return router


def _audiences(reads: Reads) -> Audiences:
    row = reads.policy
    return row.audiences(reads.principal) if isinstance(row, Open) else {}


def _binding(service: str, audiences: Audiences) -> str:
    """Return what a cursor is bound to: who is shown other events must begin again, or miss some.

    Callers to whom nothing more is shown share the cursors of everybody.
    """
    said = orjson.dumps(audiences, default=sorted, option=orjson.OPT_SORT_KEYS).decode()
    return f"events {service}{said}" if audiences else f"events {service}"
