"""Partners and their systems: who reads what, suspension by one, restoration by two."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from chassis.database import Database
from gateway.partners.clients.contract import ClientPage, ClientState, PartnerClient
from gateway.partners.organisations.contract import Partner, PartnerPage
from tests.partners.asking import acts, scalar
from tests.partners.callers import Caller


async def shown(registry: httpx.AsyncClient, of: Caller, *, by: Caller) -> PartnerClient:
    """A system as a caller sees it."""
    answer = await registry.get(of.path, headers=by.bearer())
    assert answer.status_code == 200, answer.text
    client = PartnerClient.model_validate_json(answer.content)
    assert answer.headers["etag"] == f'"{client.version}"'
    return client


async def test_a_partner_sees_its_own_organisation_and_its_systems(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    one = await registry.get(f"/v1/partners/{town.organisation}", headers=town.bearer())
    partner = Partner.model_validate_json(one.content)
    assert (partner.kind, partner.clients_count) == ("commune", 1)
    listed = await registry.get(partner.links.clients, headers=town.bearer())
    (client,) = ClientPage.model_validate_json(listed.content).items
    assert client == await shown(registry, town, by=town)
    assert [secret.prefix for secret in client.secrets] == [town.prefix]
    assert [(area.dimension, area.value) for area in client.perimeter] == [("town", "51108")]
    assert str(town.secret) not in listed.text
    table = await registry.get(f"{partner.links.clients}?format=csv", headers=town.bearer())
    assert "town=51108" in table.text


async def test_a_partner_learns_nothing_of_another_not_even_that_it_exists(
    registry: httpx.AsyncClient, town: Caller, prefecture: Caller
) -> None:
    mine = await registry.get("/v1/partners?include_total=true", headers=prefecture.bearer())
    page = PartnerPage.model_validate_json(mine.content)
    assert (page.total, [item.id for item in page.items]) == (1, [prefecture.organisation])
    theirs = [
        f"/v1/partners/{town.organisation}",
        town.path,
        f"/v1/partners/{prefecture.organisation}/clients/{town.client}",
    ]
    nowhere = [
        f"/v1/partners/{uuid4()}",
        f"/v1/partners/{uuid4()}/clients/{town.client}",
        f"/v1/partners/{prefecture.organisation}/clients/production-nobody",
    ]
    for path, unknown in zip(theirs, nowhere, strict=True):
        answer = await registry.get(path, headers=prefecture.bearer())
        other = await registry.get(unknown, headers=prefecture.bearer())
        assert answer.status_code == other.status_code == 404
        assert answer.json()["code"] == other.json()["code"]
        assert answer.json()["code"] in {"partner-not-found", "client-not-found"}
    path = f"/v1/partners/{town.organisation}/clients?include_total=true"
    empty = await registry.get(path, headers=prefecture.bearer())
    assert empty.json() == {"items": [], "total": 0}
    for form in ("csv", "ndjson"):
        file = await registry.get(f"/v1/partners?format={form}", headers=prefecture.bearer())
        assert str(prefecture.organisation) in file.text
        assert str(town.organisation) not in file.text


@pytest.mark.parametrize("kind", ["ministry", "cnam_national", "evaluator", "funder"])
async def test_seeing_everywhere_is_not_seeing_every_partner(
    registry: httpx.AsyncClient, database: Database, kind: str, town: Caller
) -> None:
    national = await Caller.registered(database, kind)
    answer = await registry.get(town.path, headers=national.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "client-not-found")


async def test_the_directorate_sees_every_partner_in_order_and_by_filter(
    registry: httpx.AsyncClient, *, state: Caller, prefecture: Caller, town: Caller
) -> None:
    answer = await registry.get("/v1/partners?sort=name&limit=2", headers=state.bearer())
    names = [item["name"] for item in answer.json()["items"]]
    rest = await registry.get(answer.json()["next"], headers=state.bearer())
    names += [item["name"] for item in rest.json()["items"]]
    assert names == ["acv_directorate", "commune", "region_prefecture"]
    some = await registry.get("/v1/partners?kind=commune&status=active", headers=state.bearer())
    assert [item["id"] for item in some.json()["items"]] == [str(town.organisation)]
    assert (await shown(registry, prefecture, by=state)).keys[0].algorithm == "ES256"


async def test_without_a_token_or_its_scope_nothing_is_read(
    registry: httpx.AsyncClient, town: Caller
) -> None:
    assert (await registry.get("/v1/partners")).status_code == 401
    lacking = await registry.get(town.path, headers=town.bearer("partners:write"))
    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "partners:read")


async def suspended(
    registry: httpx.AsyncClient, of: Caller, *, by: Caller, reason: str = "abuse"
) -> httpx.Response:
    path = f"/v1/partners/{of.organisation}/clients/{of.client}/suspension"
    return await registry.post(path, json={"reason": reason}, headers=by.bearer())


async def restored(registry: httpx.AsyncClient, of: Caller, *, by: Caller) -> httpx.Response:
    path = f"/v1/partners/{of.organisation}/clients/{of.client}/restoration"
    return await registry.post(path, headers=by.bearer())


async def test_one_suspends_and_two_organisations_restore(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, town: Caller
) -> None:
    ministry = await Caller.registered(database, "ministry")
    early = await restored(registry, town, by=state)
    assert (early.status_code, early.json()["code"]) == (409, "client-is-active")
    answer = await suspended(registry, town, by=state)
    told = ClientState.model_validate_json(answer.content)
    assert (answer.status_code, told.status) == (201, "suspended")
    assert told.refused_before is not None
    twice = await suspended(registry, town, by=ministry)
    assert (twice.status_code, twice.json()["code"]) == (409, "client-is-suspended")
    first = await restored(registry, town, by=ministry)
    asked = ClientState.model_validate_json(first.content)
    assert (asked.status, asked.restoration_asked_by) == ("suspended", ministry.organisation)
    alone = await restored(registry, town, by=ministry)
    assert (alone.status_code, alone.json()["code"]) == (409, "restoration-needs-another")
    second = await restored(registry, town, by=state)
    assert ClientState.model_validate_json(second.content).status == "active"
    assert (await shown(registry, town, by=state)).refused_before == told.refused_before
    assert await acts(database) == [
        ("fr.acdt.gateway.client.suspended.v1", str(state.organisation), "abuse"),
        ("fr.acdt.gateway.client.restoration-asked.v1", str(ministry.organisation), None),
        ("fr.acdt.gateway.client.restored.v1", str(state.organisation), None),
    ]


async def test_a_restoration_confirmed_many_times_at_once_happens_once(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, town: Caller
) -> None:
    ministry = await Caller.registered(database, "ministry")
    await suspended(registry, town, by=state)
    await restored(registry, town, by=state)
    answers = await asyncio.gather(*(restored(registry, town, by=ministry) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    name = "fr.acdt.gateway.client.restored.v1"
    told = f"SELECT count(*) FROM gateway.event WHERE name = '{name}'"
    assert await scalar(database, told) == 1


async def test_a_system_that_signs_with_a_stale_suspension_asks_again_from_the_start(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, town: Caller
) -> None:
    ministry = await Caller.registered(database, "ministry")
    for _ in range(2):
        await suspended(registry, town, by=state)
        await restored(registry, town, by=state)
        await restored(registry, town, by=ministry)
    assert (await shown(registry, town, by=state)).restoration_asked_by is None


async def test_allowed_actions_say_what_the_routes_do(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, town: Caller
) -> None:
    ministry = await Caller.registered(database, "ministry")
    assert await reasons(registry, town, by=town) == {
        "issue_secret": None,
        "add_key": "wrong-proof",
        "revoke_credential": None,
        "suspend_client": "forbidden",
        "restore_client": "forbidden",
    }
    assert await reasons(registry, town, by=state) == {
        "issue_secret": "client-not-found",
        "add_key": "client-not-found",
        "revoke_credential": None,
        "suspend_client": None,
        "restore_client": "client-is-active",
    }
    await suspended(registry, town, by=ministry)
    await restored(registry, town, by=state)
    seen = await reasons(registry, town, by=state)
    assert seen["suspend_client"] == "client-is-suspended"
    assert seen["restore_client"] == "restoration-needs-another"
    own = await reasons(registry, town, by=town)
    assert own["issue_secret"] == "client-is-suspended"


async def reasons(registry: httpx.AsyncClient, of: Caller, *, by: Caller) -> dict[str, str | None]:
    """Why each action is refused; held against what the route itself answers."""
    bodies = {"secrets": {}, "suspension": {"reason": "nothing"}, "keys": {"jwk": {}}}
    found = (await shown(registry, of, by=by)).allowed_actions
    for act in found:
        assert act.allowed == (act.reason is None)
        assert act.href.startswith(of.path)
        place = act.href.rpartition("/")[2]
        if act.reason not in {None, "wrong-proof"} and place in {"secrets", "restoration"}:
            body = bodies.get(place)
            answer = await registry.post(act.href, json=body, headers=by.bearer())
            assert answer.json()["code"] == act.reason
    return {act.action: act.reason for act in found}


async def test_codes_are_told_in_words(registry: httpx.AsyncClient) -> None:
    answer = await registry.get("/v1/labels/gateway")
    words = {(item["vocabulary"], item["code"]): item["en"] for item in answer.json()["items"]}
    assert words["partner-kind", "funder"] == "funder"
    assert words["access-request-status", "granted"] == "granted, credentials to be collected"
