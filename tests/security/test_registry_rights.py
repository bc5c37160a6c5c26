"""Every operation of the registry, every kind of partner, one's own things and others'.

Two organisations of each kind play, with every scope: only whose things they are differs. What
each may know is computed from the policy rows; the SQL must say the same, straight at the registry
and through the gateway.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from starlette.types import ASGIApp

from chassis.database import Database
from chassis.identity import OWN, Known, Open, Scoped
from chassis.migrations import head_revision
from chassis.testing import TEST_URL, client_of, copied_database, url_of
from gateway.app import create_app as create_gateway
from gateway.partners import kinds
from gateway.partners.app import create_app
from gateway.settings import Settings
from gateway.upstreams import InProcess
from tests.architecture.sources import nothing_in
from tests.callers import issuer, service_app
from tests.conftest import SERVICES, TEMPLATE
from tests.gateway.conftest import gateway_settings
from tests.partners.asking import a_request, asked
from tests.partners.attaching import an_issuer, attachment_asked
from tests.partners.callers import Caller
from tests.partners.conftest import registry_app, registry_settings
from tests.security.estates import Thing
from tests.security.matrix import REGISTRY, Case, NotPlayed, cases
from tests.security.plays import Stage
from tests.security.registry_plays import WAY, Registry, play_of, player_of, told

CASES = cases([REGISTRY])
SCOPED = [case for case in CASES if isinstance(case.row, Scoped)]
(FEED,) = [case for case in CASES if isinstance(case.row, Open) and case.row.more]


def _named(case: Case) -> str:
    return str(case.operation["operationId"])


def _gateway(settings: Settings, url: str) -> ASGIApp:
    """Return the whole product behind its gateway."""
    upstreams = {service: InProcess(service_app(service, url)) for service in SERVICES}
    verifier = issuer().verifier()
    upstreams[REGISTRY] = InProcess(create_app(settings, verifier=verifier))
    return create_gateway(gateway_settings(public_url=TEST_URL), upstreams, verifier=verifier)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    held = Database(settings, schema=REGISTRY, revision=head_revision(REGISTRY))
    await held.open()
    yield held
    await held.close()


@pytest.fixture(scope="module", params=[WAY, "gateway"])
async def registry(
    request: pytest.FixtureRequest, admin_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Registry]:
    """Open a door on a registry that knows two partners of each kind, and a request."""
    async with AsyncExitStack() as stack:
        name = await stack.enter_async_context(copied_database(admin_url, TEMPLATE))
        url = url_of(admin_url, database=name)
        keys = tmp_path_factory.mktemp("keys")
        settings = registry_settings(url, keys, external_issuers=[an_issuer()])
        straight = request.param == WAY
        app = registry_app(settings) if straight else _gateway(settings, url)
        door = await stack.enter_async_context(client_of(app))
        database = await stack.enter_async_context(_database(settings))
        cast = [
            await Caller.registered(database, kind, signs=signs, name=f"{kind} {signs}")
            for kind in kinds.KINDS
            for signs in (False, True)
        ]
        async with database.writing() as session:
            rows = await session.execute(text("SELECT client_id, kid FROM gateway.client_key"))
            kids = {row.client_id: row.kid for row in rows}
        things = defaultdict(list)
        for one in cast:
            owner = str(one.organisation)
            things["/v1/partners"].append(Thing(f"/v1/partners/{owner}", {OWN: frozenset({owner})}))
        receipt = await asked(door, a_request())
        attachments = {one.client: await attachment_asked(door, one) for one in cast}
        stage = Stage({REGISTRY: door}, things)
        made = Registry(stage, database, cast, kids, str(receipt.id), attachments)
        for _ in range(200):  # transactions elsewhere on the server delay the feed
            if str(receipt.id) in await told(made, FEED, player_of(cast[0])):
                break
        yield made


@pytest.mark.parametrize("case", CASES, ids=_named)
async def test_every_partner_is_shown_and_may_change_its_own_and_nothing_else(
    registry: Registry, case: Case
) -> None:
    play = play_of(case)
    nothing_in(
        [
            f"{caller.kind}: {fault}"
            for caller in registry.cast
            for fault in await play(registry, case, caller)
        ]
    )


@pytest.mark.parametrize("case", SCOPED, ids=_named)
async def test_a_scoped_operation_of_the_registry_refuses_who_has_no_token_or_not_the_scope(
    registry: Registry, case: Case
) -> None:
    assert isinstance(case.row, Scoped)
    path, before = case.requests()[0], await registry.held()
    assert (await registry.stage.ask(WAY, case, path, None)).status_code == 401
    for caller in registry.cast:
        player = player_of(caller)
        poor = replace(player, scopes=player.scopes - {case.row.scope})
        lacking = await registry.stage.ask(WAY, case, path, poor)
        assert lacking.status_code == 403, caller.kind
        assert lacking.json()["missing_scope"] == case.row.scope
    assert before == await registry.held()


async def test_the_feed_tells_strangers_nothing_and_each_scope_its_own_facts(
    registry: Registry,
) -> None:
    assert json.loads(await told(registry, FEED, None))["items"] == []
    for caller in registry.cast:
        player = player_of(caller)
        reader = replace(player, scopes=frozenset({"partners:read"}))
        judge = replace(player, scopes=frozenset({"partners:approve"}))
        assert "access-requests/" not in await told(registry, FEED, reader)
        judged = await told(registry, FEED, judge)
        assert "partners/" not in judged
        assert "clients/" not in judged


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/v1/others", "method": "get", "row": Scoped("partners:read", within=(OWN,))},
        {"path": "/v1/others", "method": "post", "row": Scoped("partners:write", within=(OWN,))},
        {"path": "/v1/partners", "method": "get", "row": Scoped("partners:read", within=("town",))},
        {"path": "/v1/others", "method": "post", "row": Open()},
        {"path": "/v1/others", "method": "get", "row": Open(more=(Scoped("partners:read"),))},
        {"path": "/v1/others", "method": "get", "row": Known()},
    ],
    ids=["read", "change", "other limits", "open change", "open data that shows more", "known"],
)
def test_what_the_matrix_of_the_registry_cannot_play_fails(change: dict[str, object]) -> None:
    with pytest.raises(NotPlayed):
        play_of(replace(CASES[0], **change))  # type: ignore[arg-type]
