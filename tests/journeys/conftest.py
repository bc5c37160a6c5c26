"""The product as a partner meets it, started once for each mode."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.running import MODES, data_folder, free_port, product


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield a data folder that does not exist yet when the first mode starts."""
    with data_folder("journeys") as folder:
        yield folder


@pytest.fixture(scope="module", params=MODES)
def api(request: pytest.FixtureRequest, data: Path) -> Iterator[httpx.Client]:
    """Yield a client of the running product; say how long its start took."""
    kind = "warm" if (data / "postgres").exists() else "first"
    began = time.monotonic()
    with product(data, mode=request.param, port=free_port()) as running:
        elapsed = time.monotonic() - began
        said = f"\n{kind} start to ready, {request.param}: {elapsed:.1f} s\n"
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            os.write(2, said.encode())  # a figure to read, not a test: machines differ
        with httpx.Client(base_url=running.address, timeout=10) as client:
            yield client
        assert running.stop() == 0
