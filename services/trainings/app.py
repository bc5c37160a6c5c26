"""The trainings service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from services.trainings.policy import POLICY
from services.trainings.settings import Settings


def create_app(settings: Settings) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database."""
    return ServiceApp(
        "trainings",
        settings,
        summary="Certifications, paths, units, sites and sessions of the Cnam",
        routers=[],
        policy=POLICY,
    )
