"""Old keys are forgotten by whichever process is first; those of money never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from pydantic import SecretStr

from chassis.database import Database
from chassis.idempotency import BATCH, forgetting
from chassis.migrations import head_revision
from services.trainings.settings import Settings
from tests.chassis.write_probe import asked, probe_client
from tests.conftest import CURSOR_SECRET, as_role

KEYS = "SELECT count(*) FROM trainings.idempotency_key"
SOON = timedelta(seconds=0.05)


async def claimed(url: str, count: int, *, days: int, kept: bool = False) -> None:
    """Claim keys some days ago."""
    admin = await asyncpg.connect(url)
    await admin.execute(
        "INSERT INTO trainings.idempotency_key"
        " (client, operation, key, fingerprint, kept, claimed_at)"
        " SELECT 'c', 'o', concat_ws('-', $2::int, n, $4::text), sha256(n::text::bytea), $3,"
        " now() - $2::int * interval '1 day' FROM generate_series(1, $1) n",
        *(count, days, kept, str(kept)),
    )
    await admin.close()


async def left(url: str, count: int) -> int:
    """The number of keys, once it is `count` or after three seconds."""
    for _ in range(60):
        if await asked(url, KEYS) == count:
            break
        await asyncio.sleep(0.05)
    return await asked(url, KEYS)


@asynccontextmanager
async def forgetter(url: str) -> AsyncIterator[Database]:
    """A process that forgets every 0.05 s."""
    settings = Settings(
        database_url=as_role(url, "trainings_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
    )
    database = Database(settings, schema="trainings", revision=head_revision("trainings"))
    await database.open()
    task = asyncio.create_task(forgetting(database, every=SOON))
    try:
        yield database
    finally:
        task.cancel()
        await asyncio.wait([task])
        await database.close()


async def test_a_service_forgets_old_keys_but_never_those_of_money(fresh_url: str) -> None:
    await claimed(fresh_url, 3, days=91)
    await claimed(fresh_url, 2, days=91, kept=True)
    await claimed(fresh_url, 1, days=89)
    async with probe_client(fresh_url) as probe:
        assert await left(fresh_url, 3) == 3
        again = {"Idempotency-Key": "k-1"}
        assert (await probe.post("/v1/echoes", headers=again)).status_code == 200
        assert await left(fresh_url, 4) == 4
    money = f"{KEYS} WHERE kept"
    assert await asked(fresh_url, money) == 2


async def test_more_than_a_batch_is_forgotten_in_one_turn(fresh_url: str) -> None:
    await claimed(fresh_url, BATCH + 1, days=91)
    async with probe_client(fresh_url):
        assert await left(fresh_url, 0) == 0


async def test_one_process_forgets_at_a_time(fresh_url: str) -> None:
    admin = await asyncpg.connect(fresh_url)
    await admin.execute("SELECT pg_advisory_lock(hashtext('forget keys'), hashtext('trainings'))")
    await claimed(fresh_url, 3, days=91)
    async with forgetter(fresh_url):
        await asyncio.sleep(0.3)
        while_another_is_at_it = await asked(fresh_url, KEYS)
        await admin.close()

        assert while_another_is_at_it == 3
        assert await left(fresh_url, 0) == 0


async def test_a_failure_waits_for_the_next_turn(fresh_url: str) -> None:
    admin = await asyncpg.connect(fresh_url)
    await admin.execute("ALTER TABLE trainings.idempotency_key RENAME TO hidden")
    async with forgetter(fresh_url):
        await asyncio.sleep(0.3)
        await admin.execute("ALTER TABLE trainings.hidden RENAME TO idempotency_key")
        await claimed(fresh_url, 3, days=91)

        assert await left(fresh_url, 0) == 0
    await admin.close()
