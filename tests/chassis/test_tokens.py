"""The verifier's memory: bounded, and never a way past an end, a suspension or a lost key."""

import pytest
from starlette.types import Scope

from chassis.http import Edge
from chassis.identity import ANONYMOUS, Perimeter, Principal
from chassis.problems import ServiceUnavailable, Unauthenticated
from chassis.testing import TEST_URL, client_of
from chassis.tokens import KEPT, Verifier, verifier_for
from chassis.trust import Trust
from services.trainings.app import create_app
from services.trainings.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role
from tests.tokens import Issuer


class Clock:
    """Both clocks of a verifier."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(clock: Clock) -> Issuer:
    return Issuer(now=clock)


@pytest.fixture
def verifier(issuer: Issuer, clock: Clock) -> Verifier:
    trust = Trust(issuer.source, clock)
    return Verifier(TEST_URL, f"{TEST_URL}/v1", trust=trust, now=clock)


def asking(token: str, path: str = "/v1/towns") -> Scope:
    """A request that shows a token."""
    headers = [(b"accept", b"*/*"), (b"authorization", f"Bearer {token}".encode())]
    return {"type": "http", "path": path, "headers": headers}


async def test_a_token_says_who_calls(issuer: Issuer, verifier: Verifier) -> None:
    token = issuer.token(act={"sub": "person-9"}, perimeter={"region": ["44"], "funder": []})
    found = await verifier.principal(asking(token))
    assert found == Principal(
        organisation="town-51108",
        kind="ville",
        client="town-client",
        scopes=frozenset({"towns:read", "lines:read"}),
        perimeter=Perimeter(values={"region": frozenset({"44"}), "funder": frozenset()}),
        credential="credential-1",
        on_behalf_of="person-9",
        expires_at=1_800_000_300,
    )
    assert await verifier.principal(asking(token)) is found


async def test_who_shows_nothing_is_anonymous_and_asks_nobody() -> None:
    verifier = Verifier(TEST_URL, f"{TEST_URL}/v1", trust=Trust(None))
    assert await verifier.principal({"path": "/", "headers": [(b"a", b"b")]}) is ANONYMOUS


async def test_the_token_endpoints_have_credentials_of_their_own(verifier: Verifier) -> None:
    assert await verifier.principal(asking("secret", "/oauth/token")) is ANONYMOUS


async def test_a_remembered_token_ends_when_it_says(
    issuer: Issuer, verifier: Verifier, clock: Clock
) -> None:
    shown = asking(issuer.token())
    await verifier.principal(shown)
    clock.now += 309
    await verifier.principal(shown)
    clock.now += 1
    with pytest.raises(Unauthenticated, match="expired"):
        await verifier.principal(shown)


async def test_a_remembered_token_falls_with_its_client_itself_or_its_key(
    issuer: Issuer, verifier: Verifier, clock: Clock
) -> None:
    client, itself = asking(issuer.token(sub="erp-1")), asking(issuer.token(jti="stolen"))
    by_key = asking(issuer.token())
    for shown in (client, itself, by_key):
        await verifier.principal(shown)
    issuer.suspend("erp-1")
    issuer.revoke("stolen")
    await verifier.principal(client)
    clock.now += 5
    for shown in (client, itself):
        with pytest.raises(Unauthenticated, match="revoked"):
            await verifier.principal(shown)
    await verifier.principal(by_key)
    del issuer.keys[issuer.kid]
    clock.now += 5
    with pytest.raises(Unauthenticated, match="unknown"):
        await verifier.principal(by_key)


async def test_the_memory_is_bounded(issuer: Issuer, verifier: Verifier) -> None:
    first = asking(issuer.token())
    found = await verifier.principal(first)
    for _ in range(KEPT + 5):
        await verifier.principal(asking(issuer.token()))
    assert len(verifier._kept) == KEPT  # noqa: SLF001  # nothing else shows it
    assert await verifier.principal(first) is not found


async def test_without_a_list_a_sound_token_waits_and_a_bad_one_is_refused(
    issuer: Issuer, clock: Clock
) -> None:
    verifier = Verifier(TEST_URL, f"{TEST_URL}/v1", trust=Trust(None, clock), now=clock)
    with pytest.raises(ServiceUnavailable):
        await verifier.principal(asking(issuer.token()))
    with pytest.raises(ServiceUnavailable):
        await verifier.principal(asking(issuer.token()[:-2]))
    for misshapen in ("x", "a.b.c", issuer.token()[:-1], issuer.signed({"alg": "none"}, {})):
        with pytest.raises(Unauthenticated):
            await verifier.principal(asking(misshapen))


async def test_a_service_without_the_address_of_keys_serves_open_data_only(
    seeded_url: str, issuer: Issuer
) -> None:
    settings = Settings(
        database_url=as_role(seeded_url, "trainings_runtime"),
        cursor_secret=CURSOR_SECRET,  # type: ignore[arg-type]
        durable=False,
    )
    assert settings.token_keys_url is None
    edge = Edge(create_app(settings), server="trainings", public_url=TEST_URL)
    async with client_of(edge) as client:
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get("/v1/events/trainings")).status_code == 200
        refused = await client.get("/v1/events/trainings", headers=issuer.bearer())
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


async def test_a_service_whose_gateway_is_not_up_yet_is_ready_all_the_same(
    seeded_url: str,
) -> None:
    settings = Settings(
        database_url=as_role(seeded_url, "trainings_runtime"),
        cursor_secret=CURSOR_SECRET,  # type: ignore[arg-type]
        durable=False,
        token_keys_url="http://127.0.0.1:1",
    )
    edge = Edge(
        create_app(settings, verifier_for(settings)), server="trainings", public_url=TEST_URL
    )
    async with client_of(edge) as client:
        assert (await client.get("/health/ready")).status_code == 200
