"""The wish that the product stops: kept by the kernel from our first instruction to our last."""

import os
import select
import signal
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked the product to stop while it was starting."""


class Wish:
    """Whether somebody asked the product to stop; an event loop can watch it as a file.

    A signal does one thing, wherever it finds the program: Python's own handler, which is in C,
    puts a byte into a pipe that nobody empties. Nothing is raised, so nothing can swallow it.
    """

    def __init__(self) -> None:
        self._pipe, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, _noted)

    def fileno(self) -> int:
        """Return the file that can be read once there is a wish."""
        return self._pipe

    def heed(self, seconds: float = 0) -> None:
        """Let this time pass.

        Raises:
            Stopped: there is a wish, or it came meanwhile.
        """
        if select.select([self], [], [], seconds)[0]:
            raise Stopped

    def forget(self) -> None:
        """Ignore later signals: nothing is left to stop, and the end must stay a good one."""
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the pipe has it."""
