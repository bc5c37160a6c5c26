"""What all subjects stand on: one PostgreSQL, durable, with the seeded towns, on its own core."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg

from chassis.embedded import embedded_server
from chassis.testing import url_of
from deploy.databases import DATABASE, Databases, embedded
from deploy.preparation import prepare_and_seed
from tests.bench.machine import LOAD_CORE, on_core
from tests.bench.settings import DATA

SECRET = "only-for-the-bench-only-for-the-bench"
READER = "bench_reader"

_PEERS = f"""
DROP SCHEMA IF EXISTS bench CASCADE;
DROP OWNED BY {READER};
CREATE SCHEMA bench;
CREATE TABLE bench.town (acv_id text PRIMARY KEY, body json NOT NULL);
INSERT INTO bench.town SELECT acv_id, body::json FROM towns.town_card ORDER BY acv_id;
ANALYZE bench.town;
ANALYZE towns.town_card;
GRANT CONNECT ON DATABASE {DATABASE} TO {READER};
GRANT USAGE ON SCHEMA bench, towns TO {READER};
GRANT SELECT ON ALL TABLES IN SCHEMA bench, towns TO {READER};
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """The addresses of the database under measurement."""

    databases: Databases

    @property
    def server(self) -> str:
        """The administrator's address on the server."""
        return self.databases.server or ""

    @property
    def reader(self) -> str:
        """The address with which the peers read."""
        return url_of(self.server, database=DATABASE, user=READER)

    def environment(self) -> dict[str, str]:
        """What the product's processes are told."""
        return {**self.databases.environment(), "CURSOR_SECRET": SECRET, "LOG_LEVEL": "info"}


@contextmanager
def ground() -> Iterator[Ground]:
    """Yield the database, seeded; its server runs meanwhile."""
    DATA.mkdir(parents=True, exist_ok=True)
    with on_core(LOAD_CORE), embedded_server(DATA / "postgres") as url:
        found = embedded(url)
        asyncio.run(prepare_and_seed(found, cursor_secret=SECRET))
        asyncio.run(_prepare_peers(url))
        yield Ground(found)


async def _prepare_peers(server: str) -> None:
    """Give the peers the same rows in the shape that serves each of them fastest."""
    connection = await asyncpg.connect(url_of(server, database=DATABASE))
    try:
        known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", READER)
        if not known:
            await connection.execute(f"CREATE ROLE {READER} LOGIN")
        await connection.execute(_PEERS)
    finally:
        await connection.close()
