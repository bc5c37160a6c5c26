"""The fast lane: paths found by segment, query strings read strictly."""

from typing import Annotated, ClassVar, Literal

import pytest
from fastapi import Path, Query

from chassis.answers import Bytes
from chassis.contract import Output, Page
from chassis.identity import Open
from chassis.lane import Lane, Reading, ReadRoute, Router
from chassis.problems import BadRequest, InvalidValue, Problem, UnknownParameter
from chassis.queries import ListQuery
from chassis.query_strings import parsed
from chassis.reads import Answer


class Thing(Output):
    """A thing."""

    name: str


class ThingQuery(ListQuery):
    """Filters of things."""

    item: ClassVar[type[Thing]] = Thing
    sort: Literal["name"] | None = None
    colour: list[Literal["red", "blue"]] | None = None
    size: int | None = None


router = Router()


@router.read("/v1/things", answer=Page[Thing])
async def list_things(_reads: Reading, query: Annotated[ThingQuery, Query()]) -> Answer:
    """List things."""
    return Bytes(repr(query).encode(), [])


@router.read("/v1/things/{name}", answer=Thing)
async def show_thing(_reads: Reading, name: Annotated[str, Path(max_length=5)]) -> Answer:
    """Show a thing."""
    return Bytes(name.encode(), [])


@router.read("/v1/things/{name}/parts/{part}", answer=Thing)
async def show_part(_reads: Reading, name: str, part: str) -> Answer:
    """Show a part."""
    return Bytes(f"{name} {part}".encode(), [])


@router.read("/v1/things/imports/{job}", answer=Thing)
async def show_import(_reads: Reading, job: str) -> Answer:
    """Show a job."""
    return Bytes(job.encode(), [])


ROUTES = [route for route in router.routes if isinstance(route, ReadRoute)]
LANE = Lane(ROUTES, {route.operation.name: Open() for route in ROUTES})


@pytest.mark.parametrize(
    ("path", "operation", "values"),
    [
        ("/v1/things", "list_things", []),
        ("/v1/things/a", "show_thing", ["a"]),
        ("/v1/things/a/parts/b", "show_part", ["a", "b"]),
        ("/v1/things/imports/7", "show_import", ["7"]),
        ("/v1/things/imports", "show_thing", ["imports"]),
        ("/v1/things/imports/parts/b", "show_part", ["imports", "b"]),
    ],
)
def test_a_path_is_found_by_its_segments(path: str, operation: str, values: list[str]) -> None:
    found = LANE.find(path)
    assert found is not None
    assert (found[0].name, found[1]) == (operation, values)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/v1", "/v1/other", "v1/things"),
        *("/v1/things/", "/v1/things/a/parts", "/v1/things/a/parts/b/c"),
    ],
)
def test_another_path_is_not_found(path: str) -> None:
    assert LANE.find(path) is None


def test_a_query_string_becomes_the_query_model() -> None:
    query = parsed(ThingQuery, b"colour=red&colour=blue&limit=7&include_total=true")
    assert isinstance(query, ThingQuery)
    assert query.colour == ["red", "blue"]
    assert query.used() == {"colour"}
    assert (query.limit, query.include_total) == (7, True)


@pytest.mark.parametrize(
    ("query_string", "refusal"),
    [
        (b"color=red", UnknownParameter),
        (b"item=x", UnknownParameter),
        (b"colour=green", InvalidValue),
        (b"size=1&size=2", InvalidValue),
        (b"size=1.5", InvalidValue),
        (b"size=", InvalidValue),
        (b"colour=red%00", InvalidValue),
        (b"colour=%ff", BadRequest),
        (b"colour=%ed%a0%80", BadRequest),
        (b"\xff=1", BadRequest),
        (b"&".join([b"size=1"] * 201), BadRequest),
        (b"fields=", InvalidValue),
    ],
)
def test_what_does_not_fit_is_refused(query_string: bytes, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        parsed(ThingQuery, query_string)
