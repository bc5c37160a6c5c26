"""Needs under the partner's own id: made or replaced by one request, as often as it is sent."""

import asyncio

import pytest

from services.towns.needs.contract import Need, WrittenNeed
from tests.callers import caller
from tests.towns.asking import Towns, fault
from tests.towns.needing import (
    BODY,
    CNAM,
    COVERED,
    HERE,
    ITS_TOWN,
    MOTIVE,
    OTHER_TOWN,
    THERE,
    aged,
)
from tests.towns.test_needs_imported import ended, table

OWN = "/v1/needs/by-external-id/sirh-ville/b-1"
COLLEAGUE = caller("commune", "needs:write", town=HERE)
HOLDER = caller("acv_directorate", "needs:write", "needs:qualify")


async def test_a_need_is_made_under_the_own_id_of_its_author(desk: Towns) -> None:
    answer = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    shown = await desk.ask("GET", answer.headers["location"], None)
    (told,) = await desk.heard(None, "needs/", count=1)

    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    written = WrittenNeed.model_validate_json(answer.content, strict=True)
    need = Need.model_validate_json(shown.content, strict=True)
    assert need.id == written.id
    assert need.external_id is not None
    assert (need.external_id.namespace, need.external_id.id) == ("sirh-ville", "b-1")
    assert told["type"] == "fr.acdt.towns.need.declared.v1"


async def test_the_same_again_changes_nothing_even_once_it_expired(
    desk: Towns, fresh_url: str
) -> None:
    first = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    again = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["location"] == first.headers["location"]

    await aged(fresh_url)
    held = (await desk.ask("GET", first.headers["location"], None)).json()
    past = BODY | {"expires_on": held["expires_on"]}
    assert (await desk.ask("PUT", OWN, ITS_TOWN, json=past)).status_code == 200
    other = await desk.ask("PUT", OWN, ITS_TOWN, json=past | {"volume_count": 3})
    assert fault(other) == (422, "expiry-passed")
    assert len(await desk.heard(None, "needs/", count=1)) == 1


async def test_what_differs_replaces_the_whole_need(desk: Towns) -> None:
    first = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    path = first.headers["location"]
    await desk.ask("POST", f"{path}/qualification", CNAM, json=MOTIVE)
    less = {name: value for name, value in BODY.items() if name != "level"} | {"volume_count": 3}
    answer = await desk.ask("PUT", OWN, COLLEAGUE, json=less)
    need = (await desk.ask("GET", path, None)).json()

    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert (need["volume_count"], need["level"], need["status"]) == (3, None, "declared")
    assert need["qualification"] is None


@pytest.mark.parametrize("seen", ['"1"', "*"])
async def test_a_version_that_is_named_must_be_the_one_that_is_there(
    desk: Towns, seen: str
) -> None:
    named = {"If-Match": seen}
    nothing = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY, headers=named)
    await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    change = BODY | {"volume_count": 3}
    old = await desk.ask("PUT", OWN, ITS_TOWN, json=change, headers={"If-Match": '"7"'})
    answer = await desk.ask("PUT", OWN, ITS_TOWN, json=change, headers=named)

    assert fault(nothing) == fault(old) == (412, "precondition-failed")
    assert answer.status_code == 200


async def test_what_ended_or_would_move_is_not_replaced(desk: Towns) -> None:
    path = (await desk.ask("PUT", OWN, HOLDER, json=BODY)).headers["location"]
    moved = await desk.ask("PUT", OWN, HOLDER, json=BODY | {"acv_id": THERE})
    await desk.ask("POST", f"{path}/qualification", HOLDER, json=MOTIVE)
    await desk.ask("POST", f"{path}/coverage", HOLDER, json=COVERED)
    ended_one = await desk.ask("PUT", OWN, HOLDER, json=BODY | {"volume_count": 3})

    assert fault(moved) == (422, "need-cannot-move")
    assert fault(ended_one) == (409, "illegal-transition")


async def test_a_namespace_belongs_to_its_organisation(desk: Towns) -> None:
    one = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    outside = await desk.ask("PUT", OWN, OTHER_TOWN, json=BODY)
    other = await desk.ask("PUT", OWN, OTHER_TOWN, json=BODY | {"acv_id": THERE})

    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]
    assert fault(outside) == (403, "outside-perimeter")


@pytest.mark.parametrize("own", ["SIRH/b-1", "sirh-ville/-b", "sirh-ville/b%201", "s" * 41 + "/b"])
async def test_a_path_that_no_own_id_has_is_not_found(desk: Towns, own: str) -> None:
    answer = await desk.ask("PUT", f"/v1/needs/by-external-id/{own}", ITS_TOWN, json=BODY)
    assert fault(answer) == (404, "not-found")


async def test_two_at_once_make_one_need(desk: Towns) -> None:
    bodies = [BODY | {"volume_count": count} for count in range(1, 7)]
    answers = await asyncio.gather(*(desk.ask("PUT", OWN, ITS_TOWN, json=body) for body in bodies))
    (need,) = (await desk.ask("GET", "/v1/needs", None)).json()["items"]

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert need["version"] == len(bodies)
    last = next(answer for answer in answers if answer.json()["version"] == len(bodies))
    assert last.json()["id"] == need["id"]


async def test_a_file_and_a_request_speak_of_the_same_need(desk: Towns) -> None:
    await ended(desk, table({}))
    answer = await desk.ask("PUT", OWN, ITS_TOWN, json=BODY)
    job = await ended(desk, table({}))

    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert job["outcome"]["unchanged"] == 1
