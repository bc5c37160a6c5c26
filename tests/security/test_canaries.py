"""Secrets and names that callers send come back in no log, no metric, no trace and no refusal."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import ASGIApp

from chassis.database import Database
from chassis.identity import EVERYWHERE, Principal
from chassis.migrations import head_revision
from chassis.observability import Traced, configure_logs
from chassis.testing import TEST_URL, client_of
from gateway.app import create_app as create_gateway
from gateway.partners import kinds
from gateway.partners.app import create_app as create_registry
from gateway.upstreams import InProcess
from tests.architecture.sources import nothing_in
from tests.callers import bearer, issuer, service_app
from tests.conftest import SERVICES
from tests.contracts.documents import Document, committed
from tests.gateway.conftest import gateway_settings
from tests.partners.callers import Caller
from tests.partners.conftest import registry_settings
from tests.security.canaries import MARKS, NAME, Sent, proofs, requests

EVERYTHING = Principal(
    organisation="0198c0de-0000-7000-8000-00000000beef",
    kind="acv_directorate",
    client="client-of-directorate",
    scopes=frozenset(kinds.SCOPES),
    perimeter=EVERYWHERE,
)


@contextmanager
def logging() -> Iterator[None]:
    """Write every line there is."""
    structlog.reset_defaults()
    configure_logs("debug")
    yield
    structlog.reset_defaults()
    configure_logs("critical")


@asynccontextmanager
async def product(
    url: str, keys: Path, spans: InMemorySpanExporter
) -> AsyncIterator[httpx.AsyncClient]:
    """Open the whole product, traced."""
    with logging():
        async with client_of(Traced(_product(url, keys), provider_of(spans))) as client:
            yield client


def _product(url: str, keys: Path) -> ASGIApp:
    verifier = issuer().verifier()
    upstreams = {name: InProcess(service_app(name, url)) for name in SERVICES}
    registry = create_registry(registry_settings(url, keys), verifier=verifier)
    upstreams["gateway"] = InProcess(registry)
    return create_gateway(gateway_settings(public_url=TEST_URL), upstreams, verifier=verifier)


def provider_of(spans: InMemorySpanExporter) -> TracerProvider:
    """Return what hands every trace to `spans`."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return provider


async def answered(client: httpx.AsyncClient, sent: Sent) -> httpx.Response:
    return await client.request(
        sent.method.upper(),
        sent.path,
        headers=bearer(EVERYTHING) | sent.headers,
        json=sent.json,
        data=sent.form,
    )


def marked(text: str, *marks: str) -> bool:
    return any(mark in text.casefold() for mark in (*MARKS, *marks))


async def a_client(url: str, keys: Path) -> str:
    """Return the name of a system that exists."""
    settings = registry_settings(url, keys)
    held = Database(settings, schema="gateway", revision=head_revision("gateway"))
    await held.open()
    made = await Caller.registered(held, "commune")
    await held.close()
    return made.client


async def test_what_callers_send_comes_back_in_no_log_metric_trace_or_refusal(
    fresh_url: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    document: Document = json.loads(committed("merged").read_text(encoding="utf-8"))
    spans = InMemorySpanExporter()
    found: dict[str, None] = {}
    statuses = set()
    client_id = await a_client(fresh_url, tmp_path / "keys")
    async with product(fresh_url, tmp_path / "keys", spans) as client:
        for sent in [*requests(document), *proofs(client_id)]:
            answer = await answered(client, sent)
            statuses.add((sent.path, answer.status_code))
            told = f"{answer.headers}{answer.text if answer.is_error else ''}"
            if marked(told):
                found[f"{sent}: {answer.status_code} {answer.text[:300]}"] = None
        figures = (await client.get("/metrics")).text
    lines = capfdbinary.readouterr().out.decode().splitlines()
    traces = [str(span.to_json()) for span in spans.get_finished_spans()]
    kept = [*lines, *figures.splitlines(), *traces]
    found |= dict.fromkeys(text for text in kept if marked(text, NAME))
    nothing_in(list(found))
    assert {json.loads(line)["event"] for line in lines} >= {"request", "client refused"}
    assert len(traces) >= len(statuses)
    assert "acdt_request_seconds" in figures
    assert {("/v1/access-requests", 201), ("/v1/contacts", 201)} <= statuses


def test_the_judge_of_canaries_finds_them() -> None:
    assert all(marked(text.upper()) for text in MARKS)
    assert marked(f"name {NAME}", NAME)
    assert not marked(f"name {NAME}")
