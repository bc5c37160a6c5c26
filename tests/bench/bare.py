"""The least that an ASGI app can do: the same bytes as the product, or its 304."""

import os
from pathlib import Path

from starlette.types import Receive, Scope, Send

_BODY = Path(os.environ["BODY_FILE"]).read_bytes()
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(_BODY)),
    (b"etag", b'"1"'),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anything with the body, or with 304 under `/unchanged`."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] == "/unchanged":
        await send({"type": "http.response.start", "status": 304, "headers": _HEADERS[2:]})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _BODY})


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
