"""How an ASGI app is served: uvicorn as we configure it, with the deadlines of `protocol.py`."""

import asyncio
import gc
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from socket import socket
from time import monotonic
from types import FrameType
from typing import Any

from uvicorn import Config, Server

from chassis.draining import Drainable
from chassis.protocol import protocol_for

_KEEP_ALIVE_SECONDS = 75
"""Longer than any client of ours keeps an idle connection, so that it is never us who cut it."""
_FINISH_SECONDS = 10
_LAST_CALL_SECONDS = 0.2
"""For a caller whose connection was accepted just before we stopped accepting."""
_BACKLOG = 2048
_AT_ONCE = timedelta()


def server(app: Any, *, public_url: str, drain: timedelta = _AT_ONCE) -> Server:
    """Return the server of an app, not started.

    `drain` is how long it still serves after SIGTERM, saying that it is not ready, so that nobody
    is refused: whoever spreads the callers hears of the end before it comes.
    """
    drainable = Drainable(app, public_url=public_url)
    config = Config(
        drainable,
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
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    return DrainingServer(config, drainable, seconds=drain.total_seconds())


def serve(app: Any, *, sockets: Sequence[socket], public_url: str, drain: timedelta) -> None:
    """Serve until SIGINT or SIGTERM: the requests at work are finished, then the app's lifespan."""
    gc.collect()
    gc.freeze()  # else each full collection searches all that was imported, for 50 ms and more
    server(app, public_url=public_url, drain=drain).run(list(sockets))


class DrainingServer(Server):
    """Stops in three steps: not ready any more; no new connection; nothing at work."""

    def __init__(self, config: Config, app: Drainable, *, seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._seconds = seconds
        self._until = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain at the first SIGTERM; stop at once at Ctrl-C or at a second signal."""
        if sig != signal.SIGTERM or not self._seconds or self._app.draining:
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._until = monotonic() + self._seconds
        self._app.draining = True

    async def on_tick(self, counter: int) -> bool:
        """Stop once the time to drain has passed."""
        if self._app.draining and monotonic() >= self._until:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Serve those whom the kernel has accepted for us, then stop as uvicorn does."""
        if self._app.draining:
            # closing a listener resets those who wait there, and no other process gets them
            waiting = [one for listener in sockets or [] for one in _waiting(listener)]
            for listening in self.servers:
                listening.close()
            loop = asyncio.get_running_loop()
            for accepted in waiting:
                await loop.connect_accepted_socket(self._made, accepted)
            await asyncio.sleep(_LAST_CALL_SECONDS)
        await super().shutdown(sockets)

    def _made(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


def _waiting(listener: socket) -> list[socket]:
    """Accept all who wait at a listener that does not block."""
    found = []
    with suppress(BlockingIOError):
        while True:
            found.append(listener.accept()[0])
    return found
