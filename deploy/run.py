"""What `python -m deploy` does: prepare the database, start the product, keep it until Ctrl-C."""

import asyncio
import errno
import os
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from chassis.embedded_place import EmbeddedPostgresError
from chassis.settings import MisfitSettings, settings_read
from deploy.databases import Databases, DatabaseSettingsError, Preparation, databases
from deploy.kept import ROOT, data_folder, kept_secret, signing_keys
from deploy.keyrings import SANDBOX
from deploy.plan import FIGURES, Ports, Process, planned
from deploy.progress import say
from deploy.settings import ProcessSettings, RunSettings
from deploy.stopping import Stopped, Wish
from deploy.supervisor import Family, StartFailedError, Supervisor, ended, readable

_CHILDREN = "deploy.children"
_PREPARE = f"{_CHILDREN}:prepare_databases"
_EXAMPLES = (
    ("towns", "/v1/towns?region=44&limit=3"),
    ("trainings", "/v1/events/trainings"),
    ("funding", "/v1/events/funding"),
    ("evaluation", "/v1/events/evaluation"),
)
_EXPECTED = (
    DatabaseSettingsError,
    EmbeddedPostgresError,
    MisfitSettings,
    OSError,
    StartFailedError,
)


def main(wish: Wish) -> None:
    """Run the product as the environment asks, until there is a wish that it stops."""
    try:
        _prepare_and_run(wish)
    except Stopped:
        pass
    except _EXPECTED as error:
        sys.exit(f"The product does not start: {error}")
    say("stopped")


def _prepare_and_run(wish: Wish) -> None:
    wish.heed()
    settings = settings_read(RunSettings)
    settings_read(ProcessSettings)
    folder = data_folder()
    if settings.workers > 1:  # the family chooses at its imports how figures are kept
        os.environ[FIGURES] = str(folder)
    family = Family(_CHILDREN)
    family.gather()
    with databases(os.environ, folder, pause=wish.heed) as found:
        asyncio.run(run(settings, found, wish=wish, family=family, folder=folder))


async def run(
    settings: RunSettings, found: Databases, *, wish: Wish, family: Family, folder: Path
) -> None:
    """Prepare, start, tell, wait, stop."""
    asked_to_stop = asyncio.create_task(readable(wish))
    secret = os.environ.get("CURSOR_SECRET") or kept_secret(folder, "cursor_secret")
    ports = Ports()
    made = {"CURSOR_SECRET": secret, "GATEWAY_SIGNING_KEYS": str(signing_keys().absolute())}
    environment = {**_inherited(), **found.environment(), **made}
    planning = asyncio.create_task(
        _planned_when_free(settings, environment, ports=ports, folder=folder)
    )
    await asyncio.wait([planning, asked_to_stop], return_when=asyncio.FIRST_COMPLETED)
    if not planning.done():
        planning.cancel()
        return
    processes = planning.result()
    supervisor = Supervisor(processes, family=family, target=f"{_CHILDREN}:serve_process")
    sandbox = folder if _wants_sandbox(settings, found) else None
    preparing = family.child(_PREPARE, Preparation(found, secret, sandbox))
    starting = asyncio.create_task(_start(supervisor, preparing))
    try:
        await asyncio.wait([starting, asked_to_stop], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            _announce(processes, supervisor.pids, sandbox=sandbox)
            await asked_to_stop
        say("stopping")
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await supervisor.stop()
        ports.release()


async def _start(supervisor: Supervisor, preparation: ForkServerProcess) -> None:
    """Prepare the databases in a child, then start the processes that need them."""
    born = asyncio.create_task(asyncio.to_thread(preparation.start))
    try:
        await asyncio.shield(born)
        code = await ended(preparation)
    except asyncio.CancelledError:
        await born  # it waits for the family's imports; a child born after us would be nobody's
        preparation.terminate()
        await ended(preparation)
        raise
    if code:
        raise StartFailedError("the database is not ready, see above")
    say("starting the processes")
    await supervisor.start()


async def _planned_when_free(
    settings: RunSettings, environment: Mapping[str, str], *, ports: Ports, folder: Path
) -> list[Process]:
    """Plan the processes; wait for the port of a killed run whose last process still ends."""
    for second in range(settings.port_wait + 1):
        try:
            return planned(settings, environment, ports=ports, folder=folder)
        except OSError as error:
            ports.release()
            if error.errno != errno.EADDRINUSE:
                where = f"{settings.host}:{settings.port}"
                raise StartFailedError(
                    f"it cannot listen at {where}: {error.strerror}; set HOST or PORT"
                ) from error
            if second == 0:
                say(f"port {settings.port} is taken; waiting for it")
            await asyncio.sleep(1)
    raise StartFailedError(f"port {settings.port} is taken: stop its user or set PORT")


def _inherited() -> dict[str, str]:
    """Return our environment without what only the administrator of the database needs."""
    hidden = {"DATABASE_URL", *(name for name in os.environ if name.endswith("_MIGRATOR_URL"))}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"PYTHONPATH": str(ROOT)}


def _wants_sandbox(settings: RunSettings, found: Databases) -> bool:
    """Tell whether to make sandbox partners: unasked, only on a server that is ours alone."""
    return settings.sandbox if settings.sandbox is not None else found.server is not None


def _announce(processes: list[Process], pids: Mapping[str, int], *, sandbox: Path | None) -> None:
    for name, pid in pids.items():
        say(f"{name} is process {pid}")
    address = processes[-1].environment["PUBLIC_URL"]
    say(f"ready at {address}")
    for process in processes[:-1]:
        if process.kind != processes[-1].kind and process.name == process.kind:
            alone = f"http://{process.host}:{process.port}"
            print(f"  {process.kind:<11} alone at {alone}", file=sys.stderr)
    for service, path in _EXAMPLES:
        print(f"  {service:<11} curl '{address}{path}'", file=sys.stderr)
    for line in _sandbox_commands(sandbox, address):
        print(line, file=sys.stderr)
    print("  Ctrl-C stops everything", file=sys.stderr, flush=True)


def _sandbox_commands(folder: Path | None, address: str) -> list[str]:
    """Return how a newcomer gets a token and uses it; the secret stays in its file."""
    secret = None if folder is None else folder / SANDBOX / "commune.curl"
    if secret is None or not secret.exists():
        return []
    kept = os.path.relpath(secret)
    asked = f"curl -s -K '{kept}' -d grant_type=client_credentials '{address}/oauth/token'"
    taken = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""
    return [
        f"  a token     T=$({asked} | {taken})",
        f"  with it     curl -H \"Authorization: Bearer $T\" '{address}/v1/me'",
    ]
