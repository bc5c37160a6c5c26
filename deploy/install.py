"""Make `.venv` exactly what the lock says; needs nothing but Python's standard library.

Called by the Makefile when the lock is newer than what was installed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "locks" / "dev.txt"
STAMP = VENV / "installed"
_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def main() -> None:
    """Install what the lock lists, with uv if it can, else with pip."""
    begun = time.monotonic()
    python = made_venv()
    lock = LOCK.read_text()
    say(f"installing {lock.count('==')} packages, each checked against its hash")
    if not synced(python, lock):
        say("uv could not; pip takes over, this is slower")
        if not ran(python, *_PIP, "-r", LOCK):
            sys.exit("the packages cannot be installed: see above")
    STAMP.write_text(lock)
    say(f"ready after {time.monotonic() - begun:.0f} s")


_PIP = ("-m", "pip", "--disable-pip-version-check", "install", "--require-hashes")


def say(text: str) -> None:
    """Show what happens, at once."""
    print(f"[install] {text}", flush=True)


def ran(*command: str | Path, env: Mapping[str, str] | None = None) -> bool:
    """Run a command in sight of the caller; tell whether it succeeded."""
    return subprocess.call([str(part) for part in command], env=env) == 0


def made_venv() -> Path:
    """Return the Python of the environment, created unless one of the same version works."""
    python = VENV / "bin" / "python"
    version = sys.version_info[:2]
    if python.exists() and ran(
        python, "-c", f"import sys; sys.exit({version} != sys.version_info[:2])"
    ):
        return python
    say("creating .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if not ran(sys.executable, "-m", "venv", VENV):
        sys.exit("python3 cannot create environments; on Debian: apt install python3-venv")
    return python


def synced(python: Path, lock: str) -> bool:
    """Install with uv, itself installed from its lines of the lock; tell whether it worked."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        wanted = VENV / "uv.txt"
        wanted.write_text(locked(lock, "uv"))
        ran(python, *_PIP, "--quiet", "-r", wanted)
    # The hashes decide what is installed, so any index may bring it.
    trust = ("--compile-bytecode", "--require-hashes", "--index-strategy", "unsafe-best-match")
    command = (uv, "pip", "sync", *trust, "--python", python, LOCK)
    return uv.exists() and ran(*command, env=uv_environment(python))


def locked(lock: str, name: str) -> str:
    """Return the lines of the lock about one package."""
    lines = lock.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(at for at in range(first, len(lines)) if not lines[at].endswith("\\"))
    return "\n".join(lines[first : last + 1]) + "\n"


def uv_environment(python: Path) -> Mapping[str, str]:
    """Return our environment, with pip's settings of indexes under the names that uv reads."""
    command: list[str | Path] = [python, "-m", "pip", "config", "list"]
    known = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout
    environment = {}
    for line in known.splitlines():
        key, _, value = line.partition("=")
        if name := _UV_NAMES.get(key.partition(".")[2]):
            environment[name] = value.strip("'\"")
    return environment | os.environ


if __name__ == "__main__":
    main()
