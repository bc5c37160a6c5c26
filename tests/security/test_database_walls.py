"""The walls between the schemas: every role, every table, every verb, as the server answers.

Each statement is really sent: what is not declared here must be refused.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from deploy.names import SERVICES
from tests.architecture.sources import nothing_in
from tests.conftest import as_role

VERBS = {
    # EXPLAIN checks the rights of a change and changes nothing
    "SELECT": "EXPLAIN SELECT * FROM {table}",
    "INSERT": "EXPLAIN INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "EXPLAIN UPDATE {table} SET {column} = {column}",
    "DELETE": "EXPLAIN DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table}",
    "LOCK": "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "ALTER": "ALTER TABLE {table} ADD COLUMN more text",
    "DROP": "DROP TABLE {table} CASCADE",
    "INDEX": "CREATE INDEX ON {table} ({column})",
    "TRIGGER": "CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION {schema}.mine()",
}
ROWS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
NARROW = {"event": frozenset({"SELECT", "INSERT"}), "alembic_version": frozenset({"SELECT"})}
"""Where a service may do less than with its other tables."""
LOCKED_BY = frozenset({"UPDATE", "DELETE"})
"""PostgreSQL lets whoever may change all the rows of a table lock it."""

OF_A_SCHEMA = (
    "CREATE TABLE {schema}.mine (n int)",
    "CREATE VIEW {schema}.mine AS SELECT 1 AS n",
    "CREATE SEQUENCE {schema}.mine",
    "CREATE TYPE {schema}.mine AS (n int)",
    "CREATE FUNCTION {schema}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER SCHEMA {schema} RENAME TO mine",
    "DROP SCHEMA {schema} CASCADE",
)
OF_A_SEQUENCE = {
    "nextval": "SELECT nextval('{sequence}')",
    "setval": "SELECT setval('{sequence}', 1)",
    "read": "SELECT last_value FROM {sequence}",
    "alter": "ALTER SEQUENCE {sequence} RESTART",
}
MAY_OF_OWN_SEQUENCE = frozenset({"nextval"})

_TABLES = """
SELECT c.oid::regclass::text AS name, relnamespace::regnamespace::text AS schema, relname, (
  SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attidentity = ''
  ORDER BY attnum LIMIT 1) AS column
FROM pg_class c WHERE relnamespace::regnamespace::text = ANY ($1) AND relkind = $2
"""
_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
WHERE nspname = ANY ($1) AND nspname <> $2 AND has_function_privilege($3, p.oid, 'EXECUTE')
  AND has_schema_privilege($3, n.oid, 'USAGE')
"""
_OWNED = """
SELECT c.oid::regclass::text FROM pg_class c WHERE pg_get_userbyid(relowner) = $1
UNION ALL SELECT oid::regprocedure::text FROM pg_proc WHERE pg_get_userbyid(proowner) = $1
UNION ALL SELECT rolname FROM pg_roles
  WHERE rolname <> $1 AND pg_has_role($1, oid, 'MEMBER')
UNION ALL SELECT c.oid::regclass::text FROM pg_class c, aclexplode(relacl) given
  WHERE pg_get_userbyid(given.grantee) = $1 AND given.is_grantable
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a sequence of a schema."""

    name: str
    schema: str
    short: str
    column: str | None

    def allowed(self, service: str) -> frozenset[str]:
        """What the runtime role of a service may do with a table."""
        if service != self.schema:
            return frozenset()
        rows = NARROW.get(self.short, ROWS)
        return rows | ({"LOCK"} if rows & LOCKED_BY else frozenset())


class Walls:
    """An administrator who knows what exists, and the runtime role that tries it."""

    def __init__(
        self, administrator: asyncpg.Connection, runtime: asyncpg.Connection, *, service: str
    ) -> None:
        self.administrator = administrator
        self.service = service
        self.role = f"{service}_runtime"
        self._runtime = runtime

    async def relations(self, kind: bytes) -> list[Relation]:
        """Every relation of a kind in every schema of the product."""
        rows = await self.administrator.fetch(_TABLES, list(SERVICES), kind)
        return [Relation(*row) for row in rows]

    async def refuses(self, statement: str) -> bool:
        """Try a statement and undo it; tell whether a right was missing."""
        attempt = self._runtime.transaction()
        await attempt.start()
        try:
            await self._runtime.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            return True
        except asyncpg.PostgresError:
            return False  # refused for another reason: the right was there
        else:
            return False
        finally:
            await attempt.rollback()


@pytest.fixture(params=SERVICES)
async def walls(request: pytest.FixtureRequest, fresh_url: str) -> AsyncIterator[Walls]:
    """Try as the runtime role of each service."""
    service: str = request.param
    addresses = (fresh_url, as_role(fresh_url, f"{service}_runtime"))
    administrator, runtime = await asyncio.gather(*map(asyncpg.connect, addresses))
    try:
        yield Walls(administrator, runtime, service=service)
    finally:
        await administrator.close()
        await runtime.close()


async def test_a_service_does_with_each_table_what_is_declared_and_nothing_else(
    walls: Walls,
) -> None:
    tables = await walls.relations(b"r")
    found = []
    for table in tables:
        words = {"table": table.name, "schema": table.schema, "column": table.column}
        for verb, statement in VERBS.items():
            refused = await walls.refuses(statement.format(**words))
            if refused == (verb in table.allowed(walls.service)):
                found.append(f"{walls.role} {verb} {table.name}: refused={refused}")
    assert {table.schema for table in tables} == set(SERVICES)
    nothing_in(found)


async def test_a_service_changes_the_shape_of_no_schema(walls: Walls) -> None:
    statements = [text.format(schema=schema) for schema in SERVICES for text in OF_A_SCHEMA]
    nothing_in([text for text in statements if not await walls.refuses(text)])


async def test_a_service_draws_numbers_from_its_own_sequences_only(walls: Walls) -> None:
    sequences = await walls.relations(b"S")
    assert {sequence.schema for sequence in sequences} == set(SERVICES)
    nothing_in(
        [
            f"{walls.role} {verb} {sequence.name}"
            for sequence in sequences
            for verb, statement in OF_A_SEQUENCE.items()
            if await walls.refuses(statement.format(sequence=sequence.name))
            == (sequence.schema == walls.service and verb in MAY_OF_OWN_SEQUENCE)
        ]
    )


async def test_a_service_calls_no_function_of_another_schema(walls: Walls) -> None:
    asked = (list(SERVICES), walls.service, walls.role)
    nothing_in([row[0] for row in await walls.administrator.fetch(_FUNCTIONS, *asked)])


async def test_a_service_owns_nothing_is_a_member_of_nothing_and_can_give_nothing_away(
    walls: Walls,
) -> None:
    nothing_in([row[0] for row in await walls.administrator.fetch(_OWNED, walls.role)])
