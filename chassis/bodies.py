"""The body of a change: received once, refused unless it is sound JSON, then made a model.

FastAPI would validate parsed Python values, in which a strict model finds no date, UUID or enum;
here pydantic reads the JSON itself.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from chassis.problems import (
    FieldError,
    InvalidValue,
    MalformedJson,
    Problem,
    Text,
    UnsupportedMediaType,
)
from chassis.validation import NUL, field_errors, pointer_to

MOST_ERRORS = 100
_JSON = re.compile(r"application/(?:[a-z0-9!#$&^_.+-]+\+)?json")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_EXPECTED = Text("Attendu : application/json", "Expected: application/json")
_LONE = Text("une moitié de paire de substitution est refusée", "a lone surrogate is refused")
_TWICE = Text("Un objet porte deux fois la même clé", "An object has the same key twice")


class ReadRequest(Request):
    """A request whose body is received and validated: FastAPI finds the model made."""

    def __init__(self, request: Request, *, body: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._received = body
        self._value = value

    async def body(self) -> bytes:
        """Return the bytes received."""
        return self._received

    async def json(self) -> Any:
        """Return what they were validated to."""
        return self._value


def body_kind(route: APIRoute) -> TypeAdapter[Any] | None:
    """Return what the body of an operation is, if it has one."""
    field = route.body_field
    if field is None:
        return None
    if route._embed_body_fields or isinstance(field.field_info, Form):  # noqa: SLF001 -- of FastAPI
        raise TypeError(f"{route.name}: the body is one JSON value")
    kind: Any = field.field_info.annotation
    return TypeAdapter(kind)


async def received(request: Request, kind: TypeAdapter[Any] | None) -> Request:
    """Return the request once its whole body is here and is what the operation takes.

    Raises:
        ClientDisconnect: the caller left before.
        UnsupportedMediaType, MalformedJson, InvalidValue: as `validated`.
    """
    body = b"" if kind is None else await request.body()
    if kind is None or not body:
        return request
    value = validated(kind, body, content_type=request.headers.get("content-type", ""))
    return ReadRequest(request, body=body, value=value)


def validated(kind: TypeAdapter[Any], body: bytes, *, content_type: str) -> Any:
    """Return a body that is not empty as `kind`.

    Raises:
        UnsupportedMediaType: it does not say that it is JSON.
        MalformedJson: it is not, or nobody can say what it means.
        InvalidValue: a value breaks the contract, or cannot be stored.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if _JSON.fullmatch(media_type) is None:
        raise UnsupportedMediaType(_EXPECTED)
    read = _read(body)
    if b"\\u" in body:
        unstorable = list(_unstorable(read))
        if unstorable:
            raise InvalidValue(errors=unstorable[:MOST_ERRORS])
    try:
        return kind.validate_json(body)
    except ValidationError as refused:
        raise refusal(refused) from None


def refusal(refused: ValidationError) -> Problem:
    """Return pydantic's findings about a JSON text as the caller is told."""
    found = refused.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return MalformedJson()
    return InvalidValue(errors=field_errors(found[:MOST_ERRORS], "body"))


class _KeyTwice(ValueError):
    """Which of the two values counts, each parser decides for itself."""


def _read(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_not_json)
    except _KeyTwice:
        raise MalformedJson(_TWICE) from None
    except (ValueError, RecursionError):
        raise MalformedJson from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _KeyTwice
    return made


def _not_json(constant: str) -> None:
    raise ValueError(constant)


def _unstorable(read: Any) -> Iterator[FieldError]:
    """Find the strings that PostgreSQL, or UTF-8, cannot hold."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), read)]
    while waiting:
        path, node = waiting.pop()
        parts: list[tuple[str, Any]] = []
        if isinstance(node, dict):
            parts = list(node.items())
        elif isinstance(node, list):
            parts = [(str(place), part) for place, part in enumerate(node)]
        sound = [(name, part) for name, part in parts if not _UNSTORABLE.search(name)]
        waiting += [((*path, name), part) for name, part in sound]
        texts = [node] if isinstance(node, str) else [name for name, _ in parts]
        for found in filter(None, map(_UNSTORABLE.search, texts)):
            nul = found[0] == "\x00"
            code, detail = ("nul-character", NUL) if nul else ("lone-surrogate", _LONE)
            yield FieldError(code, detail, pointer=pointer_to(path))
