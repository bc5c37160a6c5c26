"""Asking for access, judging it, collecting the credentials: over HTTP, against Postgres."""

from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey
from sqlalchemy import text

from chassis.database import Database
from gateway.partners.access_requests.contract import (
    AccessReceipt,
    AccessRequest,
    AccessRequestPage,
    Credentials,
    Judged,
)
from gateway.partners.secrets import FORM, Kept, prefix_of, verified
from tests.partners.asking import (
    MOTIVE,
    a_request,
    a_signing_request,
    an_area,
    asked,
    collected,
    heard,
    judged,
    scalar,
)
from tests.partners.callers import Caller


async def test_a_new_town_asks_two_organisations_approve_and_it_collects_its_secret_once(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    answer = await registry.post("/v1/access-requests", json=a_request())
    receipt = AccessReceipt.model_validate_json(answer.content)
    assert answer.headers["location"] == f"/v1/access-requests/{receipt.id}"
    assert (receipt.status, receipt.kid) == ("pending", None)
    early = await collected(registry, receipt)
    assert (early.status_code, early.json()["code"]) == (409, "not-granted")
    assert early.json()["current_status"] == "pending"

    first = await judged(registry, receipt, by=state)
    assert first.status_code == 201
    told = Judged.model_validate_json(first.content)
    assert (told.status, told.client_id, told.version) == ("pending", None, 2)
    second = await judged(registry, receipt, by=prefecture)
    told = Judged.model_validate_json(second.content)
    assert (told.status, second.headers["etag"]) == ("granted", '"3"')

    handed = await collected(registry, receipt)
    assert handed.status_code == 201
    given = Credentials.model_validate_json(handed.content)
    assert given.client_id == told.client_id
    assert given.secret is not None
    assert FORM.fullmatch(given.secret)
    assert given.secret.startswith("acdt_test_")
    assert given.prefix == prefix_of(given.secret)
    again = await collected(registry, receipt)
    assert (again.status_code, again.json()["code"]) == (409, "already-collected")

    assert await secret_is_kept_as_a_digest(database, given.secret)


async def secret_is_kept_as_a_digest(database: Database, secret: str) -> bool:
    found = text("SELECT salt, digest, cost FROM gateway.client_secret WHERE prefix = :prefix")
    async with database.writing() as session:
        row = (await session.execute(found, {"prefix": prefix_of(secret)})).one()
    return await verified(secret, Kept(*row))


@pytest.mark.parametrize("kind", ["EC", "OKP"])
async def test_a_system_that_signs_is_given_its_name_and_no_secret(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    kind: str,
) -> None:
    made = ECKey.generate_key("P-256") if kind == "EC" else OKPKey.generate_key("Ed25519")
    jwk = {**made.as_dict(private=False), "kid": "mine", "use": "sig"}
    receipt = await asked(registry, a_signing_request(jwk=jwk))
    assert receipt.kid == made.thumbprint()
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    given = Credentials.model_validate_json((await collected(registry, receipt)).content)
    assert (given.authentication, given.secret, given.prefix) == ("private_key_jwt", None, None)
    kept = "SELECT kid FROM gateway.client_key WHERE client_id = "
    assert await scalar(database, f"{kept}'{given.client_id}'") == receipt.kid


async def test_the_second_approval_makes_partner_system_perimeter_and_rights_together(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    new = "SELECT count(*) FROM gateway.organisation WHERE name = 'Ville de Vitré'"
    assert await scalar(database, new) == 0
    await judged(registry, receipt, by=prefecture)
    assert await scalar(database, new) == 1
    made = """
    SELECT concat_ws(' ', o.kind, o.siret, c.name, c.environment, c.scopes, p.dimension, p.value)
    FROM gateway.organisation o JOIN gateway.client c ON c.organisation_id = o.id
    JOIN gateway.client_perimeter p ON p.client_id = c.id WHERE o.name = 'Ville de Vitré'
    """
    assert await scalar(database, made) == (
        "commune 73282932000074 Outil de suivi sandbox {partners:read,partners:write} town 35360"
    )


async def test_a_known_partner_asks_for_one_more_system(
    registry: httpx.AsyncClient,
    database: Database,
    *,
    state: Caller,
    prefecture: Caller,
    town: Caller,
) -> None:
    body = a_request(organisation=None, organisation_id=str(town.organisation))
    receipt = await asked(registry, body)
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    systems = f"SELECT count(*) FROM gateway.client WHERE organisation_id = '{town.organisation}'"
    assert await scalar(database, systems) == 2


async def test_nobody_approves_what_their_own_organisation_asks_for(
    registry: httpx.AsyncClient, prefecture: Caller
) -> None:
    body = a_request(
        organisation=None,
        organisation_id=str(prefecture.organisation),
        perimeter=[an_area("region", "44")],
    )
    receipt = await asked(registry, body)
    answer = await judged(registry, receipt, by=prefecture)
    assert (answer.status_code, answer.json()["code"]) == (409, "own-request")
    shown = await registry.get(f"/v1/access-requests/{receipt.id}", headers=prefecture.bearer())
    assert shown.json()["allowed_actions"][0]["reason"] == "own-request"


async def test_one_organisation_has_one_opinion(registry: httpx.AsyncClient, state: Caller) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    again = await judged(registry, receipt, by=state)
    assert (again.status_code, again.json()["code"]) == (409, "opinion-already-given")


async def test_one_refusal_ends_a_request(
    registry: httpx.AsyncClient, state: Caller, prefecture: Caller
) -> None:
    receipt = await asked(registry, a_request())
    refused = await judged(registry, receipt, by=state, verdict="refused")
    assert refused.json()["status"] == "refused"
    late = await judged(registry, receipt, by=prefecture)
    assert (late.status_code, late.json()["code"]) == (409, "request-closed")
    assert (await collected(registry, receipt)).json()["current_status"] == "refused"


async def test_a_request_that_nobody_decides_expires(
    registry: httpx.AsyncClient, database: Database, state: Caller
) -> None:
    receipt = await asked(registry, a_request())
    path = f"/v1/access-requests/{receipt.id}"
    held = {"If-None-Match": (await registry.get(path, headers=state.bearer())).headers["etag"]}
    async with database.writing() as session:
        await session.execute(text("UPDATE gateway.access_request SET expires_at = now()"))
    late = await judged(registry, receipt, by=state)
    assert (late.status_code, late.json()["code"]) == (409, "request-closed")
    shown = await registry.get(path, headers=state.bearer() | held)
    assert (shown.status_code, shown.json()["status"]) == (200, "expired")
    assert (await collected(registry, receipt)).json()["current_status"] == "expired"


async def test_a_wrong_claim_is_answered_like_an_unknown_request(
    registry: httpx.AsyncClient,
) -> None:
    receipt = await asked(registry, a_request())
    body = {"claim": "A" * 43}
    wrong = await registry.post(f"/v1/access-requests/{receipt.id}/credentials", json=body)
    unknown = await registry.post(f"/v1/access-requests/{uuid4()}/credentials", json=body)
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.json()["code"] == unknown.json()["code"] == "access-request-not-found"
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_a_replayed_answer_shows_no_secret_and_none_is_kept(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    key = {"Idempotency-Key": "once"}
    body = a_request()
    first = await registry.post("/v1/access-requests", json=body, headers=key)
    replay = await registry.post("/v1/access-requests", json=body, headers=key)
    assert replay.headers["idempotent-replayed"] == "true"
    assert replay.json() == first.json() | {"claim": None}
    receipt = AccessReceipt.model_validate_json(first.content)
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    handed = await collected(registry, receipt, **key)
    again = await collected(registry, receipt, **key)
    assert again.json() == handed.json() | {"secret": None}
    kept = await scalar(
        database, "SELECT string_agg(convert_from(body, 'UTF8'), '') FROM gateway.idempotency_key"
    )
    assert str(receipt.claim) not in kept
    assert handed.json()["secret"] not in kept


async def test_those_who_may_approve_read_requests_and_what_they_may_do(
    registry: httpx.AsyncClient, *, state: Caller, prefecture: Caller, town: Caller
) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    path = f"/v1/access-requests/{receipt.id}"
    assert (await registry.get(path)).status_code == 401
    lacking = await registry.get(path, headers=town.bearer())
    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "partners:approve")
    shown = await seen(registry, path, by=prefecture)
    assert (shown.version, shown.organisation_name) == (2, "Ville de Vitré")
    assert [opinion.organisation_name for opinion in shown.opinions] == ["acv_directorate"]
    assert [(act.allowed, act.reason) for act in shown.allowed_actions] == [(True, None)]
    spoken = await seen(registry, path, by=state)
    assert [act.reason for act in spoken.allowed_actions] == ["opinion-already-given"]
    await judged(registry, receipt, by=prefecture)
    granted = await seen(registry, path, by=state)
    assert [act.reason for act in granted.allowed_actions] == ["request-closed"]
    assert str(granted.links.client).endswith(f"/clients/{granted.client_id}")
    missing = await registry.get(f"/v1/access-requests/{uuid4()}", headers=state.bearer())
    assert (missing.status_code, missing.json()["code"]) == (404, "access-request-not-found")


async def seen(registry: httpx.AsyncClient, path: str, *, by: Caller) -> AccessRequest:
    answer = await registry.get(path, headers=by.bearer())
    shown = AccessRequest.model_validate_json(answer.content)
    assert answer.headers["etag"] == f'"{shown.version}"'
    return shown


async def test_the_list_of_requests_is_filtered_paged_and_exported(
    registry: httpx.AsyncClient, state: Caller
) -> None:
    receipts = [await asked(registry, a_request()) for _ in range(3)]
    await judged(registry, receipts[0], by=state, verdict="refused")
    path, headers = "/v1/access-requests", state.bearer()
    first = await registry.get(f"{path}?limit=2&include_total=true", headers=headers)
    pages = [first, await registry.get(first.json()["next"], headers=headers)]
    read = [AccessRequestPage.model_validate_json(page.content) for page in pages]
    assert read[0].total == 3
    assert [item.id for page in read for item in page.items] == [made.id for made in receipts]
    pending = await registry.get(f"{path}?status=pending&kind=commune", headers=headers)
    assert len(pending.json()["items"]) == 2
    table = await registry.get(f"{path}?format=csv&sort=-created_at", headers=headers)
    assert table.text.count("town=35360") == table.text.count("Outil de suivi") == 3
    lines = await registry.get(f"{path}?format=ndjson&status=refused", headers=headers)
    assert AccessRequest.model_validate_json(lines.content.strip()).status == "refused"


async def test_every_act_is_told_with_its_actor_and_without_a_secret(
    registry: httpx.AsyncClient, database: Database, *, state: Caller, prefecture: Caller
) -> None:
    receipt = await asked(registry, a_request())
    await judged(registry, receipt, by=state)
    await judged(registry, receipt, by=prefecture)
    secret = (await collected(registry, receipt)).json()["secret"]
    question = "SELECT name, actor, client, data::text AS data FROM gateway.event"
    async with database.writing() as session:
        told = text(f"{question} WHERE client <> 'system' ORDER BY sequence")
        facts = (await session.execute(told)).all()
    assert [name for name, *_ in facts] == [
        "fr.acdt.gateway.access-request.created.v1",
        "fr.acdt.gateway.access-request.judged.v1",
        "fr.acdt.gateway.access-request.judged.v1",
        "fr.acdt.gateway.partner.registered.v1",
        "fr.acdt.gateway.client.registered.v1",
        "fr.acdt.gateway.access-request.decided.v1",
        "fr.acdt.gateway.access-request.collected.v1",
        "fr.acdt.gateway.secret.issued.v1",
    ]
    assert (facts[1].actor, facts[1].client) == (str(state.organisation), state.client)
    assert {fact.client for fact in facts[2:6]} == {prefecture.client}
    everything = " ".join(fact.data for fact in facts)
    assert all(hidden not in everything for hidden in (secret, str(receipt.claim), MOTIVE))
    await heard(registry, state.bearer(), least=len(facts))
