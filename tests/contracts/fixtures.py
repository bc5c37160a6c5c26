"""What the tests of the contract and the hostile callers share: documents, a live gateway."""

import asyncio
import json
import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from chassis.older_contract import older
from chassis.testing import url_of
from deploy.names import SCHEMAS
from deploy.service_settings import SERVICE_SETTINGS
from gateway.app import create_app as create_gateway
from gateway.upstreams import InProcess
from tests.conftest import TEMPLATE, as_role, copied
from tests.contracts.documents import Document, Documents, committed
from tests.contracts.examples import make_examples
from tests.contracts.fuzzing import Fuzzer, labels
from tests.contracts.live import serving
from tests.contracts.rewrite import PACKAGES
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
def live_gateway(admin_url: str) -> Iterator[Address]:
    """Serve the whole product on the loopback, over a database that has what examples name."""
    name = f"{TEMPLATE}_live_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    asyncio.run(copied(admin_url, name))
    url = url_of(admin_url, database=name)
    asyncio.run(make_examples(as_role(url, "towns_runtime")))
    services = {name: InProcess(_service(name, url)) for name in SCHEMAS}
    with serving(create_gateway(_settings("gateway", url), services)) as address:
        yield address


def _service(name: str, url: str) -> Any:
    create_app: Any = import_module(PACKAGES.get(name, f"services.{name}") + ".app").create_app
    return create_app(_settings(name, url))


def _settings(name: str, url: str) -> Any:
    role = make_url(url).set(username=f"{name}_runtime")
    kind: Any = SERVICE_SETTINGS[name]
    # one caller plays them all
    more = {"access_requests_a_day": 1_000_000} if name == "gateway" else {}
    return kind(
        database_url=role.render_as_string(hide_password=False),
        cursor_secret="of-no-value-outside-of-these-tests",
        durable=False,
        **more,
    )


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Return the documents: the committed ones and the merged one rewritten as 3.0.3."""
    folder = tmp_path_factory.mktemp("documents")
    newest = json.loads(committed("merged").read_text(encoding="utf-8"))
    (folder / "merged-3.0.3.json").write_text(json.dumps(older(newest)), encoding="utf-8")
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
