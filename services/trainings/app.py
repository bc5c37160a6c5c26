"""The trainings service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.tokens import Verifier
from services.trainings.policy import POLICY
from services.trainings.settings import Settings


def create_app(settings: Settings, verifier: Verifier | None = None) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database.

    In one process all share the verifier; alone, the service makes its own.
    """
    return ServiceApp(
        "trainings",
        settings,
        summary="Certifications, paths, units, sites and sessions of the Cnam",
        routers=[],
        policy=POLICY,
        verifier=verifier,
    )
