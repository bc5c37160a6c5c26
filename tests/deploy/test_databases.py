"""Where the environment says that the databases are, and the secrets that are kept beside them."""

import stat
from pathlib import Path

import pytest

from deploy.databases import DatabaseSettingsError, administered, databases
from deploy.kept import kept_secret, role_passwords
from deploy.names import SCHEMAS


def test_one_address_becomes_a_role_with_a_password_for_each_service(tmp_path: Path) -> None:
    found = administered(
        {"DATABASE_URL": "postgresql://boss:pw@db:5433/acdt?sslmode=require"}, tmp_path
    )
    for service in SCHEMAS:
        password = found.passwords[f"{service}_runtime"]
        assert found.runtime[service] == (
            f"postgresql://{service}_runtime:{password}@db:5433/acdt?sslmode=require"
        )
        assert found.migrators[service] != found.runtime[service]
    assert len(set(found.passwords.values())) == 2 * len(SCHEMAS)
    again = administered(
        {"DATABASE_URL": "postgresql://boss:new@db:5433/acdt?sslmode=require"}, tmp_path
    )
    assert again.passwords == found.passwords


def test_services_are_told_their_own_address_and_never_the_administrator_s(tmp_path: Path) -> None:
    found = administered({"DATABASE_URL": "postgresql://boss:pw@db/acdt"}, tmp_path)
    assert found.environment().keys() == {f"{name.upper()}_DATABASE_URL" for name in SCHEMAS}
    assert not any("boss" in value for value in found.environment().values())


def test_an_address_without_a_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseSettingsError, match="name of a database"):
        administered({"DATABASE_URL": "postgresql://boss:pw@db"}, tmp_path)


def test_addresses_for_some_services_only_are_refused(tmp_path: Path) -> None:
    environment = {"TOWNS_DATABASE_URL": "postgresql://towns_runtime@db/acdt"}
    with (
        pytest.raises(DatabaseSettingsError, match="FUNDING_DATABASE_URL"),
        databases(environment, tmp_path),
    ):
        pass


def test_addresses_for_all_with_an_administrator_name_the_passwords(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://boss@db/acdt"}
    for name in SCHEMAS:
        environment[f"{name.upper()}_DATABASE_URL"] = f"postgresql://{name}_runtime:r%40@db/acdt"
        environment[f"{name.upper()}_MIGRATOR_URL"] = f"postgresql://{name}_migrator:m@db/acdt"
    with databases(environment, tmp_path) as found:
        assert found.administrator == environment["DATABASE_URL"]
        assert found.passwords["towns_runtime"] == "r@"
        assert found.passwords["funding_migrator"] == "m"
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_made_up_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "new", "cursor_secret")
    assert len(first) >= 32
    assert kept_secret(tmp_path / "new", "cursor_secret") == first
    assert role_passwords(tmp_path / "new", "db:5432", roles=["a"])["a"] != first
    for file in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_server_has_passwords_of_its_own(tmp_path: Path) -> None:
    one = role_passwords(tmp_path, "one:5432", roles=["towns_runtime"])
    other = role_passwords(tmp_path, "other:5432", roles=["towns_runtime"])
    assert one != other


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("boss@db:5432/a", "other@db/b", True, id="the port is the usual one"),
        pytest.param("boss@localhost/a", "boss@127.0.0.1:5432/a", True, id="names of here"),
        pytest.param("boss@[::1]/a", "boss@127.0.0.1:5432/a", True, id="also in IPv6"),
        pytest.param("boss@/a?host=/run/pg", "boss@/b?host=/run/pg", True, id="one socket"),
        pytest.param("boss@db:5432/a", "boss@db:5433/a", False, id="another port"),
        pytest.param("boss@db1/a", "boss@db2/a", False, id="another host"),
    ],
)
def test_passwords_go_with_the_server_and_not_with_the_database(
    tmp_path: Path, one: str, other: str, *, same: bool
) -> None:
    first, second = (
        administered({"DATABASE_URL": f"postgresql://{place}"}, tmp_path).passwords
        for place in (one, other)
    )
    assert (first == second) is same
