"""Keeps the processes of the product alive until it is told to stop."""

import asyncio
import importlib
import multiprocessing
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerProcess
from typing import TYPE_CHECKING, Any

from deploy.plan import Process
from deploy.progress import say

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_SHORTEST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_GOOD_LIFE = 10.0
_TO_THE_GROUP = (signal.SIGINT, signal.SIGHUP)
"""What a terminal sends to every process that was started in it."""


class StartFailedError(RuntimeError):
    """A process ended, or stayed silent, before it was ready for the first time."""


@dataclass(slots=True)
class _Kept:
    """A process and its successive lives."""

    process: Process
    running: ForkServerProcess | None = None
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)


class Family:
    """Makes children by forking a process that has imported everything, so they start at once."""

    def __init__(self, preloaded: str) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([preloaded])

    def gather(self) -> None:
        """Begin the imports; they go on beside what the caller does next.

        The family is made with the terminal's signals blocked, so that they reach us alone. To
        ignore them meanwhile would lose those that come; blocked, they wait.
        """
        resource_tracker.ensure_running()  # it would start with the family, and lift the block
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _TO_THE_GROUP)
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def child(self, target: str, *arguments: Any) -> ForkServerProcess:
        """Return a child, not started, that will call `target`, written `module:function`."""
        return self._context.Process(target=_call, args=(target, arguments))


def _call(target: str, arguments: tuple[Any, ...]) -> None:
    """Call a function that the supervisor knows only by name, to stay light itself."""
    module, _, function = target.partition(":")
    getattr(importlib.import_module(module), function)(*arguments)


class Supervisor:
    """Starts processes, starts again those that die, stops them all."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        family: Family,
        target: str,
    ) -> None:
        self._family = family
        self._target = target
        self._kept = [_Kept(process) for process in processes]
        self._stopping = False

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now."""
        running = {kept.process.name: kept.running for kept in self._kept if kept.running}
        return {name: child.pid for name, child in running.items() if child.pid}

    async def start(self) -> None:
        """Start all and wait until each answers that it is ready.

        Raises:
            StartFailedError: one of them ended first, or takes too long.
        """
        for kept in self._kept:
            kept.task = asyncio.create_task(self._keep(kept), name=kept.process.name)
        everyone = asyncio.create_task(self._all_ready())
        lives = [kept.task for kept in self._kept if kept.task]
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await asyncio.wait([everyone, *lives], return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            silent = [kept.process.name for kept in self._kept if not kept.ready.is_set()]
            raise StartFailedError(f"not ready after {_READY_SECONDS:.0f} s: {silent}") from None
        finally:
            everyone.cancel()
        for life in lives:
            if life.done():
                life.result()

    async def _all_ready(self) -> None:
        for kept in self._kept:
            await kept.ready.wait()

    async def stop(self) -> None:
        """Ask every process to end, gateway first; kill what does not within the delay."""
        self._stopping = True
        for kept in reversed(self._kept):
            if kept.running:
                kept.running.terminate()
        lives = [kept.task for kept in self._kept if kept.task]
        if not lives:
            return
        _, alive = await asyncio.wait(lives, timeout=_STOP_SECONDS)
        for kept in self._kept:
            if kept.task in alive and kept.running:
                kept.running.kill()
        await asyncio.gather(*lives, return_exceptions=True)

    async def _keep(self, kept: _Kept) -> None:
        """Run a process life after life, with growing pauses between short lives."""
        pause = _SHORTEST_PAUSE
        while not self._stopping:
            born = time.monotonic()
            code = await self._live(kept)
            if self._stopping:
                return
            if not kept.ready.is_set():
                raise StartFailedError(f"{kept.process.name} ended with {code} before it was ready")
            pause = _SHORTEST_PAUSE if time.monotonic() - born > _GOOD_LIFE else pause
            say(f"{kept.process.name} ended with {code}; starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _live(self, kept: _Kept) -> int:
        """Run a process once; return how it ended."""
        child = self._family.child(self._target, kept.process)
        await asyncio.to_thread(child.start)  # blocks while the family's imports go on
        kept.running = child
        if kept.ready.is_set():
            say(f"{kept.process.name} is process {child.pid}")
        if self._stopping:  # asked to stop while the process was being made
            child.terminate()
        watching = asyncio.create_task(_wait_ready(kept))
        try:
            return await ended(child)
        finally:
            kept.running = None
            watching.cancel()


async def ended(child: ForkServerProcess) -> int:
    """Wait for the end of a started child; return its exit code."""
    await readable(child.sentinel)
    child.join()
    return child.exitcode or 0


async def readable(file: "FileDescriptorLike") -> None:
    """Wait until a file can be read, which is left to others."""
    loop = asyncio.get_running_loop()
    found = asyncio.Event()
    loop.add_reader(file, found.set)
    try:
        await found.wait()
    finally:
        loop.remove_reader(file)


async def _wait_ready(kept: _Kept) -> None:
    while not await answers_ready(kept.process.host, kept.process.port):  # noqa: ASYNC110 -- remote
        await asyncio.sleep(0.03)
    kept.ready.set()


async def answers_ready(host: str, port: int) -> bool:
    """Tell whether the server at this address says that it can work."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                request = (
                    "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                writer.write(request.encode())
                return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
