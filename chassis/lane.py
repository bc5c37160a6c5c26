"""The fast lane of reads: documented by FastAPI, dispatched by a dictionary before it.

FastAPI's solver of dependencies costs about 80 µs a request, more than the whole read; here the
query string becomes the route's query model and the route is called. Figures: docs/performance.md.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.params import Query as QueryParam
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from chassis.identity import ANONYMOUS
from chassis.openapi import documented, page_answers
from chassis.problems import (
    BadRequest,
    FieldError,
    InvalidCursor,
    InvalidValue,
    NotAcceptable,
    NotFound,
    Problem,
    Text,
    UnknownParameter,
)
from chassis.queries import ListQuery
from chassis.reads import Answer, ReadContext, Reads
from chassis.validation import field_errors

Endpoint = Callable[..., Awaitable[Answer]]

_MOST_PARAMETERS = 200


def _reads(request: Request) -> Reads:
    return Reads(request.app.state.reads, request.scope, ANONYMOUS)


Reading = Annotated[Reads, Depends(_reads)]
"""The parameter by which a read route gets at the database."""


class Router(APIRouter):
    """Declares the operations of one aggregate; `read` puts one in the fast lane."""

    def read(
        self,
        path: str,
        *,
        answer: type[BaseModel],
        refusals: Sequence[type[Problem]] = (),
        response_class: type[Response] = JSONResponse,
        invalid: type[Problem] = InvalidValue,
        shown: bool = True,
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a read: a page of a collection if it takes a `ListQuery`, else one resource.

        A standard may ask for another media type (`response_class`) or another refusal of
        parameters (`invalid`) than ours, and its clients for a path that we do not document.
        """

        def register(endpoint: Endpoint) -> Endpoint:
            operation = Operation(endpoint, invalid)
            query = operation.query
            answers = documented(*((UnknownParameter, invalid) if query else ()), *refusals)
            if query is not None and issubclass(query, ListQuery):
                common = (UnknownParameter, InvalidCursor, invalid, NotAcceptable)
                answers = page_answers(query) | documented(*common, *refusals)
            route = ReadRoute(
                path,
                endpoint,
                methods={"GET"},
                operation_id=endpoint.__name__,
                response_model=answer,
                response_class=response_class,
                include_in_schema=shown,
                responses=answers,
            )
            route.operation = operation
            self.routes.append(route)
            return endpoint

        return register


class ReadRoute(APIRoute):
    """A route that FastAPI documents and the lane serves."""

    operation: "Operation"


class Operation:
    """How one read endpoint is called: its path values and its query model."""

    def __init__(self, endpoint: Endpoint, invalid: type[Problem] = InvalidValue) -> None:
        self.name = endpoint.__name__
        self._invalid = invalid
        self.query: type[BaseModel] | None = None
        self._endpoint = endpoint
        self._paths: list[TypeAdapter[Any]] = []
        for parameter in list(inspect.signature(endpoint).parameters.values())[1:]:
            kind = get_args(parameter.annotation)
            if any(isinstance(mark, QueryParam) for mark in kind):
                self.query = kind[0]
            else:
                self._paths.append(TypeAdapter(parameter.annotation))

    async def answer(self, scope: Scope, values: Sequence[str], context: ReadContext) -> Answer:
        """Read the request, call the endpoint.

        Raises:
            NotFound: a path value that no resource can have.
            UnknownParameter: a query parameter that the operation does not declare.
            InvalidValue: a value that breaks the contract.
        """
        reads = Reads(context, scope, ANONYMOUS)
        try:
            read = [
                kind.validate_python(text) for kind, text in zip(self._paths, values, strict=True)
            ]
        except ValidationError:
            raise NotFound from None
        model = self.query
        if model is None:
            refuse_parameters(scope["query_string"])
            return await self._endpoint(reads, *read)
        try:
            query = parsed(model, scope["query_string"])
        except InvalidValue as refused:
            raise self._invalid(errors=refused.errors) from None
        return await self._endpoint(reads, *read, query)


class Lane:
    """All the reads of a service, found by the segments of the path."""

    def __init__(self, routes: Iterable[ReadRoute]) -> None:
        self._root: _Node = {}
        for route in routes:
            node = self._root
            for segment in route.path.split("/")[1:]:
                node = node.setdefault(_ANY if segment.startswith("{") else segment, {})
            node[_HERE] = route.operation

    def find(self, path: str) -> tuple[Operation, list[str]] | None:
        """Return the operation of a path and the values of its variable segments."""
        node = self._root
        values: list[str] = []
        for segment in path.split("/")[1:]:
            child = node.get(segment)
            if child is None:
                child = node.get(_ANY) if segment else None
                values.append(segment)
            if child is None:
                return None
            node = child
        found = node.get(_HERE)
        return None if found is None else (found, values)


_Node = dict[str | int, Any]
_ANY, _HERE = 0, 1


def refuse_parameters(query_string: bytes) -> None:
    """Refuse any query parameter.

    Raises:
        UnknownParameter: there is one.
    """
    if query_string:
        _collected(query_string, {})


@lru_cache(maxsize=1024)
def parsed(model: type[BaseModel], query_string: bytes) -> BaseModel:
    """Return the query string as `model`; models are frozen, so equal strings share one.

    Raises:
        BadRequest: not percent-encoded UTF-8, or too many parameters.
        UnknownParameter: a name that the model does not have.
        InvalidValue: a value that the model refuses.
    """
    repeatable = {
        name: any(
            get_origin(kind) is list for kind in (field.annotation, *get_args(field.annotation))
        )
        for name, field in model.model_fields.items()
    }
    try:
        return model.model_validate(_collected(query_string, repeatable))
    except ValidationError as refused:
        raise InvalidValue(errors=field_errors(refused.errors(), "parameter")) from None


def _collected(query_string: bytes, repeatable: Mapping[str, bool]) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise BadRequest(_UNREADABLE) from None
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name not in repeatable:
            raise _unknown(name, repeatable)
        if "\x00" in value:
            raise InvalidValue(errors=[FieldError("nul-character", _NUL, parameter=name)])
        if repeatable[name]:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise InvalidValue(errors=[FieldError("repeated", _REPEATED, parameter=name)])
        else:
            values[name] = value
    return values


_UNREADABLE = Text(
    "Les paramètres ne sont pas du texte UTF-8 encodé, ou sont trop nombreux",
    "The parameters are not percent-encoded UTF-8 text, or are too many",
)
_NUL = Text("le caractère NUL est refusé", "the NUL character is refused")
_REPEATED = Text("ce paramètre ne se répète pas", "this parameter cannot be repeated")


def _unknown(name: str, known: Iterable[str]) -> UnknownParameter:
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.0)
    if near:
        detail = Text(
            f"Ce paramètre n'existe pas ; le plus proche est « {near[0]} »."
            f" Paramètres connus : {', '.join(names)}",
            f"This parameter does not exist; the nearest is '{near[0]}'."
            f" Known parameters: {', '.join(names)}",
        )
    else:
        detail = Text("Cette opération n'a pas de paramètre", "This operation has no parameter")
    return UnknownParameter(
        detail, errors=[FieldError("unknown-parameter", detail, parameter=name[:64])]
    )
