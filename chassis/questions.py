"""The route of a question: a POST that changes nothing, its body being too long for an address."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from chassis.bodies import body_kind, received
from chassis.problems import RequestAbandoned


class QuestionRoute(APIRoute):
    """A POST answered by the read-only pool (`Reading`): there is no transaction to commit.

    Its body is JSON that one `Input` describes. It makes nothing, so it takes no key: the same
    question may be asked again.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Read the body before FastAPI does."""
        handler = super().get_route_handler()
        kind = body_kind(self)

        async def asked(request: Request) -> Response:
            try:
                request = await received(request, kind)
            except ClientDisconnect:
                raise RequestAbandoned from None
            return await handler(request)

        return asked
