"""The evaluation service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.tokens import Verifier
from services.evaluation.policy import POLICY
from services.evaluation.settings import Settings


def create_app(settings: Settings, verifier: Verifier | None = None) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database.

    In one process all share the verifier; alone, the service makes its own.
    """
    return ServiceApp(
        "evaluation",
        settings,
        summary="Indicators, their values and the dossiers of the steering committee",
        routers=[],
        policy=POLICY,
        verifier=verifier,
    )
