"""How the journeys of partners ask, approve and wait."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from deploy.keyrings import SANDBOX, kept
from deploy.partner import token


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def approving(api: httpx.Client, data: Path, kind: str) -> dict[str, str]:
    """Return the header of a sandbox partner that proves its key."""
    keyring = kept(data / SANDBOX, kind)
    assert keyring is not None
    return bearer(token(keyring, str(api.base_url).rstrip("/"), with_key=True))


def sent(api: httpx.Client, path: str, body: Any, **headers: str) -> Any:
    """Return the JSON of a change that must be made."""
    answer = api.post(path, json=body, headers=headers)
    assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
    return answer.json()


def within(seconds: float, found: Callable[[], bool]) -> float:
    """Wait until something is so; return how long it took."""
    began = time.monotonic()
    while not found():
        assert time.monotonic() - began < seconds, "too late"
        time.sleep(0.05)
    return time.monotonic() - began
