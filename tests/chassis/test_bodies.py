"""A body is one sound JSON text, read strictly; anything else is refused, and never a fault."""

import ast
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from chassis.bodies import MOST_ERRORS
from chassis.http import LARGEST_BODY
from chassis.validation import EXPECTED
from tests.architecture.sources import PRODUCT, python
from tests.chassis.write_probe import probe_client

JSON = {"Content-Type": "application/json"}

MALFORMED = {
    "cut": b'{"count":',
    "not UTF-8": b'{"note":"\xe9"}',
    "UTF-16": '{"note":"e"}'.encode("utf-16"),
    "surrogate in bytes": b'{"note":"\xed\xa0\x80"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "deep": b'{"free":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "less deep": b'{"free":' + b"[" * 400 + b"]" * 400 + b"}",
    "long integer": b'{"share":' + b"9" * 5_000 + b"}",
    "NaN": b'{"share":NaN}',
    "Infinity": b'{"share":-Infinity}',
    "key twice": b'{"note":"a","note":"b"}',
    "key twice inside": b'{"free":{"a":"1","\\u0061":"2"}}',
    "raw NUL": b'{"note":"\x00"}',
    "two texts": b"{} {}",
    "blank": b"  ",
}


@pytest.fixture(scope="module")
async def probe(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """One for all: nothing here changes anything."""
    async with probe_client(seeded_url) as client:
        yield client


async def sent(probe: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await probe.post("/v1/wires", content=body, headers=JSON | headers)


def codes(answer: httpx.Response) -> dict[str, str]:
    """The code of each field at fault."""
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


async def test_every_type_of_the_wire_is_read(probe: httpx.AsyncClient) -> None:
    body = {
        "day": "2026-01-31",
        "instant": "2026-01-31T09:00:00+01:00",
        "id": "0198c0de-0000-7000-8000-00000000beef",
        "colour": "red",
        "pair": [1, 2],
        "names": ["a"],
        "note": "",
        "share": 0.5,
        "free": {"a": "b"},
        "planned_eur": "0.00",
        "paid_eur": "125000.00",
        "paid_rate": "0.2",
        "siren": "200066876",
    }
    answer = await probe.post("/v1/wires", json=body)

    assert answer.status_code == 200
    assert answer.json() == body | {"instant": "2026-01-31T08:00:00Z"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("day", 1_577_836_800, "date-type"),
        ("day", "1577836800", "value-error"),
        ("day", "2026-01-31T00:00:00", "value-error"),
        ("day", "2026-02-30", "date-from-datetime-parsing"),
        ("instant", 1_577_836_800, "datetime-type"),
        ("instant", "1577836800", "value-error"),
        ("instant", "2026-01-31T09:00", "value-error"),
        ("id", "beef", "uuid-parsing"),
        ("id", 1, "uuid-type"),
        ("colour", "green", "enum"),
        ("pair", [1], "missing"),
        ("pair", "12", "tuple-type"),
        ("names", {}, "frozen-set-type"),
        ("note", 1, "string-type"),
        ("share", "0.5", "float-type"),
        ("share", True, "float-type"),
        ("planned_eur", 1.5, "amount-type"),
        ("planned_eur", "1.5", "amount-format"),
        ("paid_eur", "0.00", "amount-not-positive"),
        ("paid_rate", "2", "rate-format"),
        ("siren", "200066877", "siren-checksum"),
    ],
)
async def test_a_value_of_another_type_is_refused_in_words(
    probe: httpx.AsyncClient, field: str, value: Any, code: str
) -> None:
    answers = [
        await probe.post("/v1/wires", json={field: value}, headers={"Accept-Language": language})
        for language in ("fr", "en")
    ]
    (french, english) = (answer.json()["errors"][0] for answer in answers)

    assert answers[0].status_code == 422
    assert french["code"] == code
    assert french["pointer"].split("/")[1] == field
    assert "valeur invalide" not in french["detail"]
    assert french["detail"] != english["detail"]


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_sound_json_is_malformed(probe: httpx.AsyncClient, body: bytes) -> None:
    answer = await sent(probe, body, **{"Idempotency-Key": "k-1"})

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")


async def test_a_number_beyond_every_double_is_pointed_at(probe: httpx.AsyncClient) -> None:
    assert codes(await sent(probe, b'{"share":1e400}')) == {"/share": "finite-number"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'{"note":"a\u0000"}', {"/note": "nul-character"}),
        (rb'{"note":"\ud800"}', {"/note": "lone-surrogate"}),
        (rb'{"free":{"a/b":"\udfff"}}', {"/free/a~1b": "lone-surrogate"}),
        (rb'{"free":{"\u0000":"x"}}', {"/free": "nul-character"}),
        (rb'{"names":["a","\u0000"]}', {"/names/1": "nul-character"}),
        (rb'{"colour":"red\u0000"}', {"/colour": "nul-character"}),
    ],
)
async def test_text_that_cannot_be_stored_is_pointed_at(
    probe: httpx.AsyncClient, body: bytes, expected: dict[str, str]
) -> None:
    answer = await sent(probe, body, **{"Idempotency-Key": "k-1"})

    assert answer.status_code == 422
    assert codes(answer) == expected


async def test_a_pair_of_surrogates_is_a_character(probe: httpx.AsyncClient) -> None:
    assert (await sent(probe, rb'{"note":"\ud83d\ude00"}')).json()["note"] == "\U0001f600"


async def test_a_flood_of_faults_is_answered_briefly(probe: httpx.AsyncClient) -> None:
    answer = await sent(probe, orjson.dumps({"x" * 5_000 + str(n): 0 for n in range(200)}))

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == MOST_ERRORS
    assert len(answer.content) < 50_000


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=utf-8", "application/x+json"]
)
async def test_json_is_known_by_its_media_type(probe: httpx.AsyncClient, media_type: str) -> None:
    answer = await probe.post("/v1/wires", content=b"{}", headers={"Content-Type": media_type})
    assert answer.status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/jsonp", "json", "a/b/json", ""])
@pytest.mark.parametrize("body", [b"{}", b"{", b"\xff"])
async def test_another_media_type_is_refused_before_the_body_is_read(
    probe: httpx.AsyncClient, media_type: str, body: bytes
) -> None:
    answer = await probe.post("/v1/wires", content=body, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_no_body_has_no_media_type_but_is_missing(probe: httpx.AsyncClient) -> None:
    for headers in ({}, {"Content-Type": "text/plain"}):
        answer = await probe.post("/v1/wires", headers=headers)
        assert (answer.status_code, codes(answer)) == (422, {"": "missing"})


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k-1"}], ids=["no key", "key"])
async def test_a_body_in_pieces_is_stopped_at_the_limit(
    probe: httpx.AsyncClient, key: dict[str, str]
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY // 65_536 + 1):
            yield b" " * 65_536

    answer = await probe.post("/v1/wires", content=pieces(), headers=JSON | key)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_every_finding_of_ours_has_its_sentences() -> None:
    """Their codes are the first argument of `misvalue` and of `PydanticCustomError`."""
    made = {
        node.args[0].value
        for source in python(*PRODUCT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"misvalue", "PydanticCustomError"}
        and isinstance(node.args[0], ast.Constant)
    }

    assert {"amount_type", "rate_format", "siren_checksum"} <= made
    assert made <= EXPECTED.keys()
    assert all(text.fr != text.en for text in EXPECTED.values())
