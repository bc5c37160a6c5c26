"""The funding service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.tokens import Verifier
from services.funding.policy import POLICY
from services.funding.settings import Settings


def create_app(settings: Settings, verifier: Verifier | None = None) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database.

    In one process all share the verifier; alone, the service makes its own.
    """
    return ServiceApp(
        "funding",
        settings,
        summary="Financing lines, grants and the ledger of what is paid",
        routers=[],
        policy=POLICY,
        verifier=verifier,
    )
