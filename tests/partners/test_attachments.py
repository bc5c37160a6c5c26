"""Attachments in the registry: asked by a partner, judged by two others, taken back.

The feed tells AttachmentAsked, AttachmentJudged, AttachmentDecided and AttachmentRevoked.
"""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from chassis.database import Database
from gateway.partners.attachments.contract import Attachment, AttachmentPage, AttachmentState
from gateway.settings import Settings
from tests.partners.asking import acts, heard, scalar
from tests.partners.attaching import (
    SOMEBODY,
    an_issuer,
    attaching,
    attachment_asked,
    attachment_judged,
    attachment_revoked,
)
from tests.partners.callers import Caller
from tests.partners.conftest import registry_settings


@pytest.fixture
def settings(fresh_url: str, tmp_path: Any) -> Settings:
    """Settings of a registry that knows one external issuer."""
    return registry_settings(fresh_url, tmp_path / "keys", external_issuers=[an_issuer()])


async def shown(registry: httpx.AsyncClient, of: Caller, made: str, *, by: Caller) -> Attachment:
    """An attachment as one of its partner's systems sees it, or whoever sees all partners."""
    path = f"/v1/partners/{of.organisation}/attachments/{made}"
    answer = await registry.get(path, headers=by.bearer())
    assert answer.status_code == 200, answer.text
    found = Attachment.model_validate_json(answer.content)
    assert answer.headers["etag"] == f'"{found.version}"'
    return found


async def actions(
    registry: httpx.AsyncClient, made: str, *, by: Caller
) -> dict[str, tuple[bool, str | None]]:
    """What the one who judges may do, and why not."""
    answer = await registry.get(f"/v1/attachment-requests/{made}", headers=by.bearer())
    found = Attachment.model_validate_json(answer.content)
    return {one.action: (one.allowed, one.reason) for one in found.allowed_actions}


async def test_a_partner_asks_two_others_approve_and_all_of_it_is_told(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    town: Caller,
) -> None:
    answer = await attaching(registry, town)
    told = AttachmentState.model_validate_json(answer.content)
    assert (told.status, told.version) == ("pending", 1)
    made = str(told.id)
    path = f"/v1/partners/{town.organisation}/attachments/{made}"
    assert answer.headers["location"] == path
    assert (await actions(registry, made, by=state))["judge_attachment"] == (True, None)
    assert (await attachment_judged(registry, made, by=state)).json()["status"] == "pending"
    again = await attachment_judged(registry, made, by=state)
    assert (again.status_code, again.json()["code"]) == (409, "opinion-already-given")
    spoken = (await actions(registry, made, by=state))["judge_attachment"]
    assert spoken == (False, "opinion-already-given")
    granted = await attachment_judged(registry, made, by=prefecture)
    assert (granted.json()["status"], granted.headers["etag"]) == ("granted", '"3"')
    late = await attachment_judged(registry, made, by=prefecture)
    assert (late.status_code, late.json()["code"]) == (409, "request-closed")
    found = await shown(registry, town, made, by=town)
    assert (found.status, found.identity, found.scopes) == ("granted", SOMEBODY, ["partners:read"])
    assert [one.verdict for one in found.opinions] == ["approved", "approved"]
    assert found.links.self == path
    names = [name.split(".")[3:5] for name, *_ in await acts(database)]
    assert names == [["attachment", one] for one in ("created", "judged", "judged", "decided")]
    own = await heard(registry, town.bearer(), least=4)
    assert [one["data"]["status"] for one in own if "attachment.decided" in one["type"]] == [
        "granted"
    ]
    assert SOMEBODY not in str(own)


async def test_nobody_judges_for_itself_nor_without_the_scope(
    registry: httpx.AsyncClient, *, prefecture: Caller, town: Caller
) -> None:
    made = await attachment_asked(registry, prefecture)
    own = await attachment_judged(registry, made, by=prefecture)
    assert (own.status_code, own.json()["code"]) == (409, "own-request")
    assert (await actions(registry, made, by=prefecture))["judge_attachment"] == (
        False,
        "own-request",
    )
    lacking = await attachment_judged(registry, made, by=town)
    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "partners:approve")
    mine = await shown(registry, prefecture, made, by=prefecture)
    assert [one.action for one in mine.allowed_actions if one.allowed] == ["revoke_attachment"]


