"""The registry of partners, assembled: a service that lives in the gateway. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.settings import ServiceSettings
from chassis.tokens import Verifier
from gateway.partners.policy import POLICY


def create_app(settings: ServiceSettings, *, verifier: Verifier | None = None) -> ServiceApp:
    """Return the registry; its lifespan opens and checks the database."""
    return ServiceApp(
        "gateway",
        settings,
        summary="Partners, their systems, their rights, and the tokens that prove them",
        routers=[],
        policy=POLICY,
        verifier=verifier,
    )
