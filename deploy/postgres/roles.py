"""Per service: an owner, a migrator and a runtime role that cannot leave its schema."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping

import asyncpg

from deploy.names import LOGIN_ROLES

_TIMEOUTS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
RUNTIME_SETTINGS = {**_TIMEOUTS, "jit": "off", "synchronous_commit": "on", "timezone": "UTC"}
_MIGRATOR_SETTINGS = {"lock_timeout": "2s", "idle_in_transaction_session_timeout": "60s"}
_CONNECTIONS = {"migrator": 5, "runtime": 100}


class ForeignRoles(RuntimeError):
    """The roles of the server are another installation's: a new password would cut it off."""


async def prepare_roles(
    url: str,
    services: tuple[str, ...],
    *,
    passwords: Mapping[str, str] | None = None,
    replace: bool = True,
) -> None:
    """Create or correct the roles, schemas and rights of `services`, all or nothing.

    `url` is an administrator's, on the product's database. `passwords` gives one per login role;
    without it the server must know the roles by other means, as over the embedded socket.
    Roles belong to the server, not to the database: without `replace`, a role that is there keeps
    its password.

    Raises:
        ForeignRoles: without `replace`, a role that is there refuses our password.
    """
    given = dict(passwords or {})
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            # Two deployments at once would collide on the catalogues.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('acdt roles'))")
            known = {row[0] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
            if not replace:
                given = await _without_working(url, given, known=known)
            await _close_database(connection)
            for service in services:
                statements = [*_roles(service, known, passwords=given), *_schema(service)]
                await connection.execute(";\n".join(statements))
                await _let_connect(connection, service)
    finally:
        await connection.close()


async def prepare_database(url: str, name: str) -> None:
    """Create the database `name` on the server of `url` if it is missing."""
    connection = await asyncpg.connect(url)
    try:
        question = "SELECT 1 FROM pg_database WHERE datname = $1"
        if not await connection.fetchval(question, name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


def scram_verifier(password: str, *, salt: bytes | None = None) -> str:
    """Return what PostgreSQL keeps instead of a password, so that no log ever sees it.

    Source: RFC 5802, RFC 7677.
    """
    salt = salt or secrets.token_bytes(16)
    rounds = 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    client = hmac.digest(salted, b"Client Key", "sha256")
    server = hmac.digest(salted, b"Server Key", "sha256")
    stored = hashlib.sha256(client).digest()
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{parts[0]}${parts[1]}:{parts[2]}"


def _roles(service: str, known: set[str], *, passwords: Mapping[str, str]) -> Iterator[str]:
    owner = f"{service}_owner"
    if owner not in known:
        yield f"CREATE ROLE {owner} NOLOGIN"
    # Whoever administers without being superuser needs to be a member to hand the schema over.
    yield f"GRANT {owner} TO CURRENT_USER"
    for kind in LOGIN_ROLES:
        role = f"{service}_{kind}"
        if role not in known:
            yield f"CREATE ROLE {role} LOGIN NOINHERIT"
        yield f"ALTER ROLE {role} CONNECTION LIMIT {_CONNECTIONS[kind]}"
        if role in passwords:
            yield f"ALTER ROLE {role} PASSWORD '{scram_verifier(passwords[role])}'"
    yield f"GRANT {owner} TO {service}_migrator"
    yield f"ALTER ROLE {service}_runtime SET search_path = {service}"
    for kind, settings in (("runtime", RUNTIME_SETTINGS), ("migrator", _MIGRATOR_SETTINGS)):
        for name, value in settings.items():
            yield f"ALTER ROLE {service}_{kind} SET {name} = '{value}'"


def _schema(service: str) -> Iterator[str]:
    owner, runtime = f"{service}_owner", f"{service}_runtime"
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner}"
    yield f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}"
    yield f"REVOKE ALL ON SCHEMA {service} FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {service} TO {runtime}"
    here = f"{defaults} IN SCHEMA {service}"
    yield f"{here} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {runtime}"
    yield f"{here} GRANT USAGE ON SEQUENCES TO {runtime}"
    yield f"{defaults} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    yield f"{here} GRANT EXECUTE ON FUNCTIONS TO {runtime}"


async def _without_working(
    url: str, passwords: Mapping[str, str], *, known: set[str]
) -> dict[str, str]:
    """Return the passwords of the roles to be made; those that are there must accept theirs."""
    there = [role for role in passwords if role in known]
    accepted = await asyncio.gather(*(_accepts(url, role, passwords[role]) for role in there))
    refused = [role for role, works in zip(there, accepted, strict=True) if not works]
    if refused:
        raise ForeignRoles(", ".join(refused))
    return {role: password for role, password in passwords.items() if role not in known}


async def _accepts(url: str, role: str, password: str) -> bool:
    """Tell whether a role may log in with a password; to which database is another question."""
    try:
        connection = await asyncpg.connect(url, user=role, password=password)
    except asyncpg.InvalidPasswordError:
        return False
    except (asyncpg.InsufficientPrivilegeError, asyncpg.TooManyConnectionsError):
        return True  # said once the password is checked
    await connection.close()
    return True


async def _close_database(connection: asyncpg.Connection) -> None:
    """Take the database and its `public` schema away from roles that nobody named."""
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")


async def _let_connect(connection: asyncpg.Connection, service: str) -> None:
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    for kind in LOGIN_ROLES:
        await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {service}_{kind}")
    # Imports stage their rows in tables that only their own session sees.
    await connection.execute(f"GRANT TEMPORARY ON DATABASE {name} TO {service}_runtime")
