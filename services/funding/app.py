"""The funding service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from services.funding.policy import POLICY
from services.funding.settings import Settings


def create_app(settings: Settings) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database."""
    return ServiceApp(
        "funding",
        settings,
        summary="Financing lines, grants and the ledger of what is paid",
        routers=[],
        policy=POLICY,
    )
