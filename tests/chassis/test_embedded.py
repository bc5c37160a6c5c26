"""The embedded PostgreSQL: started from a wheel, reused, taken over from a killed run."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from chassis.embedded import embedded_server
from chassis.embedded_place import EmbeddedPostgresError, discard, place_for

OWNER = """
import sys, time
from pathlib import Path
from chassis.embedded import embedded_server
with embedded_server(Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a data folder whose server is stopped at the end, whatever the test did."""
    folder = tmp_path_factory.mktemp("embedded") / "postgres"
    yield folder
    with embedded_server(folder, durable=False):
        pass
    discard(folder)


def owner(data: Path) -> "subprocess.Popen[str]":
    """Start another process that owns the server on `data`; return it once the server runs."""
    command = [sys.executable, "-c", OWNER, str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


async def asked(url: str, question: str) -> object:
    """Return the one value that `question` gives."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def refuses(url: str) -> bool:
    """Tell whether nobody answers at `url`."""
    try:
        await asked(url, "SELECT 1")
    except OSError:
        return True
    return False


async def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    with embedded_server(data, durable=False) as url:
        await asked(url, "CREATE TABLE kept (n int)")
    assert await refuses(url)
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT count(*) FROM kept") == 0


async def test_a_server_for_use_is_durable_and_checks_its_pages(data: Path) -> None:
    with embedded_server(data) as url:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await asked(url, f"SHOW {name}") == "on", name
        assert await asked(url, "SHOW jit") == "off"
        assert await asked(url, "SHOW listen_addresses") == ""


async def test_a_server_for_tests_says_that_it_is_not_durable(data: Path) -> None:
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SHOW fsync") == "off"


async def test_a_killed_run_leaves_a_server_that_the_next_takes_over_and_stops(data: Path) -> None:
    killed = owner(data)
    killed.kill()
    killed.communicate()
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1
    assert await refuses(url)


async def test_a_killed_server_blocks_nothing(data: Path) -> None:
    process = owner(data)
    postmaster = int((place_for(data).data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    process.kill()
    process.communicate()
    await asyncio.sleep(0.2)
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1


async def test_a_killed_server_comes_back_once_its_last_child_is_gone(data: Path) -> None:
    told: list[str] = []
    with embedded_server(data, durable=False, told=told.append) as url:
        connection = await asyncpg.connect(url)
        child = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(child, signal.SIGSTOP)
        os.kill(int((place_for(data).data / "postmaster.pid").read_text().split()[0]), 9)
        await asyncio.sleep(1.5)
        assert told[1:] == ["PostgreSQL ended; starting it again"]
        os.kill(child, signal.SIGKILL)
        for _ in range(100):
            if len(told) > 2:
                break
            await asyncio.sleep(0.1)
        assert told[2:] == ["PostgreSQL is back"]
        assert await asked(url, "SELECT 1") == 1
        connection.terminate()
    assert await refuses(url)


async def test_it_says_whether_it_starts_a_server_takes_one_over_or_uses_one(data: Path) -> None:
    told: list[str] = []
    other = owner(data)
    with embedded_server(data, durable=False, told=told.append):
        other.kill()
        other.communicate()
    for _ in range(2):
        with embedded_server(data, durable=False, told=told.append):
            pass
    assert [line.partition(" PostgreSQL")[0] for line in told] == [
        "using the running",
        "taking over the running",
        "starting",
    ]


async def test_a_pid_file_that_now_names_another_program_is_ignored(data: Path) -> None:
    with embedded_server(data, durable=False):
        pid_file = place_for(data).data / "postmaster.pid"
        text = pid_file.read_text()
    own = "\n".join([str(os.getpid()), *text.splitlines()[1:]])
    pid_file.write_text(own + "\n")
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1


async def test_a_second_process_shares_the_server_and_leaves_it_running(data: Path) -> None:
    first = owner(data)
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1
    assert await asked(url, "SELECT 1") == 1
    first.send_signal(signal.SIGINT)
    first.communicate()
    assert await refuses(url)


async def test_an_interrupted_creation_is_begun_again(data: Path) -> None:
    half = data.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded_server(data, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root borrows another user")
async def test_root_keeps_its_private_folders_private(data: Path) -> None:
    home = data.parent / "home"
    home.mkdir(mode=0o700)
    hidden = home / "checkout" / ".data" / "postgres"
    with embedded_server(hidden, durable=False) as url:
        assert await asked(url, "SELECT 1") == 1
        moved = place_for(hidden)
    assert home.stat().st_mode & 0o777 == 0o700
    assert moved.data != hidden
    assert moved.data.stat().st_mode & 0o777 == 0o700
    discard(hidden)


def test_a_socket_folder_made_by_someone_else_is_refused(data: Path) -> None:
    folder = place_for(data).socket
    folder.rmdir()
    folder.symlink_to(data.parent)
    try:
        with pytest.raises(EmbeddedPostgresError, match="someone else"), embedded_server(data):
            pass
    finally:
        folder.unlink()


def test_the_socket_path_fits_the_system_limit(data: Path) -> None:
    assert len(str(place_for(data).socket / ".s.PGSQL.5432")) < 100
