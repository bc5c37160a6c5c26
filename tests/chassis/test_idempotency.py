"""A change happens once for each key, whatever callers, twins, crashes and lost commits do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.idempotency import fingerprint
from chassis.problems import TryAgain
from tests.chassis.write_probe import (
    asked,
    at_commit,
    probe_app,
    probe_client,
    shorten_waits,
)

EFFECTS = "SELECT count(*) FROM trainings.event"
KEYS = "SELECT count(*) FROM trainings.idempotency_key"


@pytest.fixture
async def probe(fresh_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with probe_client(fresh_url) as client:
        yield client


async def book(
    probe: httpx.AsyncClient, key: str | None, path: str = "bookings", **body: Any
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await probe.post(f"/v1/{path}", json=body, headers=headers)


async def test_the_same_request_under_the_same_key_gets_the_same_bytes(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    first = await book(probe, "k-1", count=2)
    again = await book(probe, "k-1", count=2)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await asked(fresh_url, EFFECTS) == 1


async def test_the_key_remembers_what_was_made(probe: httpx.AsyncClient, fresh_url: str) -> None:
    made = (await book(probe, "k-1")).json()["id"]
    question = f"SELECT count(*) FROM trainings.idempotency_key WHERE resource_id = '{made}'"

    assert await asked(fresh_url, question) == 1


async def test_without_a_key_each_request_is_its_own(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    ids = {(await book(probe, None)).json()["id"] for _ in range(2)}

    assert len(ids) == 2
    assert await asked(fresh_url, EFFECTS) == 2


async def test_another_body_under_the_same_key_is_refused(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    await book(probe, "k-1", count=2)
    other = await book(probe, "k-1", count=3)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await asked(fresh_url, EFFECTS) == 1


async def test_a_key_belongs_to_one_operation(probe: httpx.AsyncClient, fresh_url: str) -> None:
    booked = await book(probe, "k-1")
    paid = await book(probe, "k-1", "payments")

    assert (booked.status_code, paid.status_code) == (201, 201)
    assert await asked(fresh_url, EFFECTS) == 2


async def test_fifty_copies_at_once_have_one_effect(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    answers = await asyncio.gather(*(book(probe, "k-1", kind="slow") for _ in range(50)))
    done = [answer for answer in answers if answer.status_code == 201]
    later = [answer for answer in answers if answer.status_code != 201]

    assert len({answer.content for answer in done}) == 1
    assert {answer.status_code for answer in later} <= {409, 503}
    assert all(answer.headers["retry-after"] for answer in later)
    assert await asked(fresh_url, EFFECTS) == 1
    assert (await book(probe, "k-1", kind="slow")).content == done[0].content


async def test_looking_the_key_up_before_inserting_it_has_several_effects(fresh_url: str) -> None:
    """The naive form that `claim` replaces."""
    admin = await asyncpg.connect(fresh_url)
    await admin.execute("CREATE TABLE naive (key text)")
    pool = await asyncpg.create_pool(fresh_url, min_size=10, max_size=10)

    async def naive() -> None:
        async with pool.acquire() as connection, connection.transaction():
            if await connection.fetchval("SELECT count(*) FROM naive WHERE key = 'k-1'") == 0:
                await asyncio.sleep(0.05)
                await connection.execute("INSERT INTO naive VALUES ('k-1')")

    await asyncio.gather(*(naive() for _ in range(10)))
    assert await admin.fetchval("SELECT count(*) FROM naive") > 1
    await pool.close()
    await admin.close()


async def test_a_twin_waits_for_the_first_and_gets_its_answer(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    first, twin = await asyncio.gather(*(book(probe, "k-1", kind="slow") for _ in range(2)))

    assert twin.content == first.content
    assert [answer.headers.get("idempotent-replayed") for answer in (first, twin)].count(
        "true"
    ) == 1
    assert await asked(fresh_url, EFFECTS) == 1


async def test_a_twin_of_a_long_request_is_told_to_come_back(fresh_url: str) -> None:
    await shorten_waits(fresh_url)
    async with probe_client(fresh_url) as probe:
        first = asyncio.create_task(book(probe, "k-1", kind="slow"))
        await asyncio.sleep(0.2)
        twin = await book(probe, "k-1", kind="slow")

        assert (twin.status_code, twin.json()["code"]) == (409, "request-still-running")
        assert twin.headers["retry-after"] == TryAgain().headers["Retry-After"]
        assert (await first).status_code == 201


async def test_two_keys_that_fight_for_one_resource_are_told_to_come_back(fresh_url: str) -> None:
    await shorten_waits(fresh_url)
    async with probe_client(fresh_url) as probe:
        first = asyncio.create_task(book(probe, "k-1", kind="slow"))
        await asyncio.sleep(0.2)
        other = await book(probe, "k-2", kind="slow")

        assert (other.status_code, other.json()["code"]) == (409, "resource-busy")
        assert (await first).status_code == 201
        assert (await book(probe, "k-2", kind="slow")).status_code == 201


async def test_a_final_refusal_changes_nothing_and_is_kept(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    first = await book(probe, "k-1", kind="taken")
    again = await book(probe, "k-1", kind="taken")

    assert (first.status_code, first.json()["code"]) == (409, "seats-taken")
    assert first.headers["content-type"] == "application/problem+json"
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert await asked(fresh_url, EFFECTS) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [({"kind": "unknown"}, 404), ({"kind": "crash"}, 500), ({"count": "2"}, 422)],
    ids=["missing", "bug", "invalid"],
)
async def test_what_may_succeed_later_is_not_kept(
    probe: httpx.AsyncClient, fresh_url: str, body: dict[str, Any], status: int
) -> None:
    first = await book(probe, "k-1", **body)

    assert first.status_code == status
    assert await asked(fresh_url, EFFECTS) == 0
    assert await asked(fresh_url, KEYS) == 0
    assert (await book(probe, "k-1")).status_code == 201


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("RAISE EXCEPTION 'refused at the end'", 500),
        ("PERFORM pg_terminate_backend(pg_backend_pid())", 503),
    ],
    ids=["refused", "connection lost"],
)
async def test_nobody_is_told_done_when_commit_fails(
    probe: httpx.AsyncClient, fresh_url: str, action: str, status: int
) -> None:
    await at_commit(fresh_url, action)
    answer = await book(probe, "k-1")

    assert answer.status_code == status
    assert await asked(fresh_url, EFFECTS) == 0
    assert await asked(fresh_url, KEYS) == 0


async def test_a_change_outlives_its_caller(probe: httpx.AsyncClient, fresh_url: str) -> None:
    leaving = asyncio.create_task(book(probe, "k-1", kind="slow"))
    await asyncio.sleep(0.2)
    leaving.cancel()
    again = await book(probe, "k-1", kind="slow")

    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert await asked(fresh_url, EFFECTS) == 1


async def test_the_service_does_not_stop_before_its_changes_have_ended(fresh_url: str) -> None:
    async with probe_client(fresh_url) as probe:
        leaving = asyncio.create_task(book(probe, "k-1", kind="slow"))
        await asyncio.sleep(0.2)
        leaving.cancel()

    assert await asked(fresh_url, EFFECTS) == 1


async def test_no_transaction_is_open_while_a_neighbour_is_asked(
    probe: httpx.AsyncClient, fresh_url: str
) -> None:
    asking = asyncio.create_task(book(probe, "k-1", "questions"))
    await asyncio.sleep(0.2)
    opened = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname="
    during = await asked(fresh_url, opened + "current_database()")

    assert during == 0
    assert (await book(probe, "k-1", "questions")).content == (await asking).content


async def test_a_change_that_needs_no_sql_is_kept_too(probe: httpx.AsyncClient) -> None:
    first, again = [await book(probe, "k-1", "echoes") for _ in range(2)]

    assert again.content == first.content


async def test_money_needs_a_key(probe: httpx.AsyncClient, fresh_url: str) -> None:
    answer = await book(probe, None, "payments")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")
    assert await asked(fresh_url, EFFECTS) == 0


async def test_a_key_of_another_form_is_refused(probe: httpx.AsyncClient) -> None:
    wrong = [[b""], [b"a b"], [b"x" * 65], [b"\xe9"], [b"a\tb"], [b"k-1", b"k-2"]]
    for keys in wrong:
        headers = [(b"Idempotency-Key", key) for key in keys]
        answer = await probe.post("/v1/echoes", json={}, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-idempotency-key")


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_a_fingerprint_ignores_the_order_of_keys_and_nothing_else(body: dict[str, Any]) -> None:
    def made(content: bytes, target: str = "/v1/a?") -> bytes:
        return fingerprint("POST", target, body=content)

    plain = httpx.Request("POST", "http://x", json=body).content
    turned = httpx.Request("POST", "http://x", json=dict(reversed(body.items()))).content

    assert made(plain) == made(turned)
    assert made(plain) != made(plain, "/v1/b?")
    assert made(plain) != made(plain + b"x")


def test_a_fingerprint_tells_long_integers_apart() -> None:
    bodies = [b'{"n":%d}' % (2**64 + step) for step in range(3)]

    assert len({fingerprint("POST", "/v1/a?", body=body) for body in bodies}) == 3


@pytest.mark.parametrize("depth", [300, 900, 100_000])
def test_a_fingerprint_survives_any_depth(depth: int) -> None:
    body = b"[" * depth + b"]" * depth

    assert len(fingerprint("POST", "/v1/a?", body=body)) == 32


def test_the_contract_shows_the_key_and_its_refusals(fresh_url: str) -> None:
    paths = probe_app(fresh_url).openapi()["paths"]
    booking, payment = (paths[path]["post"] for path in ("/v1/bookings", "/v1/payments"))
    conflicts = booking["responses"]["409"]["content"]["application/problem+json"]["examples"]

    assert booking["parameters"][0]["name"] == "Idempotency-Key"
    assert [shown["parameters"][0]["required"] for shown in (booking, payment)] == [False, True]
    assert conflicts.keys() == {"seats-taken", "request-still-running", "resource-busy"}
    assert "idempotency-key-required" in str(payment["responses"]["400"])
