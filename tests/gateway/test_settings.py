"""The environment of the gateway, and what each figure does."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.testing import client_of
from gateway.app import create_app
from gateway.forwarding import AnswerCut
from tests.gateway.conftest import gateway_settings, quick
from tests.gateway.fakes import PUBLIC, Fake, answering, hanging

SHORT = timedelta(milliseconds=100)


async def slowly(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Begin at once, end after half a second."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await asyncio.sleep(0.5)
    await send({"type": "http.response.body", "body": b"late"})


def test_a_service_elsewhere_is_named_by_its_url() -> None:
    settings = gateway_settings(funding_url="http://funding:8000")
    assert settings.url_of("funding") == "http://funding:8000"
    assert settings.url_of("towns") is None


@pytest.mark.parametrize("url", ["funding:8000", "ftp://funding", "http://funding/path"])
def test_an_address_that_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        gateway_settings(funding_url=url)


def test_no_figure_of_time_may_be_zero() -> None:
    for name in ("connect_timeout", "first_byte_timeout", "write_timeout", "feed_interval"):
        with pytest.raises(ValidationError, match=name):
            gateway_settings(**{name: timedelta()})


def test_the_figures_are_those_of_the_plan() -> None:
    settings = gateway_settings()
    assert settings.connect_timeout == timedelta(milliseconds=250)
    assert settings.first_byte_timeout == timedelta(seconds=1.5)
    assert settings.total_timeout == timedelta(seconds=2)
    assert settings.concurrency == 64
    assert (settings.concurrency_low, settings.concurrency_high) == (8, 128)
    assert settings.log_level == "info"


async def test_an_answer_beyond_the_total_timeout_is_cut(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = slowly
    async with client_of(in_process(total_timeout=timedelta(seconds=0.3))) as client:
        with pytest.raises(AnswerCut):
            await client.get("/v1/towns")


async def test_an_export_has_its_own_budget(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = slowly
    figures = {"total_timeout": SHORT, "first_byte_timeout": SHORT}
    async with client_of(in_process(**figures)) as client:
        assert (await client.get("/v1/towns?format=csv")).text == "late"


async def test_an_export_that_never_begins_ends_too(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = hanging
    async with client_of(in_process(export_first_byte_timeout=SHORT)) as client:
        assert (await client.get("/v1/towns?format=csv")).status_code == 504


async def test_exports_beyond_their_number_do_not_hold_reads(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = slowly
    async with client_of(in_process(export_concurrency=1)) as client:
        exports = [asyncio.create_task(client.get("/v1/towns?format=csv")) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert (await client.get("/v1/communes")).status_code == 200
        answers = await asyncio.gather(*exports)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503]


async def test_calls_beyond_the_concurrency_wait_and_then_are_turned_away(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = slowly
    figures = {"concurrency": 1, "concurrency_low": 1, "concurrency_high": 1}
    app = in_process(**figures, first_byte_timeout=timedelta(seconds=2))
    async with client_of(app) as client:
        answers = await asyncio.gather(*(client.get("/v1/towns") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503]


async def test_a_cache_without_bytes_keeps_nothing(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = answering({}, PUBLIC)
    async with client_of(in_process(cache_bytes=0)) as client:
        await asyncio.sleep(0.05)
        for _ in range(2):
            await client.get("/v1/towns")
    assert len(fakes["towns"].asked) == 2


async def test_what_catalogues_ask_is_shown_as_it_is_set(
    in_process: Callable[..., ASGIApp],
) -> None:
    told = {"availability": "99.9", "access_request_url": "https://a.example/ask"}
    async with client_of(in_process(**told, public_url="https://api.example")) as client:
        root = (await client.get("/v1")).json()
    assert root["guarantees"]["availability_percent"] == "99.9"
    assert root["guarantees"]["access_request_url"] == "https://a.example/ask"
    assert root["openapi_url"] == "https://api.example/openapi.json"


async def test_the_contracts_come_from_the_folder_that_is_set(
    contracts: Path, addresses: dict[str, str]
) -> None:
    app = create_app(quick(contracts, **addresses))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://acdt.test") as client:
        root = (await client.get("/v1")).json()
    assert any(link["href"].endswith("/v1/grants") for link in root["collections"])
