"""Persons whom another issuer vouches for: what they may do, once two organisations agreed."""

import pytest
from sqlalchemy import text

from chassis.http import Edge
from chassis.testing import TEST_URL, client_of
from chassis.tokens import Verifier
from chassis.trust import JWKS_PATH, REVOCATIONS_PATH, Document, Trust
from gateway.external.callers import identity_of as named
from tests.external.attaching import World
from tests.external.conftest import service
from tests.external.provider import person
from tests.external.signing_in import Running, bearer
from tests.partners.attaching import (
    attachment_asked,
    attachment_judged,
    attachment_revoked,
)
from tests.partners.callers import Caller


async def test_a_person_that_two_organisations_approved_acts_for_the_system(
    world: World, proconnect: Running
) -> None:
    token = proconnect.signs_in("alice@21510108000015").access
    told = await world.me(token)
    assert told["issuer"] == "proconnect"
    assert told["organisation_hint"] == "21510108000015"
    assert told["identity"] == named(proconnect.url, person("alice")["sub"])
    made = await world.attached(world.town, told["identity"])
    me = await world.me(token)
    assert (me["organisation_id"], me["client_id"]) == (
        str(world.town.organisation),
        world.town.client,
    )
    assert (me["organisation_name"], me["scopes"]) == ("commune", ["partners:read"])
    assert me["on_behalf_of"] == f"proconnect:{told['identity']}"
    assert me["credential"] == made
    assert me["perimeter"]["parts"] == [{"dimension": "town", "values": ["51108"]}]
    own = await world.product.get(world.town.path, headers=bearer(token))
    assert own.status_code == 200
    others = await world.product.get(world.state.path, headers=bearer(token))
    assert (others.status_code, others.json()["code"]) == (404, "client-not-found")
    towns = await world.product.get("/v1/towns/acv-051", headers=bearer(token))
    assert towns.status_code == 200
    lacking = await world.product.get("/v1/contacts", headers=bearer(token))
    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "contacts:read")


async def test_a_hint_gives_no_right_nor_does_one_approval_or_a_refusal(
    world: World, proconnect: Running
) -> None:
    token = proconnect.signs_in("bob@73282932000074").access
    identity = await world.identity(token)
    made = await attachment_asked(world.registry, world.town, identity=identity)
    await world.identity(token)
    own = await attachment_judged(world.registry, made, by=world.town)
    assert (own.status_code, own.json()["missing_scope"]) == (403, "partners:approve")
    assert (await attachment_judged(world.registry, made, by=world.state)).json()[
        "status"
    ] == "pending"
    twice = await attachment_judged(world.registry, made, by=world.state)
    assert (twice.status_code, twice.json()["code"]) == (409, "opinion-already-given")
    await world.identity(token)
    refused = await attachment_judged(world.registry, made, by=world.prefecture, verdict="refused")
    assert refused.json()["status"] == "refused"
    await world.identity(token)


async def test_a_siret_of_another_organisation_changes_nothing_of_whose_the_person_is(
    world: World, proconnect: Running
) -> None:
    token = proconnect.signs_in("carol").access
    identity = await world.identity(token)
    await world.attached(world.town, identity)
    for siret in ("21510108000015", "55208131766522"):
        again = proconnect.signs_in(f"carol@{siret}").access
        me = await world.me(again)
        assert me["organisation_id"] == str(world.town.organisation)


async def test_what_is_revoked_is_refused_within_five_seconds(
    world: World, proconnect: Running
) -> None:
    token = proconnect.signs_in("dave").access
    identity = await world.identity(token)
    made = await world.attached(world.town, identity)
    assert "scopes" in await world.me(token)
    gone = await attachment_revoked(world.registry, world.town, made, by=world.town)
    assert gone.json()["status"] == "revoked"
    assert (
        await attachment_revoked(world.registry, world.town, made, by=world.town)
    ).json() == gone.json()
    assert (await world.felt(token))["reason"] == "revoked"
    anew = proconnect.signs_in("dave").access
    assert (await world.me(anew))["reason"] == "revoked"


@pytest.mark.parametrize("whose", ["client", "organisation", "end"])
async def test_a_suspension_or_an_end_is_felt_by_the_person_within_five_seconds(
    world: World, proconnect: Running, whose: str
) -> None:
    token = proconnect.signs_in(f"erin{whose}").access
    identity = await world.identity(token)
    await world.attached(world.town, identity)
    assert "scopes" in await world.me(token)
    client, organisation = world.town.client, world.town.organisation
    suspended = "SET status = 'suspended' WHERE id"
    statement = {
        "client": f"UPDATE gateway.client {suspended} = '{client}'",
        "organisation": f"UPDATE gateway.organisation {suspended} = '{organisation}'",
        "end": "UPDATE gateway.attachment SET valid_until = now() - interval '1 second'",
    }[whose]
    async with world.database.writing() as session:
        await session.execute(text(statement))
    other = proconnect.signs_in(f"erin{whose}").access
    refused = await world.felt(other if whose == "end" else token)
    assert refused["reason"] == "revoked"


async def test_the_last_attachment_that_was_granted_stands_and_ends_the_one_before(
    world: World, proconnect: Running
) -> None:
    token = proconnect.signs_in("frank").access
    identity = await world.identity(token)
    funder = await Caller.registered(world.database, "funder")
    first = await world.attached(world.town, identity)
    assert (await world.me(token))["credential"] == first
    second = await world.attached(funder, identity)
    shown = await world.registry.get(
        f"/v1/partners/{world.town.organisation}/attachments/{first}", headers=world.town.bearer()
    )
    assert shown.json()["status"] == "revoked"
    anew = proconnect.signs_in("frank").access
    me = await world.me(anew)
    assert (me["credential"], me["organisation_id"]) == (second, str(funder.organisation))


async def test_a_service_reached_directly_refuses_the_token_of_another_issuer(
    world: World, proconnect: Running, fresh_url: str
) -> None:
    token = proconnect.signs_in("grace").access
    identity = await world.identity(token)
    await world.attached(world.town, identity)
    issuer = f"{TEST_URL}/v1"

    async def source() -> tuple[Document, Document]:
        paths = (JWKS_PATH, REVOCATIONS_PATH)
        keys, refused = [(await world.product.get(path)).json() for path in paths]
        return keys, refused

    verifier = Verifier(TEST_URL, issuer, trust=Trust(source))
    app = Edge(service("towns", fresh_url, verifier), server="towns", public_url=TEST_URL)
    async with client_of(app) as straight:
        refused = await straight.get("/v1/me", headers=bearer(token))
    assert (refused.status_code, refused.json()["reason"]) == (401, "unknown-key")


def test_what_stands_for_a_person_says_nothing_of_who_it_is() -> None:
    subject = person("heidi")["sub"]
    digest = named("https://issuer.test", subject)
    assert subject not in digest
    assert digest != named("https://other.test", subject)
