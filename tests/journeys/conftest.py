"""The product as a partner meets it, started once for each mode."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.running import MODES, Product, data_folder, free_port, product


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield a data folder that does not exist yet when the first mode starts."""
    with data_folder("journeys") as folder:
        yield folder


@pytest.fixture(scope="module", params=MODES)
def running(request: pytest.FixtureRequest, data: Path) -> Iterator[Product]:
    """Yield the running product; say how long its start took."""
    kind = "warm" if (data / "postgres").exists() else "first"
    began = time.monotonic()
    with product(data, mode=request.param, port=free_port()) as started:
        elapsed = time.monotonic() - began
        said = f"\n{kind} start to ready, {request.param}: {elapsed:.1f} s\n"
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            os.write(2, said.encode())  # a figure to read, not a test: machines differ
        yield started
        assert started.stop() == 0


@pytest.fixture(scope="module")
def api(running: Product) -> Iterator[httpx.Client]:
    """Yield a client of the running product."""
    with httpx.Client(base_url=running.address, timeout=10) as client:
        yield client


@pytest.fixture(scope="module")
def services(running: Product) -> dict[str, str]:
    """The addresses of the services, where they are processes of their own."""
    return running.services
