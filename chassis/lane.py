"""The fast lane of reads: documented by FastAPI, dispatched by a dictionary before it.

FastAPI's solver of dependencies costs about 80 µs a request, more than the whole read; here the
query string becomes the route's query model and the route is called. Figures: docs/performance.md.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.params import Query as QueryParam
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from chassis.identity import PUBLISHED, Open, Policy, PolicyMismatch, Scoped, principal_of
from chassis.listing import Listing
from chassis.openapi import documented, page_answers
from chassis.perimeters import Single
from chassis.problems import (
    InvalidCursor,
    InvalidValue,
    NotAcceptable,
    NotFound,
    Problem,
    UnknownParameter,
)
from chassis.queries import ListQuery
from chassis.query_strings import parsed, refuse_unknown
from chassis.reads import Answer, ReadContext, Reads
from chassis.validation import field_errors

Endpoint = Callable[..., Awaitable[Answer]]


def known_by(row: Policy | None = None) -> Any:
    """Return the parameter by which a route reads what a row lets the caller know of.

    Without `row` it is that of the operation; a question about things of other aggregates names
    the rows of their reads, so that what is not to be known is as if it did not exist.
    """

    async def reads(request: Request) -> Reads:
        scope = request.scope
        ruling: Policy = row or request.state.policy
        return Reads(request.app.state.reads, scope, principal_of(scope), policy=ruling)

    return Depends(reads)


Reading = Annotated[Reads, known_by()]
"""The parameter by which a read route gets at the database."""


class Router(APIRouter):
    """Declares the operations of one aggregate; `read` puts one in the fast lane."""

    def read(
        self,
        path: str,
        *,
        answer: type[BaseModel],
        of: Listing | Single | None = None,
        refusals: Sequence[type[Problem]] = (),
        response_class: type[Response] = JSONResponse,
        invalid: type[Problem] = InvalidValue,
    ) -> Callable[[Endpoint], Endpoint]:
        """Register a read: a page of a collection if it takes a `ListQuery`, else one resource.

        `of` is what it reads; where a perimeter limits the operation, it must be said, and have
        one. A standard may ask for another media type (`response_class`) or another refusal of
        parameters (`invalid`) than ours; its clients may add a slash to a path: not documented.
        """

        def register(endpoint: Endpoint) -> Endpoint:
            missing = next((kind for kind in refusals if issubclass(kind, NotFound)), NotFound)
            operation = Operation(endpoint, invalid, missing=missing, of=of)
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
                include_in_schema=not path.endswith("/"),
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

    def __init__(
        self,
        endpoint: Endpoint,
        invalid: type[Problem] = InvalidValue,
        *,
        missing: type[NotFound] = NotFound,
        of: Listing | Single | None = None,
    ) -> None:
        self.name = endpoint.__name__
        self.of = of
        self.policy: Policy = Open()
        self._invalid = invalid
        self._missing = missing
        self.query: type[BaseModel] | None = None
        self._endpoint = endpoint
        self._paths: list[TypeAdapter[Any]] = []
        for parameter in list(inspect.signature(endpoint).parameters.values())[1:]:
            kind = get_args(parameter.annotation)
            if any(isinstance(mark, QueryParam) for mark in kind):
                self.query = kind[0]
            else:
                self._paths.append(TypeAdapter(parameter.annotation))

    def obey(self, row: Policy) -> None:
        """Take the policy row that decides who may call, and what each caller sees.

        Raises:
            PolicyMismatch: a perimeter limits the operation and what it reads has none.
        """
        dimensions = set() if self.of is None else self.of.perimeter.keys()
        within = row.within if isinstance(row, Scoped) else ()
        if isinstance(row, Open) and row.more and self.of is not None:
            within = (PUBLISHED,)
        if within and dimensions.isdisjoint(within):
            raise PolicyMismatch(f"{self.name} is limited, what it reads has no perimeter")
        self.policy = row

    async def answer(
        self,
        scope: Scope,
        values: Sequence[str],
        context: ReadContext,
        *,
        row: Policy | None = None,
    ) -> Answer:
        """Read the request, call the endpoint; `row` rules in the place of the operation's own.

        Raises:
            Unauthenticated, Forbidden: the policy row does not admit the caller.
            NotFound: a path value that no resource can have; the detail says what was expected.
            UnknownParameter: a query parameter that the operation does not declare.
            InvalidValue: a value that breaks the contract.
        """
        principal = principal_of(scope)
        ruling = row or self.policy
        ruling.admit(principal)
        reads = Reads(context, scope, principal, policy=ruling)
        try:
            read = [
                kind.validate_python(text) for kind, text in zip(self._paths, values, strict=True)
            ]
        except ValidationError as refused:
            (first, *_) = field_errors(refused.errors(), "parameter")
            raise self._missing(first.detail) from None
        model = self.query
        if model is None:
            refuse_unknown(scope["query_string"])
            return await self._endpoint(reads, *read)
        try:
            query = parsed(model, scope["query_string"])
        except InvalidValue as refused:
            raise self._invalid(errors=refused.errors) from None
        return await self._endpoint(reads, *read, query)


class Lane:
    """All the reads of a service, found by the segments of the path."""

    def __init__(self, routes: Iterable[ReadRoute], policy: Mapping[str, Policy]) -> None:
        self._root: _Node = {}
        for route in routes:
            route.operation.obey(policy[route.operation.name])
            node = self._root
            for segment in route.path.split("/")[1:]:
                node = node.setdefault(_ANY if segment.startswith("{") else segment, {})
            node[_HERE] = route.operation

    def find(self, path: str) -> tuple[Operation, list[str]] | None:
        """Return the operation of a path and the values of its variable segments."""
        return _found(self._root, path.split("/")[1:], [])


_Node = dict[str | int, Any]
_ANY, _HERE = 0, 1


def _found(
    node: _Node, segments: Sequence[str], values: list[str]
) -> tuple[Operation, list[str]] | None:
    for position, segment in enumerate(segments):
        literal: _Node | None = node.get(segment)
        variable: _Node | None = node.get(_ANY) if segment else None
        if literal is not None and variable is not None:
            found = _found(literal, segments[position + 1 :], values)
            if found is not None:
                return found
            literal = None
        if literal is not None:
            node = literal
        elif variable is not None:
            node, values = variable, [*values, segment]
        else:
            return None
    here = node.get(_HERE)
    return None if here is None else (here, values)
