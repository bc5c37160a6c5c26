"""What is wrong with a database, in one line for whoever starts a server: never a password."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import asyncpg
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.database import UnfitDatabase
from chassis.migrations import MigratorBusyError

_KNOWN = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    DBAPIError,
    UnfitDatabase,
    MigratorBusyError,
)
_ADVICE = {
    asyncpg.InvalidPasswordError: "correct the password",
    asyncpg.InvalidAuthorizationSpecificationError: "correct the role, or pg_hba.conf",
    asyncpg.InvalidCatalogNameError: "create it with `createdb`, or correct the address",
    asyncpg.InsufficientPrivilegeError: "give an administrator: CREATEROLE, owner of the database",
    asyncpg.CannotConnectNowError: "try again",
    asyncpg.TooManyConnectionsError: "raise max_connections, or stop other users",
    asyncpg.ClientConfigurationError: "an address is postgresql://user:password@host:5432/name",
    ConnectionRefusedError: "start PostgreSQL, or correct the address",
    socket.gaierror: "correct the name of the host",
    ConnectionError: "the address may not be that of a PostgreSQL",
    TimeoutError: "nothing answers there: correct the address, or open the way to it",
}
_CHECKSUMS = (
    "; to turn checksums on: stop the server, `pg_checksums --enable -D <its data>`, start it"
    " (to try the product without: TOWNS_DURABLE=false, and so for each service)"
)


class DatabaseTrouble(RuntimeError):
    """A database that cannot be worked with; the text is one line: where, what, what to do."""


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Turn what the database at `url` refuses into a `DatabaseTrouble`."""
    try:
        yield
    except _KNOWN as error:
        raise DatabaseTrouble(f"{shown(url)}: {reason(error)}") from error
    except OSError as error:  # a socket that is not there, a certificate that does not fit
        raise DatabaseTrouble(f"{shown(url)}: {error}") from error


def shown(url: str) -> str:
    """Return an address as it may be shown: who, where, which database."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    asked = parse_qs(parts.query)
    name = user.partition(":")[0] or asked.get("user", [""])[0]
    place = place or ",".join(asked.get("host", []))
    return f"{name}@{place}{parts.path}" if name else f"{place}{parts.path}"


def reason(error: BaseException) -> str | None:
    """Return one line about the first trouble with a database that led to `error`, if any did."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, DatabaseTrouble):
            return str(found)
        if isinstance(found, _KNOWN) and not isinstance(found, DBAPIError):
            return _told(found)
        found = found.__cause__ or found.__context__
    return " ".join(str(error).split()) if isinstance(error, DBAPIError) else None


async def explained(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run an app's lifespan; a start that fails for its database says so in one line."""
    failed: list[Message] = []

    async def held(message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            failed.append(message)
        else:
            await send(message)

    try:
        await app(scope, receive, held)
    except Exception as error:
        if failed:
            await send({**failed[0], "message": reason(error) or failed[0].get("message", "")})
        raise
    if failed:
        await send(failed[0])


def _told(error: BaseException) -> str:
    said = str(error.args[0] if isinstance(error, asyncpg.PostgresError) else error)
    said = " ".join(said.split()) or type(error).__name__
    if "data_checksums is" in said:
        return said + _CHECKSUMS
    for kind, advice in _ADVICE.items():
        if isinstance(error, kind):
            return f"{said}: {advice}"
    return said
