"""The boundary of a change: claim the key, run the handler, keep its answer, commit, then answer.

A refusal rolls everything back and is then kept in a transaction of its own: nothing of the effect
can survive, no SAVEPOINT burdens the changes that succeed, and the locks are free at once. If a
twin claimed the key in between, its answer is everyone's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.types import Message

from chassis.database import Database, WriteSession
from chassis.events import Origin, attribute
from chassis.http import send_problem
from chassis.idempotency import (
    LOCK_NOT_AVAILABLE,
    AnsweredBefore,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
    KeyUse,
    RequestStillRunning,
    StoredAnswer,
    claim,
    fingerprint,
    keep,
    sqlstate,
)
from chassis.identity import principal_of
from chassis.openapi import Answers, documented
from chassis.problems import (
    MEDIA_TYPE,
    Gone,
    InvalidValue,
    MalformedJson,
    Problem,
    Refused,
    ServiceUnavailable,
    Text,
    TryAgain,
    Unprocessable,
)

LONGEST_KEY = 64
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sending the same request again under the same key returns the first answer",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,64}$"},
}

_FINAL = (Refused, Unprocessable, Gone)
_CONTENDED = frozenset({LOCK_NOT_AVAILABLE, "40P01", "40001"})
_KEPT_HEADERS = ("content-type", "content-language", "location", "etag")


class ResourceBusy(TryAgain):
    """The resource is locked by another change."""

    title = Text(
        "La ressource est verrouillée par une autre modification",
        "The resource is locked by another change",
    )


_REFUSALS: tuple[type[Problem], ...] = (
    *(MalformedJson, InvalidIdempotencyKey, RequestStillRunning, ResourceBusy),
    *(InvalidValue, IdempotencyKeyReused),
)

Handler = Callable[[Request], Awaitable[Response]]


async def _writes(request: Request) -> WriteSession:
    session: WriteSession = request.state.writes
    return session


Writes = Annotated[WriteSession, Depends(_writes)]
"""How a write route gets its transaction, which `WriteRoute` has opened and will commit."""


class WriteRoute(APIRoute):
    """A change: one transaction, at most once for each `Idempotency-Key`."""

    money: ClassVar[bool] = False

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        shown = KEY_PARAMETER | {"required": self.money}
        extra = dict(options.get("openapi_extra") or {})
        extra["parameters"] = [shown, *extra.get("parameters", [])]
        needed = (IdempotencyKeyRequired,) if self.money else ()
        answers = _joined(documented(*_REFUSALS, *needed), options.get("responses") or {})
        options |= {"openapi_extra": extra, "responses": answers}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler in the transaction."""
        handler = super().get_route_handler()

        async def once(request: Request) -> Response:
            use = await self._key_use(request)
            changes = _database(request).changes
            # a caller who leaves cancels the wait, not the change: the key will tell its outcome
            task = asyncio.create_task(_changed(request, use, handler=handler))
            changes.add(task)
            task.add_done_callback(changes.discard)
            return await asyncio.shield(task)

        return once

    async def _key_use(self, request: Request) -> KeyUse | None:
        keys = request.headers.getlist("idempotency-key")
        if not keys:
            if self.money:
                raise IdempotencyKeyRequired
            return None
        if len(keys) > 1 or not _is_key(keys[0]):
            raise InvalidIdempotencyKey
        # the whole body is here before a connection is taken
        body = await request.body()
        scope = request.scope
        target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        return KeyUse(
            client=principal_of(scope).client,
            operation=self.operation_id or self.unique_id,
            key=keys[0],
            fingerprint=fingerprint(request.method, target, body=body),
            kept=self.money,
        )


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


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _changed(request: Request, use: KeyUse | None, *, handler: Handler) -> Response:
    """Run the handler in one transaction, and keep its answer or its final refusal."""
    try:
        return await _settled(request, use, handler=handler)
    except AnsweredBefore as found:
        answer = found.answer
        headers = answer.headers | {"idempotent-replayed": "true"}
        return Response(answer.body, answer.status, headers)


async def _settled(request: Request, use: KeyUse | None, *, handler: Handler) -> Response:
    try:
        return await _committed(request, use, handler=handler)
    except _FINAL as refusal:
        if use is None:
            raise
        return await _committed(request, use, handler=partial(_refusing, refusal))


async def _committed(request: Request, use: KeyUse | None, *, handler: Handler) -> Response:
    database = _database(request)
    try:
        async with database.writing() as session:
            attribute(session, _origin(request))
            request.state.writes = session
            if use is not None:
                _claim_first(session, database.schema, use)
            response = await handler(request)
            if use is not None:
                # claims too, if the handler needed no SQL
                await keep(session, database.schema, use, answer=_stored(response))
    except DBAPIError as error:
        raise _told(error) from error
    except PoolTimeoutError as error:
        raise ServiceUnavailable(headers={"Retry-After": "1"}) from error
    else:
        return response


def _claim_first(session: WriteSession, service: str, use: KeyUse) -> None:
    """Make the claim the first statement of the transaction, whenever the handler begins it.

    So a handler may ask its neighbours before, while no transaction is open.
    """

    def begun(_session: object, _transaction: object, connection: Connection) -> None:
        claim(connection, service, use)

    event.listen(session.sync_session, "after_begin", begun, once=True)


def _origin(request: Request) -> Origin:
    principal = principal_of(request.scope)
    request_id = request.scope.get("state", {}).get("request_id")
    return Origin(principal.actor, principal.client, request_id)


def _stored(response: Response) -> StoredAnswer:
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return StoredAnswer(response.status_code, kept, bytes(response.body))


async def _refusing(refusal: Problem, request: Request) -> Response:
    """Render a refusal now, to the bytes that its replays will have."""
    sent: list[Message] = []

    async def note(message: Message) -> None:
        sent.append(message)

    public_url = request.scope["state"]["public_url"]
    await send_problem(refusal, request.scope, note, public_url=public_url)
    start, body = sent
    response = Response(body["body"], start["status"])
    response.raw_headers = start["headers"]
    return response


def _told(error: DBAPIError) -> Exception:
    """Return what the caller is told about an error of the database; a bug of ours stays itself."""
    if sqlstate(error) in _CONTENDED:
        return ResourceBusy()
    lost = error.connection_invalidated or sqlstate(error)[:2] in {"08", "57"}
    # Lost during COMMIT, the outcome is unknown: the same key settles it.
    return ServiceUnavailable(headers={"Retry-After": "1"}) if lost else error
