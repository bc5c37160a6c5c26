"""One change: claim the key, run the handler, keep its answer, commit, then answer.

A refusal rolls everything back and is then kept in a transaction of its own: nothing of the effect
can survive, no SAVEPOINT burdens the changes that succeed, and the locks are free at once. If a
twin claimed the key in between, its answer is everyone's.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial

import asyncpg
import orjson
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.types import Message

from chassis.database import Database, WriteSession
from chassis.events import Origin, attribute
from chassis.http import send_problem
from chassis.idempotency import AnsweredBefore, KeyUse, StoredAnswer, claim, keep
from chassis.identity import principal_of
from chassis.problems import (
    Gone,
    Problem,
    Refused,
    ServiceUnavailable,
    Text,
    TryAgain,
    Unprocessable,
)
from chassis.sqlstate import LOCK_NOT_AVAILABLE, sqlstate

_FINAL = (Refused, Unprocessable, Gone)
_CONTENDED = frozenset({LOCK_NOT_AVAILABLE, "40P01", "40001"})
_UNAVAILABLE = frozenset({"08", "53", "57"})
"""Classes of errors: connection lost, no resources left, stopped by an operator."""
_KEPT_HEADERS = ("content-type", "content-language", "location", "etag")

Handler = Callable[[Request], Awaitable[Response]]


class ResourceBusy(TryAgain):
    """The resource is locked by another change."""

    title = Text(
        "La ressource est verrouillée par une autre modification",
        "The resource is locked by another change",
    )


class ConditionIgnored(RuntimeError):
    """A PUT, PATCH or DELETE that ends without `Condition.met`: a bug of its handler."""


def database_of(request: Request) -> Database:
    """Return the database of the service that is asked."""
    database: Database = request.app.state.database
    return database


async def changed(request: Request, use: KeyUse | None, *, handler: Handler) -> Response:
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
    database = database_of(request)
    with database_errors_told():
        async with database.writing() as session:
            attribute(session, _origin(request))
            request.state.writes = session
            if use is not None:
                _claim_first(session, database.schema, use)
            response = await handler(request)
            _check_condition(request)
            if use is not None:
                # claims too, if the handler needed no SQL
                await keep(session, database.schema, use, answer=_stored(request, response))
        return response


@contextmanager
def database_errors_told() -> Iterator[None]:
    """Turn what the database says into what the caller of a change is told.

    Raises:
        ResourceBusy: another change holds a lock.
        ServiceUnavailable: no connection; lost during COMMIT, the outcome is unknown.
    """
    try:
        yield
    except DBAPIError as error:
        raise _told(error) from error
    except asyncpg.LockNotAvailableError as error:
        raise ResourceBusy from error
    except PoolTimeoutError as error:
        raise ServiceUnavailable(headers={"Retry-After": "1"}) from error


def _check_condition(request: Request) -> None:
    condition = getattr(request.state, "condition", None)
    if condition is not None and not condition.compared:
        raise ConditionIgnored(request.url.path)


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


def _stored(request: Request, response: Response) -> StoredAnswer:
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = bytes(response.body)
    if request.state.shown_once:
        answer = orjson.loads(body)
        body = orjson.dumps(answer | dict.fromkeys(request.state.shown_once & answer.keys()))
    return StoredAnswer(response.status_code, kept, body)


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
    lost = error.connection_invalidated or sqlstate(error)[:2] in _UNAVAILABLE
    # Lost during COMMIT, the outcome is unknown: the same key settles it.
    return ServiceUnavailable(headers={"Retry-After": "1"}) if lost else error
