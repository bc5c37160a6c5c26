"""How an ASGI app is served: uvicorn as we configure it, on a port that several processes share."""

import socket
from collections.abc import Sequence
from typing import Any

from uvicorn import Config, Server

from chassis.protocol import protocol_for

_KEEP_ALIVE_SECONDS = 75
"""Longer than any client of ours keeps an idle connection, so that it is never us who cut it."""
_DRAIN_SECONDS = 10
_BACKLOG = 2048


def bound_socket(host: str, port: int, *, shared: bool = True) -> socket.socket:
    """Return a socket bound to the address, not listening yet.

    `shared` lets other processes of the same user bind it too, and the kernel spread the callers;
    otherwise it fails if anyone at all has it.

    Raises:
        OSError: the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
        made.set_inheritable(False)
    except OSError:
        made.close()
        raise
    return made


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


def serve(app: Any, *, sockets: Sequence[socket.socket], public_url: str) -> None:
    """Serve until SIGINT or SIGTERM: the requests at work are finished, then the app's lifespan."""
    server(app, public_url=public_url).run(list(sockets))
