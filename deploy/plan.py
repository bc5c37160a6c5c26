"""Which processes make the product, in each of the two modes."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket  # noqa: TC003 -- weighs nothing
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from chassis.sockets import bound_socket
from deploy.names import SERVICES


class RunSettings(BaseSettings):
    """How the product is started: `MODE`, `HOST`, `PORT`, `WORKERS`."""

    mode: Literal["single", "distributed"] = "single"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)


@dataclass(frozen=True, slots=True)
class Process:
    """One process to keep alive."""

    name: str
    kind: str
    host: str
    port: int
    environment: Mapping[str, str] = field(repr=False)


class Ports:
    """Ports held for our processes: bound without listening, so that nobody else takes them."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._held: list[socket] = []

    def hold(self, port: int) -> int:
        """Hold a port, or any free one if it is 0; return its number.

        Raises:
            OSError: somebody has it, be it a process of ours that still ends.
        """
        # Without sharing first: with it, the bind would succeed beside a running product.
        with bound_socket(self._host, port, shared=False) as probe:
            number: int = probe.getsockname()[1]
        self._held.append(bound_socket(self._host, number))
        return number

    def release(self) -> None:
        """Give all of them back."""
        for held in self._held:
            held.close()
        self._held.clear()


def planned(
    settings: RunSettings, environment: Mapping[str, str], *, ports: Ports, folder: Path
) -> list[Process]:
    """Return the processes of the product in the order in which they start."""
    public = ports.hold(settings.port)
    shared = dict(environment)
    shared.setdefault("PUBLIC_URL", f"http://{_written(settings.host)}:{public}")
    services = []
    if settings.mode == "distributed":
        for name in SERVICES:
            port = ports.hold(0)
            shared[f"GATEWAY_{name.upper()}_URL"] = f"http://{_written(settings.host)}:{port}"
            services.append(Process(name, name, settings.host, port, shared))
    kind = "gateway" if settings.mode == "distributed" else "all"
    if settings.workers > 1:
        shared["PROMETHEUS_MULTIPROC_DIR"] = str(_emptied(folder / f"metrics-{public}"))
    names = [
        kind if number == 1 else f"{kind}-{number}" for number in range(1, settings.workers + 1)
    ]
    return services + [Process(name, kind, settings.host, public, shared) for name in names]


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _emptied(folder: Path) -> Path:
    """Return the folder where processes that share a port add up their figures, made empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
