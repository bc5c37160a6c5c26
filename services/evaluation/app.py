"""The evaluation service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from services.evaluation.policy import POLICY
from services.evaluation.settings import Settings


def create_app(settings: Settings) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database."""
    return ServiceApp(
        "evaluation",
        settings,
        summary="Indicators, their values and the dossiers of the steering committee",
        routers=[],
        policy=POLICY,
    )
