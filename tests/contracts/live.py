"""A real server on the loopback for callers that misbehave on the wire."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

STARTING = 30.0
"""Seconds that the lifespan of the application may take."""


@contextmanager
def serving(app: Any) -> Iterator[tuple[str, int]]:
    """Serve `app` on a free port, in a thread and an event loop of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, http="httptools", log_config=None, lifespan="on", workers=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        _wait(server, thread)
        try:
            host, port = listening.getsockname()
            yield host, port
        finally:
            server.should_exit = True
            thread.join(timeout=STARTING)


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + STARTING
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the application did not start")
        time.sleep(0.01)
