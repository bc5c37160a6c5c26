"""The roles of a service: what the database refuses them, whoever asks in their name."""

import asyncio
import base64
import secrets

import asyncpg
import pytest

from chassis.testing import url_of
from deploy.names import SCHEMAS
from deploy.postgres.roles import prepare_roles, scram_verifier
from tests.conftest import as_role

FORBIDDEN = (
    "CREATE TABLE public.mine (n int)",
    "CREATE SCHEMA mine",
    "SET ROLE {service}_owner",
    "SET ROLE {service}_migrator",
    "SET SESSION AUTHORIZATION postgres",
    "SELECT pg_read_file('PG_VERSION')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "ALTER ROLE {service}_runtime SUPERUSER",
)
"""Beside what tests/security/test_database_walls.py tries on every table and schema."""
LIMITS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
    "synchronous_commit": "on",
    "TimeZone": "UTC",
}


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("service", SCHEMAS)
async def test_the_runtime_role_cannot(seeded_url: str, service: str, statement: str) -> None:
    connection = await asyncpg.connect(as_role(seeded_url, f"{service}_runtime"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement.format(service=service))
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", ["runtime", "migrator"])
@pytest.mark.parametrize("service", SCHEMAS)
async def test_no_role_reaches_another_schema(seeded_url: str, service: str, kind: str) -> None:
    connection = await asyncpg.connect(as_role(seeded_url, f"{service}_{kind}"))
    try:
        for other in set(SCHEMAS) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SELECT 1 FROM {other}.event")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SET ROLE {other}_owner")
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SCHEMAS)
async def test_the_runtime_role_is_bounded(seeded_url: str, service: str) -> None:
    connection = await asyncpg.connect(as_role(seeded_url, f"{service}_runtime"))
    try:
        for name, value in LIMITS.items():
            assert await connection.fetchval(f"SHOW {name}") == value
        assert await connection.fetchval("SHOW search_path") == service
    finally:
        await connection.close()


async def test_preparing_again_or_at_the_same_time_changes_nothing(fresh_url: str) -> None:
    await asyncio.gather(*(prepare_roles(fresh_url, SCHEMAS) for _ in range(4)))
    connection = await asyncpg.connect(as_role(fresh_url, "towns_runtime"))
    try:
        assert await connection.fetchval("SELECT count(*) FROM town") == 233
    finally:
        await connection.close()


async def test_a_prepared_database_is_closed_to_whoever_nobody_named(fresh_url: str) -> None:
    await prepare_roles(fresh_url, SCHEMAS)
    runtime = await asyncpg.connect(as_role(fresh_url, "towns_runtime"))
    try:
        await runtime.execute("CREATE TEMPORARY TABLE staged (n int) ON COMMIT DROP")
        for right in ("CONNECT", "TEMPORARY", "CREATE"):
            question = "SELECT has_database_privilege('public', current_database(), $1)"
            assert not await runtime.fetchval(question, right), right
    finally:
        await runtime.close()


async def test_an_administrator_without_superuser_can_prepare(admin_url: str) -> None:
    """As on a managed server, where nobody is superuser."""
    mark = secrets.token_hex(4)
    service, administrator, database = f"svc{mark}", f"admin_{mark}", f"managed_{mark}"
    superuser = await asyncpg.connect(admin_url)
    try:
        await superuser.execute(f"CREATE ROLE {administrator} LOGIN CREATEROLE")
        await superuser.execute(f"CREATE DATABASE {database} OWNER {administrator}")
        managed = url_of(admin_url, database=database, user=administrator)
        for _ in range(2):
            await prepare_roles(managed, (service,), passwords={f"{service}_runtime": "secret"})
        runtime = await asyncpg.connect(as_role(managed, f"{service}_runtime"))
        assert await runtime.fetchval("SHOW search_path") == service
        await runtime.close()
        kept = await superuser.fetchval(
            "SELECT rolpassword FROM pg_authid WHERE rolname = $1", f"{service}_runtime"
        )
        assert kept.startswith("SCRAM-SHA-256$4096:")
    finally:
        await superuser.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        for role in (f"{service}_runtime", f"{service}_migrator", f"{service}_owner"):
            await superuser.execute(f"DROP ROLE IF EXISTS {role}")
        await superuser.execute(f"DROP ROLE IF EXISTS {administrator}")
        await superuser.close()


async def test_the_verifier_is_the_one_that_postgres_makes(admin_url: str) -> None:
    """PostgreSQL accepts any text that looks like a verifier: only equality proves ours right."""
    role = f"scram_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"CREATE ROLE {role} PASSWORD 'pencil and more'")
        made = await connection.fetchval(
            "SELECT rolpassword FROM pg_authid WHERE rolname = $1", role
        )
        salt = made.split("$")[1].split(":")[1]
        assert scram_verifier("pencil and more", salt=base64.b64decode(salt)) == made
    finally:
        await connection.execute(f"DROP ROLE IF EXISTS {role}")
        await connection.close()
