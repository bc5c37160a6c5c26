"""How an ASGI app is served: uvicorn as we configure it, with the deadlines of `protocol.py`."""

from collections.abc import Sequence
from socket import socket
from typing import Any

from uvicorn import Config, Server

from chassis.protocol import protocol_for

_KEEP_ALIVE_SECONDS = 75
"""Longer than any client of ours keeps an idle connection, so that it is never us who cut it."""
_DRAIN_SECONDS = 10
_BACKLOG = 2048


def server(app: Any, *, public_url: str) -> Server:
    """Return the server of an app, not started."""
    return Server(
        Config(
            app,
            loop="uvloop",
            http=protocol_for(public_url),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )


def serve(app: Any, *, sockets: Sequence[socket], public_url: str) -> None:
    """Serve until SIGINT or SIGTERM: the requests at work are finished, then the app's lifespan."""
    server(app, public_url=public_url).run(list(sockets))
