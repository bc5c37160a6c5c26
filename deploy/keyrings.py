"""The credentials of partners that an installation makes itself, in files only their owner reads.

`<kind>.json` holds what `python -m deploy.partner` needs, `<kind>.curl` what `curl -K` reads: a
secret in neither the command line nor the terminal's history.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

SANDBOX = "sandbox"
"""The folder of the sandbox partners, in the data folder."""
PARTNERS = "partners"
"""The folder of the first partners of an installation."""

Keyring = Mapping[str, str]


def kept(folder: Path, name: str) -> Keyring | None:
    """Return the credentials kept under a name, or None."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    found: dict[str, str] = json.loads(path.read_text())
    return found


def keep(folder: Path, name: str, *, keyring: Keyring) -> Path:
    """Write credentials whole; return their file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if "client_secret" in keyring:
        pair = f"{keyring['client_id']}:{keyring['client_secret']}"
        _written(folder / f"{name}.curl", f'user = "{pair}"\n')
    return _written(folder / f"{name}.json", json.dumps(keyring, indent=1) + "\n")


def _written(path: Path, text: str) -> Path:
    unfinished = path.with_suffix(f"{path.suffix}.new")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return unfinished.rename(path)
