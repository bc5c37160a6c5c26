"""`python -m deploy.serve NAME`: one process of the product: `all`, `gateway` or a service."""

import argparse
import os
import sys
from datetime import timedelta

from starlette.types import ASGIApp

from chassis.observability import configure_logs
from chassis.server import serve
from chassis.settings import EnvironmentSettings, settings_read
from chassis.sockets import bound_socket
from deploy.all_in_one import create_app, gateway_alone, service_alone
from deploy.names import SERVICES
from deploy.plainly import plainly
from deploy.settings import ProcessSettings


def main() -> None:
    """Serve what the command line names."""
    parser = argparse.ArgumentParser(description="Serve one process of the product.")
    parser.add_argument("name", choices=["all", "gateway", *SERVICES])
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
    asked = parser.parse_args()
    with plainly():
        serve_named(asked.name, host=asked.host, port=asked.port)


def serve_named(name: str, *, host: str, port: int) -> None:
    """Serve one kind of process until told to stop."""
    shared, ours = settings_read(EnvironmentSettings), settings_read(ProcessSettings)
    text = sys.stdout.isatty() if ours.log_format == "auto" else ours.log_format == "text"
    configure_logs(shared.log_level, text=text)
    drain = timedelta(seconds=ours.drain_seconds)
    with bound_socket(host, port) as listener:
        serve(app_named(name), sockets=[listener], public_url=shared.public_url, drain=drain)


def app_named(name: str) -> ASGIApp:
    """Return the app of one kind of process."""
    if name == "all":
        return create_app()
    return gateway_alone() if name == "gateway" else service_alone(name)


if __name__ == "__main__":
    main()
