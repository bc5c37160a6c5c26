"""What every service tells a caller of itself: `/v1/me`, and what it may do: `/v1/me/can`.

Through the gateway the registry of partners answers the first, more fully (docs/decisions/0069).
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from chassis.answers import Bytes
from chassis.contract import Output
from chassis.formats import JSON
from chassis.identity import Known, Open, Policy, Principal
from chassis.keeping import Headers
from chassis.lane import Reading, ReadRoute, Router
from chassis.reads import Answer
from chassis.rights import RIGHT_PATH, Right, RightQuery

CALLER_PATH = "/v1/me"
CALLER_ROWS: dict[str, Policy] = {"show_me": Known(), "check_right": Open()}

_OF_ONE: Headers = [
    (b"content-type", JSON),
    (b"cache-control", b"private, no-store"),
    (b"vary", b"Authorization"),
]

AskRight = Callable[[RightQuery, Principal], Awaitable[Right]]


class PerimeterPart(Output):
    """Some of the objects that a caller may see or change."""

    dimension: str
    values: list[str] = Field(description="Official codes, or ids where none exist")


class PerimeterShown(Output):
    """Whose objects a caller may see or change: all, or those that one part at least names."""

    everywhere: bool
    parts: list[PerimeterPart]


class Caller(Output):
    """The caller, as its token states it."""

    organisation_id: str
    kind: str = Field(description="Kind of organisation")
    client_id: str
    credential: str = Field(description="Which secret or key the token was obtained with")
    scopes: list[str]
    perimeter: PerimeterShown
    on_behalf_of: str | None = Field(description="The person who acts, under the issuer's name")
    expires_at: datetime = Field(description="When the token ends")


def caller_router(right: AskRight, *, told: Collection[str]) -> Router:
    """Return the two routes, which no contract shows.

    A service that has the first among its own paths, `told`, gets the second alone, and shows it.
    """
    router = Router(tags=["me"])
    fuller = CALLER_PATH in told

    async def show_me(reads: Reading) -> Answer:
        """Show the caller as this service understands its token."""
        return of_one(caller(reads.principal))

    async def check_right(reads: Reading, query: Annotated[RightQuery, Query()]) -> Answer:
        """Say whether the caller may do something, and why not.

        The resource is read with the caller's own rights, by the code that guards it: what the
        caller may not know is not found.
        """
        return of_one(await right(query, reads.principal))

    if not fuller:
        router.read(CALLER_PATH, answer=Caller)(show_me)
    router.read(RIGHT_PATH, answer=Right)(check_right)
    for route in router.routes:
        if isinstance(route, ReadRoute):
            route.include_in_schema = fuller
    return router


def of_one(answer: Output) -> Bytes:
    """Answer with what concerns one caller alone."""
    return Bytes(answer.model_dump_json().encode(), _OF_ONE)


def caller(principal: Principal) -> Caller:
    """Return what a token says of its holder."""
    perimeter = principal.perimeter
    parts = [
        PerimeterPart(dimension=name, values=sorted(values))
        for name, values in sorted(perimeter.values.items())
    ]
    return Caller(
        organisation_id=principal.organisation,
        kind=principal.kind,
        client_id=principal.client,
        credential=principal.credential,
        scopes=sorted(principal.scopes),
        perimeter=PerimeterShown(everywhere=perimeter.everywhere, parts=parts),
        on_behalf_of=principal.on_behalf_of,
        expires_at=datetime.fromtimestamp(principal.expires_at, UTC),
    )
