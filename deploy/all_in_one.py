"""The whole product in one process: the gateway calls the four services' apps directly."""

from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

from chassis.http import Edge
from chassis.observability import traced
from deploy.names import SERVICES
from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from gateway.upstreams import InProcess


def create_app() -> ASGIApp:
    """Assemble the gateway and the services from the environment."""
    upstreams = {name: InProcess(service(name)) for name in SERVICES}
    return traced(create_gateway(GatewaySettings(), upstreams), "gateway")


def service(name: str) -> Any:
    """Return the app of a service; alone it lacks the edge that renders its refusals."""
    package = f"services.{name}"
    settings = import_module(f"{package}.settings").Settings.from_environment()
    return import_module(f"{package}.app").create_app(settings)


def service_alone(name: str) -> ASGIApp:
    """Return a service as it is served in a process of its own."""
    settings = GatewaySettings()
    return traced(Edge(service(name), server=name, public_url=settings.public_url), name)


def gateway_alone() -> ASGIApp:
    """Return the gateway of services that live elsewhere."""
    return traced(create_gateway(GatewaySettings()), "gateway")
