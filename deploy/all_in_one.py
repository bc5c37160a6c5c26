"""The whole product in one process: the gateway calls the four services' apps directly."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import ASGIApp

from chassis.http import Edge
from chassis.observability import traced
from chassis.openapi import larger_bodies
from chassis.settings import EnvironmentSettings, settings_read
from chassis.tokens import Verifier
from chassis.trust import Trust
from deploy.names import SERVICES
from gateway.app import create_app as create_gateway
from gateway.contracts import OWN
from gateway.external.callers import Callers
from gateway.partners.app import create_app as create_registry
from gateway.partners.calls.recorder import Recorder
from gateway.partners.tokens.issuer import Issuer
from gateway.settings import Settings as GatewaySettings
from gateway.upstreams import InProcess, Upstream
from services.evaluation.app import create_app as create_evaluation
from services.evaluation.settings import Settings as EvaluationSettings
from services.funding.app import create_app as create_funding
from services.funding.settings import Settings as FundingSettings
from services.towns.app import create_app as create_towns
from services.towns.settings import Settings as TownsSettings
from services.trainings.app import create_app as create_trainings
from services.trainings.settings import Settings as TrainingsSettings

_SERVICES: Mapping[str, Callable[[Verifier | None], Any]] = {
    "evaluation": lambda one: create_evaluation(EvaluationSettings.from_environment(), one),
    "funding": lambda one: create_funding(FundingSettings.from_environment(), one),
    "towns": lambda one: create_towns(TownsSettings.from_environment(), one),
    "trainings": lambda one: create_trainings(TrainingsSettings.from_environment(), one),
}


def create_app() -> ASGIApp:
    """Assemble the gateway and the services from the environment; they share what they verify."""
    return _gateway(
        lambda verifier: {name: InProcess(service(name, verifier)) for name in SERVICES}
    )


def service(name: str, verifier: Verifier | None = None) -> Any:
    """Return the app of a service; alone it lacks the edge that renders its refusals."""
    return _SERVICES[name](verifier)


def service_alone(name: str) -> ASGIApp:
    """Return a service as it is served in a process of its own."""
    settings = settings_read(EnvironmentSettings)
    app = service(name)
    edge = Edge(
        app, server=name, public_url=settings.public_url, larger_bodies=larger_bodies(app.openapi())
    )
    return traced(edge, name)


def gateway_alone() -> ASGIApp:
    """Return the gateway of services that live elsewhere."""
    return _gateway(lambda _: {})


def _gateway(services: Callable[[Verifier], Mapping[str, Upstream]]) -> ASGIApp:
    """Return the gateway with its registry; it asks the issuer beside it, not itself over HTTP."""
    settings = GatewaySettings.from_environment()
    issuer = Issuer(settings)
    verifier = Verifier(issuer.url, issuer.audience, trust=Trust(issuer.source))
    here = services(verifier)
    registry = create_registry(settings, issuer, verifier=verifier, towns=here.get("towns"))
    upstreams = {**here, OWN: InProcess(registry)}
    calls = Recorder(registry.database)
    issuers = settings.external_issuers
    external = Callers(issuers, issuer, verifier=verifier) if issuers else None
    gateway = create_gateway(settings, upstreams, verifier=verifier, calls=calls, external=external)
    return traced(gateway, "gateway")
