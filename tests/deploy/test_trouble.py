"""What a person reads when the database, or a setting, does not fit: one line, and no secret."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from chassis.testing import url_of
from deploy.kept import ROOT
from tests.deploy.running import free_port

PASSWORD = "canary-password"


def said(command: str, data: Path, environment: dict[str, str], *, code: int = 1) -> str:
    """Run a command of the product that must fail; return what it printed."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_URL")}
    ended = subprocess.run(  # noqa: S603 -- our own commands
        [sys.executable, "-m", *command.split()],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(data), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == code, ended.stdout
    assert "Traceback" not in ended.stdout
    assert PASSWORD not in ended.stdout
    return ended.stdout


def _tcp(port: int, database: str = "acdt") -> str:
    return f"postgresql://boss:{PASSWORD}@127.0.0.1:{port}/{database}"


@pytest.mark.parametrize("command", ["deploy.migrate", "deploy.seed"])
def test_a_closed_port_is_said_with_its_address(tmp_path: Path, command: str) -> None:
    port = free_port()
    (line,) = said(command, tmp_path, {"DATABASE_URL": _tcp(port)}).splitlines()
    assert f"boss@127.0.0.1:{port}/acdt" in line
    assert "start PostgreSQL, or correct the address" in line


def test_the_start_says_it_too_and_ends(tmp_path: Path) -> None:
    port = str(free_port())
    lines = said("deploy", tmp_path, {"DATABASE_URL": _tcp(free_port()), "PORT": port}).splitlines()
    assert "start PostgreSQL, or correct the address" in lines[0]
    assert lines[-1] == "The product does not start: the database is not ready, see above"
    assert len(lines) <= 3, lines


def test_a_missing_database_and_a_missing_role_are_said(admin_url: str, tmp_path: Path) -> None:
    missing = said(
        "deploy.migrate", tmp_path, {"DATABASE_URL": url_of(admin_url, database="absent")}
    )
    assert 'database "absent" does not exist: create it with `createdb`' in missing
    stranger = url_of(admin_url, database="postgres", user="nobody_of_ours")
    assert "correct the role" in said("deploy.migrate", tmp_path, {"DATABASE_URL": stranger})


async def test_an_unsafe_server_is_refused_before_anything_is_made_on_it(
    admin_url: str, tmp_path: Path
) -> None:
    """The server of the tests may lose what it acknowledged."""
    admin = await asyncpg.connect(admin_url)
    await admin.execute("CREATE DATABASE unsafe")
    (line,) = said(
        "deploy.migrate", tmp_path, {"DATABASE_URL": url_of(admin_url, database="unsafe")}
    ).splitlines()
    assert "fsync is off, must be on" in line
    inside = await asyncpg.connect(url_of(admin_url, database="unsafe"))
    assert await inside.fetchval("SELECT to_regnamespace('towns')") is None
    await inside.close()
    await admin.execute("DROP DATABASE unsafe")
    await admin.close()


def test_an_outdated_schema_is_said_by_the_server_that_needs_it(
    seeded_url: str, tmp_path: Path
) -> None:
    url = url_of(seeded_url, database="postgres", user="towns_runtime")
    settings = {"TOWNS_DATABASE_URL": url, "TOWNS_DURABLE": "false", "CURSOR_SECRET": "x" * 32}
    command = f"deploy.serve towns --port {free_port()}"
    told = said(command, tmp_path, settings, code=3)
    assert "the schema towns is missing: run `make migrate`" in told


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({"MODE": "five"}, "MODE=five does not fit: input should be", id="mode"),
        pytest.param({"PORT": "abc"}, "PORT=abc does not fit: input should be", id="port"),
        pytest.param({"WORKERS": "0"}, "WORKERS=0 does not fit", id="workers"),
        pytest.param({"LOG_FORMAT": "xml"}, "LOG_FORMAT=xml does not fit", id="format"),
        pytest.param({"DATABASE_URL": "mysql://x/y"}, "must start with postgresql", id="scheme"),
        pytest.param(
            {"DATABASE_URL": "postgresql://h/d", "ADOPT_ROLES": "si"},
            "ADOPT_ROLES must be true or false",
            id="adopt",
        ),
        pytest.param({"HOST": "192.0.2.1"}, "it cannot listen at 192.0.2.1", id="host"),
    ],
)
def test_a_misfit_setting_is_one_sentence(
    admin_url: str, tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    environment = {"DATABASE_URL": url_of(admin_url, database="postgres"), **settings}
    (line,) = said("deploy", tmp_path, environment).splitlines()
    assert line.startswith("The product does not start: ")
    assert sentence in line


def test_a_secret_that_does_not_fit_is_not_repeated(tmp_path: Path) -> None:
    url = _tcp(free_port())
    environment = {"TOWNS_DATABASE_URL": url, "CURSOR_SECRET": PASSWORD}
    assert "CURSOR_SECRET does not fit" in said("deploy.serve towns", tmp_path, environment)
