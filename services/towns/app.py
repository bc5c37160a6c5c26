"""The towns service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.tokens import Verifier
from chassis.vocabularies import label_router
from services.towns.catalogue import routes as catalogue
from services.towns.contacts import routes as contacts
from services.towns.conventions import routes as conventions
from services.towns.decisions import preparing
from services.towns.decisions import routes as decisions
from services.towns.features import routes as features
from services.towns.geography import routes as geography
from services.towns.needs import routes as needs
from services.towns.panel import routes as panel
from services.towns.policy import POLICY
from services.towns.resolution import routes as resolution
from services.towns.settings import Settings
from services.towns.sources import routes as sources
from services.towns.succession import routes as succession
from services.towns.vocabularies import VOCABULARIES


def create_app(settings: Settings, verifier: Verifier | None = None) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database.

    In one process all share the verifier; alone, the service makes its own.
    """
    return ServiceApp(
        "towns",
        settings,
        summary="Programme towns, official places, and what each town asks for and obtains",
        routers=[
            catalogue.router,
            contacts.router,
            conventions.router,
            features.router,
            geography.router,
            needs.router,
            panel.router,
            preparing.router,
            decisions.router,
            resolution.router,
            sources.router,
            succession.router,
            label_router("towns", VOCABULARIES),
        ],
        policy=POLICY,
        verifier=verifier,
    )
