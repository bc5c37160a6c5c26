"""Every hostile value in every parameter, path, header and body of every operation.

Never a 5xx; every refusal a problem; nothing of our inside in any answer; nothing given back raw.
"""

import json
import re
from itertools import product

import pytest

from tests.contracts.documents import Document, example_of, operations, parameters
from tests.security.hostile import BODIES, MARK, in_header, in_url
from tests.security.wire import Answer, Wire, request

INSIDE = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|sqlalchemy|asyncpg|pydantic|starlette|fastapi|"
    r"\bSELECT\b.*\bFROM\b|\bsyntax error\b|relation \"|town_card|0x[0-9a-f]{8,}|"
    r"<class |Exception\b|Error:|/usr/|/home/|\.venv",
    re.IGNORECASE,
)
PROBLEM = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SENT_HEADERS = (
    *(b"Accept", b"Accept-Language", b"Accept-Encoding", b"If-None-Match", b"If-Match"),
    *(b"If-Modified-Since", b"X-Request-Id", b"Idempotency-Key", b"Authorization", b"Cookie"),
    *(b"Content-Type", b"Origin", b"Range", b"Forwarded", b"X-Forwarded-For", b"X-Forwarded-Host"),
    *(b"X-HTTP-Method-Override", b"Prefer", b"traceparent", b"tracestate", b"User-Agent"),
)
METHODS = ("POST", "PUT", "PATCH", "DELETE")
MEDIA = (b"application/json", b"text/plain", b"application/x-www-form-urlencoded")
TOWN = "/v1/towns/{code}"


def test_hostile_values_in_any_query_parameter_are_answered_soberly(
    operation: str, merged: Document, wire: Wire
) -> None:
    method, path = operation.split(" ")
    target = _filled(merged, path, method).encode()
    declared = _named(merged, path, method, place="query")
    wrong: list[str] = []
    for name in [*declared, "unknown"]:
        for kind, value in in_url().items():
            hostile = target + b"?" + name.encode() + b"=" + value
            answer = wire.send(request(method, hostile), method=method)
            wrong += _faults(f"{name}={kind}", answer)
    for kind, value in in_url().items():
        answer = wire.send(request(method, target + b"?" + value), method=method)
        wrong += _faults(f"name {kind}", answer)
    assert not wrong, "\n".join(wrong[:20])


def test_hostile_values_in_any_path_parameter_are_answered_soberly(
    operation: str, merged: Document, wire: Wire
) -> None:
    method, path = operation.split(" ")
    wrong: list[str] = []
    for name in [*_named(merged, path, method, place="path"), ""]:
        for kind, value in in_url().items():
            holed = path.replace(f"{{{name}}}", "\0") if name else f"{path}\0"
            before, after = _filled(merged, holed, method, of=path).encode().split(b"\0")
            answer = wire.send(request(method, before + value + after), method=method)
            wrong += _faults(f"{name or 'end of path'}={kind}", answer)
    assert not wrong, "\n".join(wrong[:20])


def test_hostile_values_in_all_headers_at_once_are_answered_soberly(
    operation: str, merged: Document, wire: Wire
) -> None:
    method, path = operation.split(" ")
    target = _filled(merged, path, method).encode()
    declared = [name.encode() for name in _named(merged, path, method, place="header")]
    wrong: list[str] = []
    for kind, value in in_header().items():
        headers = tuple((name, value) for name in {*SENT_HEADERS, *declared})
        wire.close()
        wrong += _faults(kind, wire.send(request(method, target, headers=headers), method=method))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("name", SENT_HEADERS, ids=bytes.decode)
def test_hostile_values_in_one_header_are_answered_soberly(
    name: bytes, merged: Document, wire: Wire
) -> None:
    target = _filled(merged, TOWN, "get").encode()
    wrong: list[str] = []
    for kind, value in in_header().items():
        wire.close()
        wrong += _faults(kind, wire.send(request("GET", target, headers=((name, value),))))
    assert not wrong, "\n".join(wrong[:20])


