"""What a caller may do, as every service tells it: the rows decide, and the reads they guard."""

from typing import Any, cast

import httpx
import pytest

from chassis.answers import Bytes
from chassis.identity import (
    ANONYMOUS,
    EVERYWHERE,
    Known,
    Open,
    Policy,
    Principal,
    Scoped,
    TwoPerson,
)
from chassis.lane import Lane, Reading, ReadRoute, Router
from chassis.problems import InvalidValue, NotFound
from chassis.reads import Answer, ReadContext
from chassis.rights import Right, RightQuery, Rights
from tests.chassis.test_lane import Thing

OWN = Router()
READ = Scoped("things:read")


@OWN.read("/v1/things", answer=Thing)
async def list_things(_reads: Reading) -> Answer:
    """List things."""
    return Bytes(b"[]", [])


@OWN.read("/v1/things/{name}", answer=Thing)
async def show_thing(reads: Reading, name: str) -> Answer:
    """Show a thing, which lies in the organisation of its name."""
    seen = {"seen"} if reads.policy == READ else set()
    if name not in {reads.principal.organisation, "common", *seen}:
        raise NotFound
    return Bytes(name.encode(), [])


@OWN.post("/v1/things/{name}/moves", operation_id="move_thing")
async def move_thing(name: str) -> Thing:
    """Move a thing."""
    return Thing(name=name)


@OWN.post("/v1/things", operation_id="make_thing")
async def make_thing() -> Thing:
    """Make a thing."""
    return Thing(name="")


@OWN.post("/v1/things/{name}/claims", operation_id="claim_thing")
async def claim_thing(name: str) -> Thing:
    """Claim a thing with a code, without a token."""
    return Thing(name=name)


@OWN.post("/v1/things/{name}/paint", operation_id="paint_thing")
async def paint_thing(name: str) -> Thing:
    """Paint a thing, which more may see."""
    return Thing(name=name)


@OWN.delete("/v1/others/{name}", operation_id="drop_other")
async def drop_other(name: str) -> Thing:
    """Drop what nobody can read."""
    return Thing(name=name)


ROWS: dict[str, Policy] = {
    "list_things": Open(),
    "show_thing": READ,
    "move_thing": TwoPerson("things:move", ("town",), frozenset({"ministry"}), strong=True),
    "make_thing": Scoped("things:make"),
    "claim_thing": Open(),
    "paint_thing": Scoped("things:paint", known=READ),
    "drop_other": Known(),
}
ROUTES = [cast("Any", route) for route in OWN.routes]
RIGHTS = Rights(ROUTES, ROWS, lane=Lane([r for r in ROUTES if isinstance(r, ReadRoute)], ROWS))
OWNER = Principal("own", "commune", "client", frozenset({"things:move"}), EVERYWHERE)


async def right(action: str, resource: str | None = None, *, principal: Principal = OWNER) -> Right:
    query = RightQuery(action=action, resource=resource)
    return await RIGHTS.of(query, principal, context=cast("ReadContext", None))


async def test_what_is_open_is_allowed_to_anybody() -> None:
    told = await right("list_things", principal=ANONYMOUS)
    assert (told.allowed, told.reason, told.scope) == (True, "open", None)


@pytest.mark.parametrize("action", ["move_thing", "show_thing", "drop_other"])
async def test_a_caller_without_token_is_told_to_get_one(action: str) -> None:
    told = await right(action, principal=ANONYMOUS)
    assert (told.allowed, told.reason) == (False, "no-token")


async def test_the_missing_scope_is_named() -> None:
    told = await right("make_thing")
    assert (told.allowed, told.reason, told.scope) == (False, "missing-scope", "things:make")
    assert "things:make" in told.detail.fr
    assert "things:make" in told.detail.en


async def test_an_act_of_two_persons_and_a_strong_scope_are_said() -> None:
    told = await right("move_thing", "/v1/things/own")
    assert (told.allowed, told.reason) == (True, "granted")
    assert told.strong
    assert told.two_person


@pytest.mark.parametrize("resource", ["/v1/things/own", "/v1/things/own/moves"])
async def test_the_object_is_read_under_the_row_of_the_act(resource: str) -> None:
    """The owner may move what it has no scope to read: so it may be told that it may."""
    assert (await right("move_thing", resource)).allowed


async def test_an_object_of_others_is_not_found_like_one_that_does_not_exist() -> None:
    told = [await right("move_thing", f"/v1/things/{name}") for name in ("others", "none")]
    assert {(one.allowed, one.reason, one.detail.en) for one in told} == {
        (False, "not-found", "Nothing here that you may know of")
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [("own", "granted"), ("seen", "outside-perimeter"), ("hidden", "not-found")],
)
async def test_what_one_may_know_and_not_change_is_outside_ones_perimeter(
    name: str, reason: str
) -> None:
    scopes = frozenset({"things:paint", "things:read"})
    painter = Principal("own", "commune", "client", scopes)
    told = await right("paint_thing", f"/v1/things/{name}", principal=painter)
    assert told.reason == reason


async def test_an_open_act_tells_nothing_that_the_read_would_hide() -> None:
    told = await right("claim_thing", "/v1/things/common", principal=ANONYMOUS)
    assert (told.allowed, told.reason) == (False, "not-found")


async def test_what_cannot_be_read_is_not_found() -> None:
    assert (await right("drop_other", "/v1/others/own")).reason == "not-found"


async def test_a_collection_names_no_object_to_look_for() -> None:
    maker = Principal("own", "commune", "client", frozenset({"things:make"}))
    assert (await right("make_thing", "/v1/things", principal=maker)).allowed


async def test_an_unknown_operation_names_its_neighbours() -> None:
    with pytest.raises(InvalidValue) as refusal:
        await right("move_things")
    (error,) = refusal.value.errors
    assert (error.parameter, error.code) == ("action", "unknown-action")
    assert "move_thing" in error.detail.en


@pytest.mark.parametrize(
    "resource", ["/v1/things", "/v1/things/", "/v1/towns/own", "/v1/things/own/moves/1", "/"]
)
async def test_a_resource_of_another_operation_is_refused(resource: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        await right("move_thing", resource)
    assert [error.code for error in refusal.value.errors] == ["other-resource"]


async def test_each_service_tells_callers_of_themselves(towns: httpx.AsyncClient) -> None:
    answer = await towns.get("/v1/me")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    told = await towns.get("/v1/me/can?action=show_town&resource=/v1/towns/51108")
    assert told.json()["allowed"]
    assert told.headers["cache-control"] == "private, no-store"
    unknown = await towns.get("/v1/me/can?action=show_town&resource=/v1/towns/99999")
    assert (unknown.status_code, unknown.json()["reason"]) == (200, "not-found")
    assert "/v1/me" not in (await towns.get("/openapi.json")).json()["paths"]