async def test_one_refusal_ends_a_request_and_waiting_for_too_long_too(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    town: Caller,
) -> None:
    made = await attachment_asked(registry, town)
    refused = await attachment_judged(registry, made, by=state, verdict="refused")
    assert refused.json()["status"] == "refused"
    made = await attachment_asked(registry, town)
    async with database.writing() as session:
        await session.execute(text("UPDATE gateway.attachment SET expires_at = now()"))
    late = await attachment_judged(registry, made, by=prefecture)
    assert (late.status_code, late.json()["code"]) == (409, "request-closed")
    assert (await shown(registry, town, made, by=town)).status == "expired"
    listed = await registry.get("/v1/attachment-requests?status=expired", headers=state.bearer())
    page = AttachmentPage.model_validate_json(listed.content)
    assert [str(one.id) for one in page.items] == [made]


async def test_what_another_partner_attaches_is_as_if_it_did_not_exist(
    registry: httpx.AsyncClient, *, state: Caller, prefecture: Caller, town: Caller
) -> None:
    made = await attachment_asked(registry, town)
    theirs = f"/v1/partners/{town.organisation}/attachments"
    hidden = await registry.get(f"{theirs}/{made}", headers=prefecture.bearer())
    assert (hidden.status_code, hidden.json()["code"]) == (404, "attachment-not-found")
    unknown = await registry.get(f"{theirs}/{uuid4()}", headers=town.bearer())
    assert unknown.json()["code"] == "attachment-not-found"
    listed = await registry.get(f"{theirs}?include_total=true", headers=prefecture.bearer())
    assert listed.json() == {"items": [], "total": 0}
    tried = await attaching(registry, town, by=prefecture)
    assert (tried.status_code, tried.json()["code"]) == (404, "client-not-found")
    taken = await attachment_revoked(registry, town, made, by=prefecture)
    assert taken.status_code == 404
    assert (await shown(registry, town, made, by=state)).status == "pending"
    table = await registry.get(f"{theirs}?format=csv", headers=town.bearer())
    assert (made in table.text, SOMEBODY in table.text) == (True, True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "keycloak"}, "unknown-issuer"),
        ({"scopes": ["contacts:read", "partners:suspend"]}, "scope-not-allowed"),
        ({"scopes": ["partners:read", "partners:read"]}, "invalid-value"),
        ({"identity": "A" * 64}, "invalid-value"),
        ({"days": 366}, "invalid-value"),
    ],
    ids=["an unknown issuer", "a scope that the system lacks", "twice", "no digest", "too long"],
)
async def test_an_attachment_that_does_not_fit_is_refused(
    registry: httpx.AsyncClient, town: Caller, changes: dict[str, Any], code: str
) -> None:
    answer = await attaching(registry, town, **changes)
    assert answer.status_code == 422
    assert code in {answer.json()["code"], *(one["code"] for one in answer.json()["errors"])}


async def test_no_person_has_a_right_that_only_a_private_key_proves(
    registry: httpx.AsyncClient, prefecture: Caller
) -> None:
    answer = await attaching(registry, prefecture, scopes=["partners:approve"])
    assert (answer.status_code, answer.json()["code"]) == (422, "key-required")


async def test_nobody_is_attached_to_a_suspended_system(
    registry: httpx.AsyncClient, database: Database, town: Caller
) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE gateway.client SET status = 'suspended'"))
    answer = await attaching(registry, town)
    assert (answer.status_code, answer.json()["code"]) == (409, "client-is-suspended")


async def test_taking_back_is_done_once_by_the_partner_or_by_the_state(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    town: Caller,
) -> None:
    made = await attachment_asked(registry, town)
    for judge in (state, prefecture):
        await attachment_judged(registry, made, by=judge)
    first = await attachment_revoked(registry, town, made, by=state)
    assert (first.status_code, first.json()["status"]) == (201, "revoked")
    second = await attachment_revoked(registry, town, made, by=town)
    assert second.json() == first.json()
    counted = "SELECT count(*) FROM gateway.revoked_token"
    assert await scalar(database, counted) == 1
    done = [one for one in await acts(database) if "attachment.revoked" in one[0]]
    assert [reason for _, _, reason in done] == ["left"]


async def test_two_attachments_of_one_person_granted_at_once_leave_one(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    town: Caller,
) -> None:
    both = [await attachment_asked(registry, town) for _ in range(2)]
    for made in both:
        await attachment_judged(registry, made, by=state)
    judged = [attachment_judged(registry, made, by=prefecture) for made in both]
    answers = await asyncio.gather(*judged)
    assert [answer.json()["status"] for answer in answers] == ["granted", "granted"]
    found = [(await shown(registry, town, made, by=town)).status for made in both]
    assert sorted(found) == ["granted", "revoked"]
    named = "SELECT count(*) FROM gateway.attachment_opinion"
    assert await scalar(database, named) == 4
