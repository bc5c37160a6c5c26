"""A form as a body, where a standard wants one: OAuth (RFC 6749). Elsewhere a body is JSON."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from chassis.changes import database_errors_told
from chassis.problems import (
    BadRequest,
    BodyTooLarge,
    InvalidValue,
    RequestAbandoned,
    Text,
    UnsupportedMediaType,
)
from chassis.query_strings import filled

FORM = "application/x-www-form-urlencoded"
LARGEST = 16_384
_EXPECTED = Text(f"Attendu : {FORM}", f"Expected: {FORM}")


class InvalidForm(BadRequest):
    """A field of the form is missing, unknown, repeated or misshapen."""

    title = Text("Le formulaire n'est pas acceptable", "The form is not acceptable")


class FormRoute(APIRoute):
    """An operation whose body is a form of which every field is there once, and none unknown.

    It has no transaction of its own; what it asks of the database is told as a change tells it.
    The body is declared with `Body(media_type=FORM)`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the form before FastAPI looks for JSON."""
        handler = super().get_route_handler()
        if self.body_field is None:
            raise TypeError(f"{self.name}: a form is expected")
        kind: Any = self.body_field.field_info.annotation

        async def read(request: Request) -> Response:
            media_type = request.headers.get("content-type", "").partition(";")[0]
            if media_type.strip().lower() != FORM:
                raise UnsupportedMediaType(_EXPECTED)
            try:
                body = await request.body()
            except ClientDisconnect:
                raise RequestAbandoned from None
            if len(body) > LARGEST:
                raise BodyTooLarge(Text(f"Au plus {LARGEST} octets", f"At most {LARGEST} bytes"))
            try:
                form = filled(kind, body)
            except (BadRequest, InvalidValue) as refused:
                raise InvalidForm(refused.detail, errors=refused.errors) from None
            with database_errors_told():
                return await handler(_FilledForm(request, form))

        return read


class _FilledForm(Request):
    """A request whose form is read: FastAPI takes what `body` gives for a body it cannot parse."""

    def __init__(self, request: Request, form: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._form_read = form

    async def body(self) -> Any:
        """Return the form."""
        return self._form_read
