"""What one installation makes up once and keeps: secrets, in files that only their owner reads."""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """Return where this checkout keeps its database and secrets; whoever writes there makes it."""
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data")


def signing_keys() -> Path:
    """Return the folder of the keys that sign tokens."""
    given = os.environ.get("GATEWAY_SIGNING_KEYS")
    return Path(given) if given else data_folder() / "signing-keys"


def kept_secret(folder: Path, name: str) -> str:
    """Return the secret `name`, made up the first time it is asked for."""
    return kept_secrets(folder, "installation", names=[name])[name]


def role_passwords(folder: Path, server: str, *, roles: Sequence[str]) -> dict[str, str]:
    """Return the passwords of `roles` on a server: all of its databases know the same roles."""
    digest = hashlib.sha256(server.encode()).hexdigest()[:16]
    return kept_secrets(folder, f"roles-{digest}", names=roles)


def kept_secrets(folder: Path, file: str, *, names: Sequence[str]) -> dict[str, str]:
    """Return the secrets of one file; those that it lacks are made up and written."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f"{file}.json", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        known: dict[str, str] = json.loads(stream.read() or "{}")
        missing = {name: secrets.token_urlsafe(32) for name in names if name not in known}
        if missing:
            stream.seek(0)
            stream.write(json.dumps(known | missing, indent=1))
            stream.truncate()
            stream.flush()
            os.fsync(stream.fileno())
    return {name: (known | missing)[name] for name in names}
