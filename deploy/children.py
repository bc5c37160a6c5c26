"""What runs inside the supervisor's children; imported once, by the process that they fork from."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time

from deploy.databases import Preparation
from deploy.plainly import plainly
from deploy.plan import Process
from deploy.preparation import prepare_and_seed, sandbox
from deploy.serve import serve_named

_LAST_RESORT_SECONDS = 15


def serve_process(process: Process) -> None:
    """Serve one process of the product; it ends when the supervisor does."""
    follow_supervisor()
    os.environ.clear()
    os.environ.update(process.environment)
    with plainly():
        serve_named(process.kind, host=process.host, port=process.port)


def prepare_databases(asked: Preparation) -> None:
    """Migrate and seed, away from the supervisor; make sandbox partners if a folder is given."""
    follow_supervisor()
    with plainly():
        asyncio.run(prepare_and_seed(asked.databases, cursor_secret=asked.cursor_secret))
        if asked.sandbox is not None:
            asyncio.run(sandbox(asked.databases, asked.sandbox))


def follow_supervisor() -> None:
    """End when the supervisor dies, whatever killed it; Ctrl-C reaches it alone."""
    os.setsid()
    threading.Thread(target=_end_with_supervisor, daemon=True).start()


def _end_with_supervisor() -> None:
    """Wait for the supervisor's end, then stop as if asked, then by force."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_LAST_RESORT_SECONDS)
        os._exit(1)
