"""Several installations on one PostgreSQL server, which asks for passwords as a real one does."""

import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from chassis.embedded import embedded_server
from chassis.embedded_place import discard, place_for
from chassis.testing import url_of
from chassis.trouble import DatabaseTrouble
from deploy.databases import Databases, administered
from deploy.kept import ROOT
from deploy.postgres.roles import prepare_database
from deploy.preparation import prepare

ADMINISTRATOR_ALONE_IS_TRUSTED = "local all postgres trust\nlocal all all scram-sha-256\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Yield the administrator's address of a server of this module's own."""
    data = ROOT / ".data" / f"test-passwords-{os.getpid()}"
    try:
        with embedded_server(data) as url:
            (place_for(data).data / "pg_hba.conf").write_text(ADMINISTRATOR_ALONE_IS_TRUSTED)
            yield url
    finally:
        discard(data)


async def _installed(server: str, database: str, folder: Path, **more: str) -> Databases:
    admin = await asyncpg.connect(server)
    await admin.fetchval("SELECT pg_reload_conf()")
    await admin.close()
    await prepare_database(server, database)
    environment = {"DATABASE_URL": url_of(server, database=database), **more}
    found = administered(environment, folder)
    await prepare(found)
    return found


async def _answers(installation: Databases) -> bool:
    for url in installation.runtime.values():
        connection = await asyncpg.connect(url)
        await connection.close()
    return True


async def test_a_second_installation_leaves_the_first_its_roles(
    server: str, tmp_path: Path
) -> None:
    first = await _installed(server, "one", tmp_path / "one")
    assert await _answers(first)
    with pytest.raises(DatabaseTrouble, match="belong to another installation") as refused:
        await _installed(server, "two", tmp_path / "two")
    assert "TOWNS_DATABASE_URL" in str(refused.value)
    assert await _answers(first), "the refused one has changed the passwords of the first"

    beside = await _installed(server, "three", tmp_path / "one")
    assert beside.passwords == first.passwords
    assert await _answers(first)
    assert await _answers(beside)

    adopting = await _installed(server, "two", tmp_path / "two", ADOPT_ROLES="true")
    assert await _answers(adopting)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _answers(first)


async def test_what_is_up_to_date_is_said_to_be(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await _installed(server, "four", tmp_path, ADOPT_ROLES="true")
    assert "towns: migrated to" in capsys.readouterr().err
    await prepare(first)
    assert capsys.readouterr().err.endswith("the schemas are up to date\n")
