"""What killed runs leave behind, and what takes it away."""

import subprocess
import sys
from pathlib import Path

import pytest

from chassis.embedded import embedded_server, remove, start
from chassis.embedded_place import EmbeddedPostgresError, place_for
from deploy.clean import sweep
from deploy.kept import ROOT
from tests.deploy.running import gone


def ended_process() -> int:
    """Return the number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_server_that_a_killed_run_left_is_stopped_and_deleted() -> None:
    folder = ROOT / ".data" / "swept"
    data = folder / f"test-{ended_process()}"
    folder.mkdir(parents=True, exist_ok=True)
    data.with_name(f"{data.name}.lock").touch()
    place = start(place_for(data), durable=False)
    server = int((place.data / "postmaster.pid").read_text().splitlines()[0])
    sweep(folder)
    assert gone(server)
    assert not place.data.exists()
    assert not place.socket.exists()
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_nothing_of_a_living_run_is_swept(tmp_path: Path) -> None:
    mine = [tmp_path / "postgres.lock", tmp_path / "test-1.lock"]
    for lock in mine:
        lock.touch()
    sweep(tmp_path)
    assert all(lock.exists() for lock in mine)


def test_a_server_in_use_is_not_removed(admin_url: str) -> None:
    assert admin_url
    data = ROOT / ".data" / "swept-busy"
    try:
        with embedded_server(data, durable=False):
            with pytest.raises(EmbeddedPostgresError, match="is in use"):
                remove(data)
            assert (place_for(data).data / "postmaster.pid").exists()
    finally:
        remove(data)
    assert not place_for(data).data.exists()
