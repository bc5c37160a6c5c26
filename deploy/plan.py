"""Which processes make the product, in each of the two modes."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from socket import socket  # noqa: TC003 -- weighs nothing

from chassis.sockets import bound_socket
from deploy.names import SERVICES
from deploy.settings import RunSettings

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
INSIDE = "127.0.0.1"


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

    def __init__(self) -> None:
        self._held: list[socket] = []

    def hold(self, host: str, port: int) -> int:
        """Hold a port, or any free one if it is 0; return its number.

        Raises:
            OSError: somebody has it, be it a process of ours that still ends.
        """
        # Without sharing first: with it, the bind would succeed beside a running product.
        with bound_socket(host, port, shared=False) as probe:
            number: int = probe.getsockname()[1]
        self._held.append(bound_socket(host, number))
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
    public = ports.hold(settings.host, settings.port)
    shared = dict(environment)
    shared.setdefault("PUBLIC_URL", f"http://{_written(settings.host)}:{public}")
    # processes that share a port are replaced one by one; a single one should stop at once
    shared.setdefault("DRAIN_SECONDS", "2" if settings.workers > 1 else "0")
    servers = [("all", settings.host, public)]
    if settings.mode == "distributed":
        # only the gateway is for others: the services stay on this machine
        servers = [(name, INSIDE, ports.hold(INSIDE, 0)) for name in SERVICES]
        urls = {f"GATEWAY_{name.upper()}_URL": f"http://{at}:{port}" for name, at, port in servers}
        shared |= urls
        shared.setdefault("TOKEN_KEYS_URL", f"http://{_written(settings.host)}:{public}")
        servers.append(("gateway", settings.host, public))
    figures = folder / f"metrics-{public}" if settings.workers > 1 else None
    return [
        process
        for kind, host, port in servers
        for process in _copies(
            Process(kind, kind, host, port, {**shared, **_added_up(figures, kind)}),
            settings.workers,
        )
    ]


def _copies(first: Process, count: int) -> list[Process]:
    """Return the processes that share the port of the first."""
    others = [replace(first, name=f"{first.kind}-{number}") for number in range(2, count + 1)]
    return [first, *others]


def _written(host: str) -> str:
    """Return a host as an address that callers on this machine can use names it."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _added_up(figures: Path | None, kind: str) -> dict[str, str]:
    """Return where processes that share a port add up their figures, a folder made empty."""
    if figures is None:
        return {}
    shutil.rmtree(figures / kind, ignore_errors=True)
    (figures / kind).mkdir(parents=True)
    return {FIGURES: str(figures / kind)}