def test_hostile_bodies_are_answered_soberly(operation: str, merged: Document, wire: Wire) -> None:
    _, path = operation.split(" ")
    target = _filled(merged, path, "get").encode()
    wrong: list[str] = []
    for method, media, kind in product(METHODS, MEDIA, BODIES):
        headers = ((b"Content-Type", media), (b"Connection", b"close"))
        sent = request(method, target, headers=headers, body=BODIES[kind])
        wrong += _faults(f"{method} {media.decode()} {kind}", wire.send(sent, method=method))
        wire.close()
    assert not wrong, "\n".join(wrong[:20])


def test_the_judge_of_these_tests_condemns_what_it_should() -> None:
    problem: dict[str, object] = {**dict.fromkeys(PROBLEM, "x" * 8), "errors": []}
    leaking = json.dumps(problem | {"detail": 'File "x.py", line 3'}).encode()
    assert _faults("", Answer(500, "application/problem+json", leaking))
    assert _faults("", Answer(422, "application/problem+json", leaking))
    assert _faults("", Answer(422, "application/json", b"{}"))
    assert _faults("", Answer(422, "application/problem+json", b'{"a": NaN}'))
    echoing = json.dumps(problem | {"detail": MARK}).encode()
    assert _faults("", Answer(422, "application/problem+json", echoing))
    assert not _faults("", Answer(422, "application/problem+json", json.dumps(problem).encode()))
    assert _faults("", Answer(0, "", b""))
    assert not _faults("", Answer(200, "application/json", b'{"items": []}'))


def _faults(what: str, answer: Answer) -> list[str]:
    """Return what is wrong with an answer: nothing, or one line."""
    said = answer.body[:300].decode(errors="replace")
    if answer.status == 0:
        return [f"{what}: the connection was closed without an answer"]
    if answer.status >= 500:
        return [f"{what}: {answer.status} {said}"]
    if answer.status == 400 and answer.media_type == "text/plain":
        return []  # not HTTP: the parser of the server closes before the application sees it
    if answer.status < 400:
        return [] if _is_sound(answer) else [f"{what}: {answer.status} is not JSON: {said}"]
    return [f"{what}: {answer.status} {fault}: {said}" for fault in _flaws(answer)][:1]


def _flaws(answer: Answer) -> list[str]:
    if not answer.body:  # HEAD
        return []
    if answer.media_type != "application/problem+json":
        return [f"is {answer.media_type}"]
    if not _is_sound(answer):
        return ["is not JSON"]
    text = answer.body.decode()
    found = ["shows our inside"] if INSIDE.search(text) else []
    missing = PROBLEM - json.loads(text).keys()
    found += [f"lacks {sorted(missing)}"] if missing else []
    return found + (["gives the value back"] if MARK in _apart_from_names(text) else [])


def _apart_from_names(text: str) -> str:
    """Leave out what must name the request: its path, its id, the parameter that is wrong."""
    problem = json.loads(text)
    assert REQUEST_ID.fullmatch(str(problem.get("request_id"))), problem
    kept = {key: value for key, value in problem.items() if key not in {"instance", "request_id"}}
    for error in kept.get("errors") or ():
        error.pop("parameter", None)
    return json.dumps(kept)


def _is_sound(answer: Answer) -> bool:
    if "json" not in answer.media_type or not answer.body:
        return True
    try:
        lines = answer.body.splitlines() if "ndjson" in answer.media_type else [answer.body]
        for line in lines:
            json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _named(document: Document, path: str, method: str, *, place: str) -> list[str]:
    operation = document["paths"][path][method.lower()]
    found = parameters(document, path, operation)
    return [parameter["name"] for parameter in found if parameter["in"] == place]


def _filled(document: Document, path: str, method: str, *, of: str = "") -> str:
    """Return the path with the documented examples in it; `of` is the path it was made from."""
    item = document["paths"][of or path]
    operation = item.get(method.lower()) or next(iter(item.values()))
    for parameter in parameters(document, of or path, operation):
        if parameter["in"] == "path":
            example = str(example_of(document, parameter))
            path = path.replace(f"{{{parameter['name']}}}", example)
    return path


def test_the_document_under_attack_is_the_whole_one(merged: Document) -> None:
    assert len(list(operations(merged))) > 5
