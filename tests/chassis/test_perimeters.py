"""A perimeter forgotten in the SQL is noticed before anything is served, or lets nobody in."""

from typing import Any, ClassVar, cast

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import ARRAY, Text, column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.admission import Admission, Bounds, Reaching
from chassis.answers import Bytes
from chassis.contract import Output
from chassis.events import Event, record
from chassis.identity import Limits, Open, Policy, PolicyMismatch, Principal, Scoped
from chassis.lane import Lane, Reading, ReadRoute, Router
from chassis.perimeters import Dimensions, Single, bounds, inside, single
from chassis.reads import Answer, CallerIgnored, LimitsIgnored, ReadContext, Reads
from chassis.statements import bound, compiled
from chassis.writes import WriteRoute

LINES = Scoped("lines:read", within=("region", "funder"))
PLACED = Single(select(column("body")), perimeter={"region": column("region", Text)})


class Line(Output):
    """A line."""

    amount: int


def lane_of(row: Policy, resource: Single | None) -> Lane:
    """A lane with one read of a resource."""
    router = Router()

    @router.read("/v1/lines", answer=Line, of=resource)
    async def show_line(_reads: Reading) -> Answer:
        """Show a line."""
        return Bytes(b"{}", [])

    routes = [route for route in router.routes if isinstance(route, ReadRoute)]
    return Lane(routes, {"show_line": row})


@pytest.mark.parametrize(
    "resource",
    [None, Single(PLACED.chosen), Single(PLACED.chosen, perimeter={"centre": column("centre")})],
    ids=["nothing said", "no perimeter", "other dimensions"],
)
def test_a_limited_read_of_what_has_no_perimeter_cannot_be_assembled(
    resource: Single | None,
) -> None:
    with pytest.raises(PolicyMismatch, match="show_line is limited"):
        lane_of(LINES, resource)


def test_a_read_that_is_not_limited_or_has_a_perimeter_is_assembled() -> None:
    assert lane_of(LINES, PLACED).find("/v1/lines")
    assert lane_of(Scoped("lines:read"), None).find("/v1/lines")


def test_open_data_with_drafts_says_what_is_published() -> None:
    row = Open(more=(LINES,))
    published = Single(PLACED.chosen, perimeter={"published": column("published", Text)})

    assert lane_of(row, published).find("/v1/lines")
    with pytest.raises(PolicyMismatch, match="show_line is limited"):
        lane_of(row, PLACED)


def test_a_limited_change_that_does_not_ask_for_its_bounds_cannot_be_assembled() -> None:
    router = Router(route_class=WriteRoute)

    @router.post("/v1/lines", operation_id="add_line")
    async def add_line() -> None:
        """Add a line."""

    @router.post("/v1/bounded-lines", operation_id="add_bounded_line")
    async def add_bounded_line(_limits: Bounds) -> None:
        """Add a line within limits."""

    @router.post("/v1/reached-lines", operation_id="add_reached_line")
    async def add_reached_line(_reach: Reaching) -> None:
        """Add a line within what the caller knows and may change."""

    forgetful, *mindful = [route for route in router.routes if isinstance(route, APIRoute)]
    Admission(mindful, {"add_bounded_line": LINES, "add_reached_line": LINES})
    Admission([forgetful], {"add_line": Scoped("lines:write")})
    with pytest.raises(PolicyMismatch, match="add_line is limited"):
        Admission([forgetful], {"add_line": LINES})


def test_a_dimension_that_nobody_maps_lets_nobody_in() -> None:
    lines = table("line", column("region", Text), column("epci", ARRAY(Text)))
    mapped: Dimensions = {"region": lines.c.region, "epci": lines.c.epci}

    def condition(*names: str) -> str:
        chosen = Single(select(lines.c.region), perimeter=mapped)
        return single(chosen, frozenset(names)).sql.partition("WHERE ")[2]

    assert condition("funder") == "false"
    assert condition("region", "funder") == "line.region = any($1::TEXT[])"
    assert condition("region", "epci") == (
        "(line.epci && $1::TEXT[]) OR line.region = any($2::TEXT[])"
    )
    assert "WHERE" not in single(PLACED, None).sql
    assert str(inside({}, {"region"})) == "false"


def test_the_bounds_of_a_caller_are_the_values_of_its_limits() -> None:
    limits: Limits = {"region": frozenset({"53", "44"}), "funder": frozenset()}

    assert bounds(limits) == {"within_region": ["44", "53"], "within_funder": []}
    assert bounds(None) == {}


def test_sql_that_knows_no_perimeter_is_not_for_a_limited_caller() -> None:
    principal = Principal("org-1", kind="funder", client="erp-1")
    scope: dict[str, Any] = {"path": "/v1/lines", "query_string": b""}
    reads = Reads(cast("ReadContext", None), scope, principal, policy=LINES)

    with pytest.raises(LimitsIgnored):
        _ = reads.pool


def test_an_answer_that_depends_on_the_caller_is_not_declared_the_same_for_all() -> None:
    principal = Principal("org-1", kind="funder", client="erp-1")
    scope: dict[str, Any] = {"path": "/v1/lines", "query_string": b""}
    made = compiled(select(bound("caller", Text)))
    told = [
        Reads(cast("ReadContext", None), scope, principal, policy=row)
        for row in (Open(acts=True), LINES, Open())
    ]

    assert [reads.arguments(made, {}) for reads in told[:2]] == [["org-1"], ["org-1"]]
    with pytest.raises(CallerIgnored):
        told[2].arguments(made, {})


class LineAdded(Event):
    name: ClassVar[str] = "fr.acdt.trainings.line.added.v1"
    audience: ClassVar[Scoped | None] = LINES

    @property
    def subject(self) -> str:
        return "lines/1"


class LineForgotten(LineAdded):
    name: ClassVar[str] = "fr.acdt.trainings.line.forgotten.v1"
    audience: ClassVar[Scoped | None] = None


@pytest.mark.parametrize(
    ("fact", "place"), [(LineAdded(), None), (LineForgotten(), {})], ids=["without", "for nothing"]
)
async def test_a_place_is_said_for_an_audience_and_for_it_only(fact: Event, place: Any) -> None:
    with pytest.raises(TypeError, match="a place is said for an audience"):
        await record(AsyncSession(), fact, place=place)
