"""Sandbox partners: one of every kind, their secrets in files alone, never beside real partners."""

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr
from sqlalchemy import text

from chassis.database import Database
from chassis.migrations import head_revision
from deploy.databases import Databases
from deploy.first_partner import NotTheFirst, make_first
from deploy.keyrings import PARTNERS, SANDBOX, kept
from deploy.partner import assertion
from deploy.run import _sandbox_commands, _wants_sandbox
from deploy.sandbox import make_sandbox
from deploy.settings import RunSettings
from gateway.partners.clients.commands import Partner, System, registered
from gateway.partners.kinds import KINDS, STRONG, scopes_of
from gateway.settings import Settings
from tests.conftest import CURSOR_SECRET, as_role

URL = "http://acdt.test"


@pytest.fixture
async def database(fresh_url: str) -> AsyncIterator[Database]:
    settings = Settings(
        database_url=as_role(fresh_url, "gateway_runtime"),
        cursor_secret=SecretStr(CURSOR_SECRET),
        durable=False,
    )
    opened = Database(settings, schema="gateway", revision=head_revision("gateway"))
    await opened.open()
    yield opened
    await opened.close()


async def made(database: Database, folder: Path) -> None:
    async with database.writing() as session:
        await make_sandbox(session, folder)


async def counted(database: Database, table: str) -> int:
    ((count,),) = await database.reads.fetch(f"SELECT count(*) FROM gateway.{table}")
    return int(count)


async def test_there_is_one_of_every_kind_and_starting_again_makes_none(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await made(database, tmp_path)
    assert {path.stem for path in (tmp_path / SANDBOX).glob("*.json")} == KINDS.keys()
    before = await counted(database, "client")
    await made(database, tmp_path)
    assert await counted(database, "client") == before
    assert await counted(database, "organisation") == len(KINDS)
    rows = await database.reads.fetch("SELECT siret FROM gateway.organisation")
    assert {row["siret"] for row in rows} == {None}
    said = "".join(capsys.readouterr())
    for kind in KINDS:
        keyring = kept(tmp_path / SANDBOX, kind)
        assert keyring is not None
        assert keyring["client_secret"] not in said
        assert ("private_key" in keyring) == bool(scopes_of(kind) & STRONG)


async def test_only_their_owner_reads_the_files(database: Database, tmp_path: Path) -> None:
    await made(database, tmp_path)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / SANDBOX).iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / SANDBOX).stat().st_mode) == 0o700


async def test_lost_credentials_are_made_again(database: Database, tmp_path: Path) -> None:
    await made(database, tmp_path)
    (tmp_path / SANDBOX / "commune.json").unlink()
    await made(database, tmp_path)
    assert kept(tmp_path / SANDBOX, "commune") is not None


async def test_a_partner_of_an_older_release_is_made_again_with_the_rights_of_this_one(
    database: Database, tmp_path: Path
) -> None:
    await made(database, tmp_path)
    async with database.writing() as session:
        older = "UPDATE gateway.client SET scopes = ARRAY['partners:read'] WHERE id = :id"
        keyring = kept(tmp_path / SANDBOX, "commune")
        assert keyring is not None
        await session.execute(text(older), {"id": keyring["client_id"]})

    await made(database, tmp_path)

    anew = kept(tmp_path / SANDBOX, "commune")
    assert anew is not None
    rows = await database.reads.fetch(
        "SELECT scopes FROM gateway.client WHERE id = $1", anew["client_id"]
    )
    assert set(rows[0]["scopes"]) == scopes_of("commune") - STRONG


async def test_none_is_made_beside_a_real_partner(database: Database, tmp_path: Path) -> None:
    real = System("Outil", "production", ["partners:read"], [])
    async with database.writing() as session:
        await registered(session, Partner("commune", "Ville", None), real)
    await made(database, tmp_path)
    assert await counted(database, "organisation") == 1
    assert not (tmp_path / SANDBOX).exists()


def test_unasked_they_are_made_on_our_own_server_alone() -> None:
    embedded = Databases({}, {}, "postgresql://x/acdt", "postgresql://x/postgres")
    elsewhere = Databases({}, {}, "postgresql://x/acdt")
    assert _wants_sandbox(RunSettings(), embedded)
    assert not _wants_sandbox(RunSettings(), elsewhere)
    assert _wants_sandbox(RunSettings(sandbox=True), elsewhere)
    assert not _wants_sandbox(RunSettings(sandbox=False), embedded)


async def test_the_commands_that_are_shown_hold_no_secret(
    database: Database, tmp_path: Path
) -> None:
    assert _sandbox_commands(tmp_path, URL) == []
    await made(database, tmp_path)
    shown = "\n".join(_sandbox_commands(tmp_path, URL))
    keyring = json.loads((tmp_path / SANDBOX / "commune.json").read_text())
    assert keyring["client_secret"] not in shown
    assert "/oauth/token" in shown
    assert "commune.curl" in shown
    assert "/v1/me" in shown


async def test_who_approves_signs_its_assertion(database: Database, tmp_path: Path) -> None:
    await made(database, tmp_path)
    keyring = kept(tmp_path / SANDBOX, "ministry")
    assert keyring is not None
    read = jwt.decode(assertion(keyring, URL), ECKey.import_key(keyring["private_key"]))
    assert read.claims["aud"] == URL
    assert read.claims["iss"] == read.claims["sub"] == keyring["signing_client_id"]
    rows = await database.reads.fetch(
        "SELECT 1 FROM gateway.client_key WHERE client_id = $1 AND kid = $2",
        *(keyring["signing_client_id"], read.header["kid"]),
    )
    assert len(rows) == 1


async def test_two_first_partners_are_made_and_no_third(database: Database, tmp_path: Path) -> None:
    async with database.writing() as session:
        for kind in ("ministry", "acv_directorate"):
            path = await make_first(session, tmp_path, kind=kind, name="Direction")
            assert path.parent == tmp_path / PARTNERS
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(NotTheFirst, match="access-requests"):
            await make_first(session, tmp_path, kind="ministry", name="Troisième")
    assert await counted(database, "client") == 2


async def test_the_first_partner_is_of_a_kind_that_approves_everywhere(
    database: Database, tmp_path: Path
) -> None:
    async with database.writing() as session:
        with pytest.raises(NotTheFirst, match="ministry"):
            await make_first(session, tmp_path, kind="commune", name="Ville")
