"""The committed contracts of the services, read from their folder at start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

Contract = dict[str, Any]

SERVICES = ("towns", "trainings", "funding", "evaluation")
"""The services behind the gateway, in the order readers see them."""

SHIPPED = Path(__file__).resolve().parent.parent / "services"
"""Where the distribution keeps `<service>/openapi.json`."""

OWN = "gateway"
"""The gateway's own service: the registry of partners, always in the gateway's process."""

_OWN_CONTRACT = Path(__file__).resolve().parent / "partners" / "openapi.json"


class ContractMissing(Exception):
    """A service without its committed contract: the gateway cannot know what it serves."""


def committed(folder: Path, services: tuple[str, ...] = SERVICES) -> Mapping[str, Contract]:
    """Read the contract of each service.

    Raises:
        ContractMissing: a service has no `openapi.json` under `folder`.
    """
    return {service: _read(folder / service / "openapi.json") for service in services}


def registry_contract() -> Contract:
    """Read the contract of the registry of partners."""
    return _read(_OWN_CONTRACT)


def _read(path: Path) -> Contract:
    if not path.is_file():
        raise ContractMissing(f"no contract at {path.parent.name}/{path.name}")
    contract: Contract = orjson.loads(path.read_bytes())
    return contract
