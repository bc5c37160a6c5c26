"""A server about to stop: it says that it is not ready, and asks its callers to go elsewhere."""

import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.at_once import Ready, at_once_of
from chassis.http import send_problem
from chassis.problems import ServiceUnavailable, Text

_READY = "/health/ready"
_CLOSE = (b"connection", b"close")
_STOPPING = Text("Ce serveur va s'arrêter", "This server is about to stop")


class Drainable:
    """Serves as ever until `draining` is set; then every answer is the last of its connection."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self.draining = False
        self._app = app
        self._public_url = public_url
        self._at_once = at_once_of(app)

    def at_once(self, scope: Scope) -> Ready | None:
        """Return the app's answer if it needs no waiting and is not the last of its connection."""
        return None if self.draining else self._at_once(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.draining or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], _CLOSE]}
            await send(message)

        if scope["path"] == _READY:
            asked = {**scope, "state": {"request_id": uuid.uuid4().hex}}
            refusal = ServiceUnavailable(_STOPPING, headers={"Retry-After": "1"})
            await send_problem(refusal, asked, last, public_url=self._public_url)
        else:
            await self._app(scope, receive, last)
