"""The route of a change: its key, its condition and its body are in order before it begins."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from chassis.bodies import body_kind, received
from chassis.changes import Handler, ResourceBusy, changed, database_of
from chassis.contract import Output
from chassis.database import WriteSession
from chassis.idempotency import (
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    KeyUse,
    RequestStillRunning,
    fingerprint,
)
from chassis.identity import Principal, principal_of
from chassis.openapi import Answers, documented
from chassis.preconditions import Condition, InvalidPrecondition, etag
from chassis.problems import (
    MEDIA_TYPE,
    InvalidValue,
    MalformedJson,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    RequestAbandoned,
)

_Told = TypeVar("_Told", bound=Output)

LONGEST_KEY = 64
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sending the same request again under the same key returns the first answer",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,64}$"},
}

CONDITION_PARAMETER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that the caller saw",
    "schema": {"type": "string", "minLength": 1},
    "example": '"1"',
}

_CONDITIONAL = frozenset({"PUT", "PATCH", "DELETE"})


_REFUSALS: tuple[type[Problem], ...] = (
    *(MalformedJson, InvalidIdempotencyKey, RequestStillRunning, ResourceBusy),
    *(InvalidValue, IdempotencyKeyReused),
)
_CONDITIONS = (InvalidPrecondition, PreconditionFailed)


async def _writes(request: Request) -> WriteSession:
    session: WriteSession = request.state.writes
    return session


Writes = Annotated[WriteSession, Depends(_writes)]
"""How a write route gets its transaction, which `WriteRoute` has opened and will commit."""


async def _condition(request: Request) -> Condition:
    condition: Condition = request.state.condition
    return condition


Seen = Annotated[Condition, Depends(_condition)]
"""How a PUT, PATCH or DELETE gets at `If-Match`; one that does not compare it cannot commit."""


async def _caller(request: Request) -> Principal:
    return principal_of(request.scope)


Caller = Annotated[Principal, Depends(_caller)]
"""How a change knows who asks for it."""


class Versioned(Protocol):
    """What a change left: a named tuple with the version of the thing."""

    @property
    def version(self) -> int:
        """Return the version."""

    def _asdict(self) -> dict[str, Any]: ...


def told(kind: type[_Told], written: Versioned, *, response: Response) -> _Told:
    """Answer with what a change made, and its tag."""
    response.headers["ETag"] = etag(written.version)
    return kind.model_validate(written._asdict())


class WriteRoute(APIRoute):
    """A change: one transaction, at most once for each `Idempotency-Key`.

    Its body is JSON that one `Input` describes; PUT, PATCH and DELETE need `If-Match`.
    """

    money: ClassVar[bool] = False
    needs_condition: ClassVar[bool] = True
    shown_once: ClassVar[frozenset[str]] = frozenset()
    """Keys of its answer that are secrets: not kept, null in a replay."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._conditional = bool(_CONDITIONAL & set(options.get("methods") or ()))
        shown = [KEY_PARAMETER | {"required": self.money}]
        if self._conditional:
            shown += [CONDITION_PARAMETER | {"required": self.needs_condition}]
        extra = dict(options.get("openapi_extra") or {})
        extra["parameters"] = [*shown, *extra.get("parameters", [])]
        refusals = [*_REFUSALS, *((IdempotencyKeyRequired,) if self.money else ())]
        refusals += _CONDITIONS if self._conditional else ()
        refusals += (PreconditionRequired,) if self._conditional and self.needs_condition else ()
        answers = _joined(documented(*refusals), options.get("responses") or {})
        options |= {"openapi_extra": extra, "responses": answers}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler in the transaction."""
        handler = super().get_route_handler()
        kind = body_kind(self)

        async def once(request: Request) -> Response:
            self._take_condition(request)
            request.state.shown_once = self.shown_once
            try:
                use = await self._key_use(request)
                # the whole body is here before a connection is taken
                request = await received(request, kind)
            except ClientDisconnect:
                raise RequestAbandoned from None
            changes = database_of(request).changes
            # a caller who leaves cancels the wait, not the change: the key will tell its outcome
            task = asyncio.create_task(self._changed(request, use, handler))
            changes.add(task)
            task.add_done_callback(changes.discard)
            return await asyncio.shield(task)

        return once

    def _take_condition(self, request: Request) -> None:
        if not self._conditional:
            return
        given = ", ".join(request.headers.getlist("if-match"))
        if not given.strip() and self.needs_condition:
            raise PreconditionRequired
        request.state.condition = Condition(given)

    async def _key_use(self, request: Request) -> KeyUse | None:
        keys = request.headers.getlist("idempotency-key")
        if not keys:
            if self.money:
                raise IdempotencyKeyRequired
            return None
        if len(keys) > 1 or not _is_key(keys[0]):
            raise InvalidIdempotencyKey
        body = await self._body(request)
        scope = request.scope
        target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        return KeyUse(
            client=principal_of(scope).client,
            operation=self.operation_id or self.unique_id,
            key=keys[0],
            fingerprint=fingerprint(request.method, target, body=body),
            kept=self.money,
        )

    async def _body(self, request: Request) -> bytes:
        """Return what stands for the body in the fingerprint of the request."""
        return await request.body()

    async def _changed(self, request: Request, use: KeyUse | None, handler: Handler) -> Response:
        return await changed(request, use, handler=handler)


class ShownOnceRoute(WriteRoute):
    """A change that answers with secrets: those are shown once, a replay has null for them."""

    shown_once = frozenset({"claim", "secret"})


class MoneyRoute(WriteRoute):
    """A change of money: the key is required, and never forgotten."""

    money = True


def _joined(common: Answers, own: Answers) -> Answers:
    """Return the answers of both; where a status is in both, the examples of both."""
    joined = common | own
    for status in common.keys() & own.keys():
        pair = [answers[status]["content"][MEDIA_TYPE] for answers in (own, common)]
        examples = pair[0]["examples"] | pair[1]["examples"]
        said = "; ".join(example["summary"] for example in examples.values())
        content = {MEDIA_TYPE: pair[0] | {"examples": examples}}
        joined[status] = {"description": said, "content": content}
    return joined


def _is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST_KEY and all("!" <= character <= "~" for character in text)
