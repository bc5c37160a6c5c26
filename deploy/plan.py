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

FIGURES = "PROMETHEUS_MULTIPROC_DIR"


class RunSettings(BaseSettings):
    """How the product is started: `MODE`, `HOST`, `PORT`, `PORT_WAIT` (seconds), `WORKERS`."""

    mode: Literal["single", "distributed"] = "single"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    port_wait: int = Field(default=20, ge=0)
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
    # processes that share a port are replaced one by one; a single one should stop at once
    shared.setdefault("DRAIN_SECONDS", "2" if settings.workers > 1 else "0")
    figures = folder / f"metrics-{public}" if settings.workers > 1 else None
    services = []
    if settings.mode == "distributed":
        for name in SERVICES:
            port = ports.hold(0)
            shared[f"GATEWAY_{name.upper()}_URL"] = f"http://{_written(settings.host)}:{port}"
            alone = {**shared, **_added_up(figures, name)}
            services.append(Process(name, name, settings.host, port, alone))
    kind = "gateway" if settings.mode == "distributed" else "all"
    together = {**shared, **_added_up(figures, kind)}
    numbers = range(1, settings.workers + 1)
    names = [kind if number == 1 else f"{kind}-{number}" for number in numbers]
    return services + [Process(name, kind, settings.host, public, together) for name in names]


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _added_up(figures: Path | None, kind: str) -> dict[str, str]:
    """Return where processes that share a port add up their figures, a folder made empty."""
    if figures is None:
        return {}
    shutil.rmtree(figures / kind, ignore_errors=True)
    (figures / kind).mkdir(parents=True)
    return {FIGURES: str(figures / kind)}
