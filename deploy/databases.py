"""Where the services find their schemas: embedded server, one `DATABASE_URL`, one URL each."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from chassis.embedded import Pause, embedded_server
from deploy.kept import role_passwords
from deploy.names import LOGIN_ROLES, SCHEMAS
from deploy.progress import say

DATABASE = "acdt"


class DatabaseSettingsError(ValueError):
    """The environment names the databases in a way that cannot work."""


@dataclass(frozen=True, slots=True)
class Databases:
    """The addresses of every schema.

    And of the administrator if the roles are ours to make, of the server if the database is too.
    Passwords that somebody named replace those of the server; those that we made up do not.
    """

    runtime: Mapping[str, str]
    migrators: Mapping[str, str]
    administrator: str | None = None
    server: str | None = None
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    replace_passwords: bool = True

    def environment(self) -> dict[str, str]:
        """Return the variables that tell each service its own address."""
        return {f"{name.upper()}_DATABASE_URL": url for name, url in self.runtime.items()}


class Preparation(NamedTuple):
    """What is to be prepared before the product starts; credentials of a sandbox go to a folder."""

    databases: Databases
    cursor_secret: str
    sandbox: Path | None


@contextmanager
def databases(
    environment: Mapping[str, str], folder: Path, *, pause: Pause = time.sleep
) -> Iterator[Databases]:
    """Yield the addresses that the environment asks for; an embedded server runs meanwhile.

    `pause` is called wherever it waits; it may raise.

    Raises:
        DatabaseSettingsError: some services have an address and others none.
        EmbeddedPostgresError: no address is given and the wheel's server cannot run.
    """
    named = [name for name in SCHEMAS if environment.get(f"{name.upper()}_DATABASE_URL")]
    if named:
        yield _one_each(environment)
    elif environment.get("DATABASE_URL"):
        yield administered(environment, folder)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        data = folder / "postgres"
        data.with_name("postgres.lock").touch()  # for `make clean`, wherever the data are
        with embedded_server(data, told=say, pause=pause) as url:
            yield embedded(url)


def embedded(url: str) -> Databases:
    """Return the addresses on the embedded server, where the socket's folder is the lock."""
    administrator = urlsplit(url)._replace(path=f"/{DATABASE}").geturl()
    migrators = _addresses(administrator, "migrator", {})
    return Databases(_addresses(administrator, "runtime", {}), migrators, administrator, url)


def administered(environment: Mapping[str, str], folder: Path) -> Databases:
    """Return the addresses on a server where `DATABASE_URL` lets us make the roles.

    Raises:
        DatabaseSettingsError: the address is not one, or does not say which database.
    """
    url = environment["DATABASE_URL"]
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise DatabaseSettingsError("DATABASE_URL must start with postgresql://")
    if not parts.path.strip("/"):
        raise DatabaseSettingsError("DATABASE_URL must end with the name of a database")
    adopt = environment.get("ADOPT_ROLES", "false").lower()
    if adopt not in {"true", "false"}:
        raise DatabaseSettingsError("ADOPT_ROLES must be true or false")
    roles = [f"{service}_{kind}" for service in SCHEMAS for kind in LOGIN_ROLES]
    passwords = role_passwords(folder, _server(parts), roles=roles)
    return Databases(
        _addresses(url, "runtime", passwords),
        _addresses(url, "migrator", passwords),
        url,
        passwords=passwords,
        replace_passwords=adopt == "true",
    )


def _server(parts: SplitResult) -> str:
    """Return which server an address leads to: its roles serve all of its databases."""
    place = parts.netloc.rpartition("@")[2].lower()
    asked = parse_qs(parts.query)
    place = place or ":".join(asked.get("host", []) + asked.get("port", []))
    name, _, port = place.rpartition(":")
    if not name or not port.isdigit():
        name, port = place, "5432"
    return f"{'localhost' if name in {'', '127.0.0.1', '[::1]'} else name}:{port}"


def _one_each(environment: Mapping[str, str]) -> Databases:
    """Return the addresses given.

    With an administrator's `DATABASE_URL` beside them, the roles get the passwords that they name:
    this is how a deployment prepares what its services find later without any administrator.
    """

    def named(kind: str) -> dict[str, str]:
        names = {service: f"{service.upper()}_{kind}_URL" for service in SCHEMAS}
        missing = [name for name in names.values() if not environment.get(name)]
        if missing and len(missing) < len(SCHEMAS):
            raise DatabaseSettingsError(f"set also {', '.join(missing)}")
        return {} if missing else {key: environment[name] for key, name in names.items()}

    runtime, migrators = named("DATABASE"), named("MIGRATOR")
    parts = [urlsplit(url) for url in (*runtime.values(), *migrators.values())]
    return Databases(
        runtime,
        migrators,
        environment.get("DATABASE_URL"),
        passwords={
            part.username: unquote(part.password)
            for part in parts
            if part.username and part.password
        },
    )


def _addresses(url: str, kind: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Return the same address for one role of each service."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    found = {}
    for service in SCHEMAS:
        role = f"{service}_{kind}"
        password = f":{quote(passwords[role], safe='')}" if role in passwords else ""
        found[service] = parts._replace(netloc=f"{role}{password}@{place}").geturl()
    return found
