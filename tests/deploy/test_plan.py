"""Which processes are started, where they listen and what they are told."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.names import SERVICES
from deploy.plan import FIGURES, Ports, planned
from deploy.settings import RunSettings


@pytest.fixture
def ports() -> Iterator[Ports]:
    """Yield ports that are given back at the end."""
    held = Ports()
    yield held
    held.release()


def test_each_server_has_as_many_processes_as_workers(ports: Ports, tmp_path: Path) -> None:
    settings = RunSettings(mode="distributed", port=0, workers=3)
    found = planned(settings, {}, ports=ports, folder=tmp_path)
    assert Counter(process.kind for process in found) == dict.fromkeys([*SERVICES, "gateway"], 3)
    assert len({process.name for process in found}) == 15
    for kind in (*SERVICES, "gateway"):
        mine = [process for process in found if process.kind == kind]
        assert len({process.port for process in mine}) == 1
        assert {process.environment[FIGURES] for process in mine} == {
            str(tmp_path / f"metrics-{found[-1].port}" / kind)
        }


def test_only_the_gateway_listens_to_other_machines(ports: Ports, tmp_path: Path) -> None:
    settings = RunSettings(mode="distributed", host="0.0.0.0", port=0)  # noqa: S104 -- the case
    *services, gateway = planned(settings, {}, ports=ports, folder=tmp_path)
    assert gateway.host == "0.0.0.0"  # noqa: S104 -- the case
    assert gateway.environment["PUBLIC_URL"] == f"http://localhost:{gateway.port}"
    for service in services:
        assert service.host == "127.0.0.1"
        assert service.environment["TOKEN_KEYS_URL"] == f"http://localhost:{gateway.port}"
        told = gateway.environment[f"GATEWAY_{service.kind.upper()}_URL"]
        assert told == f"http://127.0.0.1:{service.port}"


def test_one_process_is_planned_by_default(ports: Ports, tmp_path: Path) -> None:
    settings = RunSettings(mode="single", port=0, workers=1)
    (only,) = planned(settings, {"KEPT": "yes"}, ports=ports, folder=tmp_path)
    assert (only.name, only.host) == ("all", "127.0.0.1")
    assert only.environment["KEPT"] == "yes"
    assert only.environment["PUBLIC_URL"] == f"http://127.0.0.1:{only.port}"
    assert FIGURES not in only.environment
    assert "TOKEN_KEYS_URL" not in only.environment
