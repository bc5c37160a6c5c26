"""Every operation, every kind of organisation, one's own things and others': nothing leaks.

What each may know is computed from the policy tables by `seen`; the SQL must say the same, in
every representation, straight at the services and through the gateway.
"""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.events import Event
from chassis.http import Edge
from chassis.identity import Open, Scoped
from chassis.testing import TEST_URL, client_of, copied_database, url_of
from gateway.app import create_app as create_gateway
from gateway.upstreams import InProcess
from tests.architecture.sources import nothing_in
from tests.callers import issuer, service_app
from tests.conftest import SERVICES, TEMPLATE
from tests.gateway.conftest import gateway_settings
from tests.security.estates import CALL_ID, KINDS, players
from tests.security.matrix import PARTS, Case, NotPlayed, cases, policy_of, scopes, text_of
from tests.security.plays import PLAYS, Stage, create, feed, list_all
from tests.towns.bidding import a_call

CASES = cases()
WAYS = ("straight", "gateway")
PLAYERS = players(scopes())


@pytest.fixture(scope="module")
async def stage(admin_url: str) -> AsyncIterator[Stage]:
    """Open every door on one database, and make things at every site."""
    async with AsyncExitStack() as stack:
        name = await stack.enter_async_context(copied_database(admin_url, TEMPLATE))
        url = url_of(admin_url, database=name)
        doors = {}
        for service in SERVICES:
            edge = Edge(service_app(service, url), server=service, public_url=TEST_URL)
            doors[service] = await stack.enter_async_context(client_of(edge))
        upstreams = {service: InProcess(service_app(service, url)) for service in SERVICES}
        gateway = create_gateway(
            gateway_settings(public_url=TEST_URL), upstreams, verifier=issuer().verifier()
        )
        doors["gateway"] = await stack.enter_async_context(client_of(gateway))
        stage = Stage(doors, defaultdict(list))
        await a_call(url, call_id=UUID(CALL_ID), opens_at=datetime.now(UTC) + timedelta(days=1))
        for case in OPEN_LISTS:
            page = await stage.ask("straight", case, f"{case.path}?include_total=true", None)
            stage.published[case.collection] = page.json()["total"]
        for case in CASES:
            if case.play == "create":
                await create(stage, "straight", case, PLAYERS["everywhere"])
        yield stage


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.operation["operationId"])
async def test_everybody_is_shown_and_may_change_what_the_row_says_and_nothing_else(
    stage: Stage, case: Case, way: str
) -> None:
    play = PLAYS[case.play]
    if case.play == "feed":
        await _heard_of_everything(stage, case)
    nothing_in(
        [
            f"{name}: {fault}"
            for name, player in PLAYERS.items()
            for fault in await play(stage, way, case, player)
        ]
    )


async def _heard_of_everything(stage: Stage, case: Case) -> None:
    """Wait until the feed holds what was made: transactions elsewhere on the server delay it."""
    everywhere = PLAYERS["everywhere"]
    for _ in range(200):
        if not await feed(stage, "straight", case, everywhere):
            return


FEEDS = [case for case in CASES if case.play == "feed"]
OPEN_LISTS = [case for case in CASES if isinstance(case.row, Open) and case.play == "list"]
SCOPED = [case for case in CASES if isinstance(case.row, Scoped)]
OPEN_FILES = [case for case in CASES if case.play == "open" and case.formats]


def _named(case: Case) -> str:
    return str(case.operation["operationId"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", FEEDS, ids=_named)
async def test_a_reader_without_token_is_told_of_nothing_limited(
    stage: Stage, case: Case, way: str
) -> None:
    assert await feed(stage, way, case, None) == []


@pytest.mark.parametrize("way", WAYS)
async def test_a_reader_without_token_is_listed_what_is_published(stage: Stage, way: str) -> None:
    nothing_in([fault for case in OPEN_LISTS for fault in await list_all(stage, way, case, None)])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SCOPED, ids=_named)
async def test_a_scoped_operation_refuses_who_has_no_token_or_not_the_scope(
    stage: Stage, case: Case, way: str
) -> None:
    assert isinstance(case.row, Scoped)
    path = case.requests()[0]
    stranger = await stage.ask(way, case, path, None)
    everywhere = PLAYERS["everywhere"]
    poor = replace(everywhere, scopes=everywhere.scopes - {case.row.scope})
    lacking = await stage.ask(way, case, path, poor)

    assert stranger.status_code == 401
    assert lacking.status_code == 403
    assert lacking.json()["missing_scope"] == case.row.scope


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", OPEN_FILES, ids=_named)
async def test_the_files_of_open_data_are_the_same_for_all(
    stage: Stage, case: Case, way: str
) -> None:
    for form in case.formats:
        path = f"{case.path}?format={form}"
        answers = [
            text_of(await stage.ask(way, case, path, player))
            for player in (None, PLAYERS["commune of acv-051"])
        ]
        assert answers[0] == answers[1], form


def test_the_matrix_plays_every_operation_and_knows_every_kind() -> None:
    assert {case.play for case in CASES} <= PLAYS.keys()
    rows = [row for part in PARTS for row in policy_of(part).values()]
    assert {kind for row in rows if isinstance(row, Scoped) for kind in row.whole} <= KINDS.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/v1/others", "row": Scoped("others:read", within=("town",))},
        {"path": "/v1/contacts/{id}/photo", "row": Scoped("contacts:read", within=("town",))},
        {"path": "/v1/others", "row": Open(more=(Scoped("others:read"),))},
    ],
    ids=["a collection without estate", "a path of another form", "open data that shows more"],
)
def test_what_the_matrix_cannot_play_fails(change: dict[str, object]) -> None:
    with pytest.raises(NotPlayed):
        _ = replace(CASES[0], **change).play  # type: ignore[arg-type]


def _kin(kind: type[Event]) -> list[type[Event]]:
    """Return every class drawn from one, through bases too."""
    return [kin for direct in kind.__subclasses__() for kin in (direct, *_kin(direct))]


def test_every_audience_of_an_event_is_one_of_its_feed() -> None:
    facts = [
        kind
        for kind in _kin(Event)
        if kind.__module__.startswith("services.") and not kind.__name__.startswith("_")
    ]
    silent = []
    for fact in facts:
        row = policy_of(fact.service())[f"list_{fact.service()}_events"]
        known = row.more if isinstance(row, Open) else ()
        silent += [] if fact.audience is None or fact.audience in known else [fact.name]
    assert silent == []
