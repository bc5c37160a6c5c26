"""What was measured, by version."""

import json
from importlib.metadata import version
from pathlib import Path

from chassis.embedded_place import place_for
from tests.bench.debian import program
from tests.bench.machine import said
from tests.bench.settings import DATA

_OURS = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "uvicorn", "uvloop")
_PEERS = Path(__file__).parent / "peers" / "package.json"


def listed() -> list[str]:
    """Return the versions of what is ours, of the peers, of the tools."""
    peers = json.loads(_PEERS.read_text())["dependencies"]
    nginx = said([program("nginx"), "-v"]).rpartition("/")[2]
    server = place_for(DATA / "postgres").version
    return [
        "Ours: " + ", ".join(f"{name} {version(name)}" for name in _OURS) + ".",
        "Peers: "
        + ", ".join(f"{name} {number}" for name, number in peers.items())
        + f", nginx {nginx}. PostgreSQL {server}.",
    ]
