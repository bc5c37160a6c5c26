"""Fixtures of this folder."""

from collections.abc import Iterator

import pytest

from tests.contracts.fixtures import live_gateway, merged, pytest_generate_tests
from tests.security.wire import Wire
from tests.towns.conftest import bench, desk

__all__ = ["bench", "desk", "live_gateway", "merged", "pytest_generate_tests", "wire"]


@pytest.fixture
def wire(live_gateway: tuple[str, int]) -> Iterator[Wire]:
    """Return a connection to the gateway on which anything may be sent."""
    wire = Wire(live_gateway)
    yield wire
    wire.close()
