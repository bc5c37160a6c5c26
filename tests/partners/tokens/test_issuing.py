"""Tokens over time: replays, secrets that overlap, scopes, dates of rights, uses."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from joserfc.jwk import ECKey

from chassis.testing import TEST_URL, client_of
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings
from tests.partners.conftest import registry_app
from tests.partners.tokens.registered import (
    ALWAYS,
    Partner,
    add_key,
    add_secret,
    an_id,
    basic,
    changed,
    payload_of,
    register,
    rows_of,
)

GRANT = {"grant_type": "client_credentials"}
STRONG = ("partners:read", "partners:suspend")
SUSPEND = "UPDATE gateway.client SET status = 'suspended', refused_before = now() WHERE id = $1"
RESTORE = "UPDATE gateway.client SET status = 'active' WHERE id = $1"


async def test_a_thousand_replays_give_one_token_also_across_a_restart(
    settings: Settings, partner: Partner
) -> None:
    form = partner.form()
    statuses: Counter[int] = Counter()
    for _ in range(2):  # the second app stands for the restarted one
        async with client_of(registry_app(settings)) as client:
            sent = [client.post("/oauth/token", data=form) for _ in range(500)]
            statuses.update(answer.status_code for answer in await asyncio.gather(*sent))
    assert statuses[200] == 1
    assert statuses.keys() <= {200, 401, 503}, statuses


async def test_replays_at_two_processes_at_once_give_one_token(
    settings: Settings, partner: Partner
) -> None:
    form = partner.form()
    async with client_of(registry_app(settings)) as one, client_of(registry_app(settings)) as two:
        sent = [client.post("/oauth/token", data=form) for client in (one, two) * 20]
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*sent))
    assert statuses == {200: 1, 401: 39}


async def test_two_clients_may_use_the_same_jti(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner
) -> None:
    other = Partner(an_id())
    await register(fresh_url, other)
    for one in (partner, other):
        answer = await registry.post("/oauth/token", data=one.form(one.assertion(jti="same")))
        assert answer.status_code == 200


async def test_two_secrets_overlap_until_the_older_one_is_revoked(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    keeper = Partner(an_id())
    await register(fresh_url, keeper, authentication="client_secret_basic")
    old, new, stale = [
        await add_secret(fresh_url, keeper.id, life=life, cost=cost)
        for life, cost in (("1 day", 14), ("9 days", 4), ("-1 s", 4))  # the older one by old means
    ]

    async def statuses() -> list[int]:
        return [
            (
                await registry.post("/oauth/token", data=GRANT, headers=basic(keeper.id, secret))
            ).status_code
            for secret in (old, new, stale)
        ]

    assert await statuses() == [200, 200, 401]
    sql = "UPDATE gateway.client_secret SET revoked_at = now() WHERE prefix = $1"
    await changed(fresh_url, sql, old.split("_")[2])
    assert await statuses() == [401, 200, 401]


async def test_a_secret_with_signs_is_percent_encoded_before_base64(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    keeper = Partner("a+client:of%2B")
    await register(fresh_url, keeper, authentication="client_secret_basic")
    secret = await add_secret(fresh_url, keeper.id)
    answer = await registry.post("/oauth/token", data=GRANT, headers=basic(keeper.id, secret))
    assert answer.status_code == 200, answer.text


async def test_rights_that_approve_need_a_private_key(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    strong, weak = Partner(an_id()), Partner(an_id())
    await register(fresh_url, strong, kind="ministry", scopes=STRONG)
    await register(
        fresh_url, weak, kind="ministry", scopes=STRONG, authentication="client_secret_basic"
    )
    secret = basic(weak.id, await add_secret(fresh_url, weak.id))
    granted = await registry.post("/oauth/token", data=strong.form())
    assert granted.json()["scope"] == "partners:read partners:suspend"
    usual = await registry.post("/oauth/token", data=GRANT, headers=secret)
    assert usual.json()["scope"] == "partners:read"
    asked = await registry.post(
        "/oauth/token", data=GRANT | {"scope": "partners:suspend"}, headers=secret
    )
    assert (asked.status_code, asked.json()["error"]) == (400, "invalid_scope")


async def test_a_scope_that_the_kind_of_partner_never_gets_is_not_issued(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    town = Partner(an_id())
    await register(fresh_url, town, scopes=(*STRONG, "unknown:read"))
    answer = await registry.post("/oauth/token", data=town.form())
    assert answer.json()["scope"] == "partners:read"
    nothing = Partner(an_id())
    await register(fresh_url, nothing, scopes=())
    refused = await registry.post("/oauth/token", data=nothing.form())
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-scope")


async def test_a_part_of_the_scopes_can_be_asked_for(
    registry: httpx.AsyncClient, partner: Partner
) -> None:
    form = partner.form(scope="partners:read", resource=f"{TEST_URL}/v1", client_id=partner.id)
    assert (await registry.post("/oauth/token", data=form)).json()["scope"] == "partners:read"


PARIS = ZoneInfo("Europe/Paris")
EVENING = datetime(2027, 6, 30, 23, 58, tzinfo=PARIS)


async def test_a_perimeter_is_what_is_valid_today_and_no_right_outlives_its_day(
    settings: Settings, fresh_url: str
) -> None:
    partner, today = Partner(an_id()), date(2027, 6, 30)
    day = timedelta(days=1)
    rows = (
        ("town", "51108", ALWAYS, today),
        ("town", "10387", ALWAYS, today - day),
        ("town", "08105", today + day, None),
        ("region", "44", today, None),
    )
    await register(fresh_url, partner, rows=rows)

    async def issued(at: datetime) -> tuple[int, dict[str, object]]:
        issuer = Issuer(settings, now=at.timestamp)
        moment = int(at.timestamp())
        assertion = partner.assertion(iat=moment, exp=moment + 60)
        async with client_of(registry_app(settings, issuer)) as client:
            answer = await client.post("/oauth/token", data=partner.form(assertion))
        assert answer.status_code == 200, answer.text
        return answer.json()["expires_in"], payload_of(answer.json()["access_token"])["perimeter"]

    assert await issued(EVENING) == (120, {"region": ["44"], "town": ["51108"]})
    morning = EVENING + timedelta(minutes=3)
    assert await issued(morning) == (300, {"region": ["44"], "town": ["08105"]})
    assert await issued(EVENING - timedelta(hours=1)) == (
        300,
        {"region": ["44"], "town": ["51108"]},
    )


async def test_rights_that_ran_out_leave_a_perimeter_that_holds_nothing(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    partner = Partner(an_id())
    await register(fresh_url, partner, rows=(("town", "51108", ALWAYS, ALWAYS),))
    answer = await registry.post("/oauth/token", data=partner.form())
    assert payload_of(answer.json()["access_token"])["perimeter"] == {}


async def test_a_perimeter_of_all_towns_one_by_one_is_too_wide_for_a_token(
    registry: httpx.AsyncClient, fresh_url: str
) -> None:
    partner = Partner(an_id())
    rows = tuple(("town", f"{code:05}", ALWAYS, None) for code in range(1_000))
    await register(fresh_url, partner, rows=rows)
    answer = await registry.post("/oauth/token", data=partner.form())
    assert (answer.status_code, answer.json()["code"]) == (400, "perimeter-too-wide")
    assert answer.json()["error"] == "unauthorized_client"


async def test_the_metadata_say_only_what_is_true(registry: httpx.AsyncClient) -> None:
    told = (await registry.get("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == TEST_URL
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["response_types_supported"] == []
    assert told["token_endpoint_auth_methods_supported"] == [
        "private_key_jwt",
        "client_secret_basic",
    ]
    for name in ("token_endpoint", "revocation_endpoint"):
        assert (await registry.post(told[name])).status_code == 415
    assert (await registry.get(told["jwks_uri"])).json()["keys"]


async def test_a_use_is_written_down_later_and_once_a_minute(
    settings: Settings, fresh_url: str, partner: Partner
) -> None:
    keeper = Partner(an_id())
    await register(fresh_url, keeper, authentication="client_secret_basic")
    secret = await add_secret(fresh_url, keeper.id)
    issuer = Issuer(settings)
    seen = (
        "SELECT last_used_at FROM gateway.client_key WHERE client_id = $1"
        " UNION ALL SELECT last_used_at FROM gateway.client_secret WHERE client_id = $2"
    )
    async with client_of(registry_app(settings, issuer)) as client:
        notes = []
        for _ in range(2):
            await client.post("/oauth/token", data=partner.form())
            await client.post("/oauth/token", data=GRANT, headers=basic(keeper.id, secret))
            notes.append(await rows_of(fresh_url, seen, partner.id, keeper.id))
            await issuer.note_uses()
            notes.append(await rows_of(fresh_url, seen, partner.id, keeper.id))
    assert notes[0] == [(None,), (None,)]
    assert None not in {one for (one,) in notes[1]}
    assert notes[1] == notes[2] == notes[3]


async def test_uses_are_written_down_at_the_latest_when_the_process_stops(
    settings: Settings, fresh_url: str, partner: Partner
) -> None:
    async with client_of(registry_app(settings)) as client:
        await client.post("/oauth/token", data=partner.form())
    sql = "SELECT last_used_at IS NOT NULL FROM gateway.client_key WHERE client_id = $1"
    assert await rows_of(fresh_url, sql, partner.id) == [(True,)]


async def test_a_client_may_have_several_keys(
    registry: httpx.AsyncClient, fresh_url: str, partner: Partner
) -> None:
    second = ECKey.generate_key("P-256")
    await add_key(fresh_url, partner, second)
    header = partner.header(kid=second.thumbprint())
    form = partner.form(partner.signed(header, partner.claims(), key=second))
    answer = await registry.post("/oauth/token", data=form)
    assert payload_of(answer.json()["access_token"])["cred"] == second.thumbprint()
