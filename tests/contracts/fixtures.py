"""What the tests of the contract and the hostile callers share: documents, a live gateway."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.documents import Document, Documents, committed
from tests.contracts.fuzzing import Fuzzer, labels
from tests.contracts.live import serving
from tests.contracts.toolbox import Toolbox, installed

Address = tuple[str, int]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `operation` once for each operation of the merged document."""
    if "operation" in metafunc.fixturenames:
        path = committed("merged")
        every = labels(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
        metafunc.parametrize("operation", every)


@pytest.fixture(scope="session")
def tools() -> Toolbox:
    """Return the tools of Node."""
    return installed()


@pytest.fixture(scope="session")
def live_gateway(gateway_app: Any) -> Iterator[Address]:
    """Serve the whole product on the loopback."""
    with serving(gateway_app) as address:
        yield address


@pytest.fixture(scope="session")
def documents(live_gateway: Address, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Return the documents: four committed ones, the merged one, and its 3.0.3 form as served."""
    folder = tmp_path_factory.mktemp("documents")
    url = "http://{}:{}/openapi-3.0.json".format(*live_gateway)
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
        (folder / "merged-3.0.3.json").write_bytes(answer.read())
    return Documents(folder)


@pytest.fixture(scope="session")
def merged() -> Document:
    """Return the merged document."""
    document: Document = json.loads(committed("merged").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="session")
def fuzzer(merged: Document, live_gateway: Address) -> Iterator[Fuzzer]:
    """Return the fuzzer, connected to the gateway."""
    fuzzer = Fuzzer(merged, live_gateway)
    yield fuzzer
    fuzzer.close()
