"""Answers compressed for those who ask: the same content, tags that name exact bytes."""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.testing import client_of
from gateway.compression import shrinks, takes_gzip
from tests.gateway.fakes import PUBLIC, Behaviour, Fake, answering, echoing

TOWNS = {"items": [{"insee_code": f"{code:05}", "name": "Ville"} for code in range(400)]}
TAG = '"v1"'
GZIPPED = '"v1-gzip"'
TAGGED = (b"etag", TAG.encode())
PLAIN = {"Accept-Encoding": "identity"}
WITH_GZIP = {"Accept-Encoding": "br, gzip"}


@pytest.fixture
async def client(
    in_process: Callable[..., ASGIApp], fakes: Mapping[str, Fake]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway whose towns are long enough to be worth compressing."""
    fakes["towns"].behaviours["/v1/towns"] = answering(TOWNS, PUBLIC, TAGGED)
    async with client_of(in_process(feed_interval=0.02)) as client:
        yield client


async def raw(client: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> Any:
    """Return an answer with its bytes as they travelled."""
    async with client.stream("GET", path, headers=headers) as answer:
        travelled = b"".join([piece async for piece in answer.aiter_raw()])
    return answer, travelled


async def test_who_asks_for_gzip_gets_the_same_content_in_fewer_bytes(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    for status in ("none", "acdt; hit", "acdt; hit"):
        answer, travelled = await raw(client, "/v1/towns", WITH_GZIP)
        assert answer.headers.get("cache-status", "none") == status
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-length"] == str(len(travelled))
        assert json.loads(gzip.decompress(travelled)) == TOWNS
        assert len(travelled) * 5 < len(json.dumps(TOWNS))
    assert len(fakes["towns"].asked) == 1


async def test_who_does_not_ask_gets_it_plain_and_learns_that_it_varies(
    client: httpx.AsyncClient,
) -> None:
    await raw(client, "/v1/towns", WITH_GZIP)
    answer, travelled = await raw(client, "/v1/towns", PLAIN)
    assert "content-encoding" not in answer.headers
    assert json.loads(travelled) == TOWNS
    assert "Accept-Encoding" in answer.headers["vary"]


async def test_each_form_has_a_tag_of_its_own_and_both_are_recognised(
    client: httpx.AsyncClient,
) -> None:
    plain = await client.get("/v1/towns", headers=PLAIN)
    packed = await client.get("/v1/towns", headers=WITH_GZIP)
    assert (plain.headers["etag"], packed.headers["etag"]) == (TAG, GZIPPED)
    for tag in (TAG, GZIPPED):
        seen = await client.get("/v1/towns", headers={**WITH_GZIP, "If-None-Match": tag})
        assert (seen.status_code, seen.content, seen.headers["etag"]) == (304, b"", tag)
        assert "content-encoding" not in seen.headers
        assert "Accept-Encoding" in seen.headers["vary"]
    held = await client.get("/v1/towns", headers={**PLAIN, "If-None-Match": GZIPPED})
    assert held.status_code == 200


async def test_head_says_what_get_says(client: httpx.AsyncClient) -> None:
    whole = await client.get("/v1/towns", headers=WITH_GZIP)
    head = await client.head("/v1/towns", headers=WITH_GZIP)
    assert head.content == b""
    for name in ("etag", "content-encoding", "content-length", "vary"):
        assert head.headers[name] == whole.headers[name]


async def test_a_service_is_asked_by_the_tags_it_gave(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    held = {**WITH_GZIP, "If-Match": GZIPPED}
    await client.patch("/v1/towns/1", content=b"{}", headers=held)
    assert fakes["towns"].asked_header(b"if-match") == TAG.encode()
    private = {**WITH_GZIP, "If-None-Match": f'"v0", {GZIPPED}', "Cookie": "a=b"}
    await client.get("/v1/towns", headers=private)
    assert fakes["towns"].asked_header(b"if-none-match") == f'"v0", {TAG}'.encode()


async def test_a_304_of_the_service_names_the_form_that_the_caller_has(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    async def unchanged(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304, "headers": [TAGGED]})
        await send({"type": "http.response.body", "body": b""})

    fakes["towns"].behaviours["/v1/towns"] = unchanged
    for tag in (TAG, GZIPPED):
        held = {**WITH_GZIP, "If-None-Match": tag, "Cookie": "a=b"}
        answer = await client.get("/v1/towns", headers=held)
        assert (answer.status_code, answer.headers["etag"]) == (304, tag)


async def test_an_answer_too_long_to_be_held_is_compressed_on_its_way(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = streaming(b"text/csv; charset=utf-8", TAGGED)
    answer, travelled = await raw(client, "/v1/towns", WITH_GZIP)
    assert answer.headers["etag"] == GZIPPED
    assert "content-length" not in answer.headers
    assert gzip.decompress(travelled) == LINES * 20
    assert len(travelled) * 20 < len(LINES) * 20
    seen = await client.get("/v1/towns", headers={**WITH_GZIP, "If-None-Match": GZIPPED})
    assert seen.status_code == 304


@pytest.mark.parametrize("media", [b"text/csv; charset=utf-8", b"application/x-ndjson"])
async def test_an_export_is_compressed_only_for_who_asks(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake], media: bytes
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = streaming(media)
    packed, travelled = await raw(client, "/v1/towns?format=csv", WITH_GZIP)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(travelled) == LINES * 20
    plain, travelled = await raw(client, "/v1/towns?format=csv", PLAIN)
    assert "content-encoding" not in plain.headers
    assert travelled == LINES * 20


async def test_what_is_compressed_already_is_left_as_it_is(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = streaming(b"application/vnd.ms-excel.zip", TAGGED)
    answer, travelled = await raw(client, "/v1/towns?format=xlsx", WITH_GZIP)
    assert answer.headers["etag"] == TAG
    assert "content-encoding" not in answer.headers
    assert travelled == LINES * 20


@pytest.mark.parametrize(
    "behaviour",
    [
        answering({"short": True}, PUBLIC, TAGGED),
        answering(TOWNS, TAGGED, (b"cache-control", b"public, no-transform")),
        answering(TOWNS, PUBLIC, TAGGED, (b"content-encoding", b"x-odd")),
        answering(TOWNS, PUBLIC, TAGGED, status=404),
    ],
    ids=["short", "not to be transformed", "encoded already", "a refusal"],
)
@pytest.mark.parametrize("private", [{}, {"Cookie": "a=b"}], ids=["kept", "direct"])
async def test_what_is_not_worth_compressing_passes_unchanged(
    client: httpx.AsyncClient,
    fakes: Mapping[str, Fake],
    behaviour: Behaviour,
    private: dict[str, str],
) -> None:
    fakes["towns"].behaviours["/v1/towns"] = behaviour
    for _ in range(2):
        answer, _ = await raw(client, "/v1/towns", WITH_GZIP | private)
        assert answer.headers.get("content-encoding") != "gzip"
        assert answer.headers["etag"] == TAG


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/problems", "/portal/style.css"])
async def test_the_gateways_own_documents_are_compressed_too(
    client: httpx.AsyncClient, path: str
) -> None:
    plain, text = await raw(client, path, PLAIN)
    packed, travelled = await raw(client, path, WITH_GZIP)
    assert gzip.decompress(travelled) == text
    assert len(travelled) * 2 < len(text)
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["vary"]
        tag = {"If-None-Match": answer.headers["etag"], **WITH_GZIP}
        assert (await client.get(path, headers=tag)).status_code == 304


async def test_the_answer_to_a_change_is_left_as_it_is(
    client: httpx.AsyncClient, fakes: Mapping[str, Fake]
) -> None:
    fakes["funding"].behaviours["/v1/grants"] = echoing
    answer = await client.post("/v1/grants", content=b"a" * 5_000, headers=WITH_GZIP)
    assert "content-encoding" not in answer.headers
    assert answer.content == b"a" * 5_000


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (b"gzip", True),
        (b"br, GZIP;q=0.5", True),
        (b"*", True),
        (b"x-gzip", True),
        (b"deflate, br, zstd", False),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, *", False),
        (b"*;q=0", False),
        (b"identity", False),
        (b"", False),
        (b"gzip;q=oops", False),
        (b",;,=,\xff", False),
    ],
)
def test_gzip_is_sent_only_to_who_takes_it(said: bytes, *, taken: bool) -> None:
    assert takes_gzip(said) is taken


@pytest.mark.parametrize(
    ("media", "text"),
    [
        (b"application/json", True),
        (b"application/geo+json", True),
        (b"application/problem+json; charset=utf-8", True),
        (b"application/x-ndjson", True),
        (b"application/linkset+json", True),
        (b"text/csv; charset=utf-8", True),
        (b"image/svg+xml", True),
        (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
        (b"application/zip", False),
        (b"image/png", False),
        (b"", False),
    ],
)
def test_only_text_is_worth_compressing(media: bytes, *, text: bool) -> None:
    assert shrinks(media) is text


LINES = b"51108;Ch\xc3\xa2lons-en-Champagne;44\n" * 1_000


def streaming(media: bytes, *headers: tuple[bytes, bytes]) -> Behaviour:
    """Return the behaviour that answers in twenty pieces, without a length."""

    async def behave(_scope: Scope, _receive: Receive, send: Send) -> None:
        told = [(b"content-type", media), PUBLIC, *headers]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        for _ in range(20):
            await send({"type": "http.response.body", "body": LINES, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return behave
