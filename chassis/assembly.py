"""A service as ASGI: reads by the lane, everything else by FastAPI, one contract for both."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from copy import deepcopy
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.admission import Admission
from chassis.caller_routes import CALLER_ROWS, caller_router
from chassis.contract import API_VERSION
from chassis.database import Database
from chassis.exports.stream import Exporter
from chassis.feed_routes import feed_router
from chassis.http import not_allowed
from chassis.idempotency import forgetting
from chassis.identity import PolicyTable, Principal
from chassis.imports.routes import Importing
from chassis.lane import Lane, ReadRoute
from chassis.migrations import head_revision
from chassis.openapi import finished
from chassis.own_routes import own_routes
from chassis.pages import Cursors
from chassis.problems import (
    BadRequest,
    BodyTooLarge,
    FieldError,
    InvalidValue,
    MethodNotAllowed,
    NotFound,
    Problem,
    ServiceUnavailable,
    Text,
    UnsupportedMediaType,
)
from chassis.reads import ReadContext
from chassis.rights import Right, RightQuery, Rights
from chassis.settings import ServiceSettings
from chassis.tokens import Verifier, verifier_for
from chassis.validation import Where, field_errors

LICENCE = {"name": "Licence Ouverte 2.0", "identifier": "etalab-2.0"}
"""Of the interface; each answer of facts names the licence of its own sources."""


class Web(FastAPI):
    """FastAPI without its error pages: what is raised leaves as it is, for the edge to render."""

    def build_middleware_stack(self) -> ASGIApp:
        """Keep the one middleware that closes what dependencies opened."""
        return AsyncExitStackMiddleware(self.router)


class ServiceApp:
    """One service, ready to serve. It refuses by raising problems: an `Edge` renders them."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        summary: str,
        routers: Sequence[APIRouter],
        policy: PolicyTable,
        verifier: Verifier | None = None,
    ) -> None:
        self.name = name
        self._verifier = verifier or verifier_for(settings)
        self.database = Database(settings, schema=name, revision=head_revision(name))
        self._settings = settings
        self._importing = next((one for one in routers if isinstance(one, Importing)), None)
        self._policy = PolicyTable(policy, CALLER_ROWS)
        self._context: ReadContext | None = None
        self._web = _web(name, summary)
        self._web.router.lifespan_context = self._open
        own = [route for router in (*routers, feed_router(name)) for route in router.routes]
        told = {route.path for route in own if isinstance(route, Route)}
        self._web.router.routes += own + caller_router(self._right, told=told).routes
        operations = [route for route in self._web.routes if isinstance(route, APIRoute)]
        for route in operations:
            route.tags = route.tags or [name]
        self._policy.check([str(route.operation_id) for route in operations])
        self._lane = Lane((r for r in operations if isinstance(r, ReadRoute)), self._policy)
        self._rights = Rights(operations, self._policy, lane=self._lane)
        others = (route for route in operations if not isinstance(route, ReadRoute))
        self._admission = Admission(others, self._policy)
        self._fixed = _fixed(operations)
        self._web.router.routes += own_routes(name, self.database, contract=self.openapi)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] == "http":
            # whoever called, the service decides for itself who that is
            scope["state"]["principal"] = await self._verifier.principal(scope)
            allowed = self._fixed.get(scope["path"])
            if allowed is not None and scope["method"] not in allowed:
                raise not_allowed(allowed)
        if scope["type"] == "http" and scope["method"] in _READS:
            found = self._lane.find(scope["path"])
            if found is not None:
                operation, values = found
                scope["state"]["operation"] = operation.name
                answer = await operation.answer(scope, values, self._reading())
                await answer(scope, receive, send)
                return
        if scope["type"] == "http":
            self._admission.check(scope)
        try:
            await self._web(scope, receive, send)
        except RequestValidationError as raised:
            raise _invalid(raised) from None
        except HTTPException as raised:
            raise self._translated(raised, scope) from None

    def beside(self) -> AbstractAsyncContextManager[None]:
        """Hold what runs as long as the service, once its database is open."""
        return nullcontext()

    def _imports(self) -> AbstractAsyncContextManager[None]:
        if self._importing is None:
            return nullcontext()
        imports = self._importing.at_work(self.database, url=self._settings.database_url)
        self._web.state.imports = imports
        return imports.running()

    def openapi(self) -> dict[str, Any]:
        """Return the contract of the service."""
        return finished(deepcopy(self._web.openapi()), policy=self._policy)

    async def _right(self, query: RightQuery, principal: Principal) -> Right:
        return await self._rights.of(query, principal, context=self._reading())

    def _translated(self, raised: HTTPException, scope: Scope) -> Problem:
        if raised.status_code == NotFound.status and self._lane.find(scope["path"].rstrip("/")):
            return NotFound(_SLASH)
        if raised.status_code != MethodNotAllowed.status:
            return _BY_STATUS.get(raised.status_code, BadRequest)()
        matching = [
            route.methods or set()
            for route in self._web.routes
            if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE
        ]
        return not_allowed(set().union(*matching))

    def _reading(self) -> ReadContext:
        if self._context is None:
            raise ServiceUnavailable(headers={"Retry-After": "1"})
        return self._context

    @asynccontextmanager
    async def _open(self, _web: FastAPI) -> AsyncIterator[dict[str, Any]]:
        await self.database.open()
        secret = self._settings.cursor_secret.get_secret_value()
        self._context = ReadContext(
            self.database,
            Cursors(secret),
            Exporter(self.database.reads.pool),
            self._settings.public_url,
        )
        self._web.state.database = self.database
        self._web.state.reads = self._context
        pruning = asyncio.create_task(forgetting(self.database))
        try:
            async with self.beside(), self._imports(), self._verifier.trust.running():
                yield {}
        finally:
            self._context = None
            pruning.cancel()
            await asyncio.wait([pruning])
            await self.database.close()


_READS = frozenset({"GET", "HEAD"})
_SLASH = Text(
    "Cette adresse existe sans la barre oblique finale",
    "This address exists without its trailing slash",
)


def _web(name: str, summary: str) -> Web:
    return Web(
        title=f"Au cœur des territoires: {name}",
        summary=summary,
        version=API_VERSION,
        license_info=LICENCE,
        openapi_tags=[{"name": name, "description": summary}],
        servers=[{"url": "/", "description": "The service, or the gateway before it"}],
        openapi_url=None,
        redirect_slashes=False,
    )


def _fixed(operations: Iterable[APIRoute]) -> Mapping[str, set[str]]:
    """Return the methods of the paths without ids: `imports` is no id of a need."""
    allowed: dict[str, set[str]] = {}
    for route in operations:
        if "{" not in route.path:
            allowed.setdefault(route.path, set()).update(route.methods or ())
    return {path: {*m, "HEAD"} if "GET" in m else m for path, m in allowed.items()}


def _invalid(raised: RequestValidationError) -> Problem:
    found = raised.errors()
    if any(error["loc"][0] == "path" for error in found):
        return NotFound()
    return InvalidValue(errors=[_field_error(error) for error in found])


def _field_error(error: dict[str, Any]) -> FieldError:
    place, *path = error["loc"]
    (named,) = field_errors([error | {"loc": path}], _PLACES[place])
    return named


_PLACES: dict[str, Where] = {"query": "parameter", "header": "header", "body": "body"}
_BY_STATUS: dict[int, type[Problem]] = {
    kind.status: kind for kind in (BadRequest, NotFound, BodyTooLarge, UnsupportedMediaType)
}
