"""The towns service, assembled. Start reading here."""

from chassis.assembly import ServiceApp
from chassis.imports.routes import Importing
from chassis.tokens import Verifier
from chassis.vocabularies import label_router
from services.towns.applications import routes as applications
from services.towns.calls import routes as calls
from services.towns.catalogue import routes as catalogue
from services.towns.contacts import routes as contacts
from services.towns.conventions import routes as conventions
from services.towns.conventions import writing_routes as cnam_actions
from services.towns.coverage import routes as coverage
from services.towns.decisions import preparing
from services.towns.decisions import routes as decisions
from services.towns.features import routes as features
from services.towns.geography import routes as geography
from services.towns.needs import routes as needs
from services.towns.needs.importing import NEEDS
from services.towns.needs.tables import IMPORTS
from services.towns.panel import routes as panel
from services.towns.policy import POLICY
from services.towns.resolution import routes as resolution
from services.towns.settings import Settings
from services.towns.sites import routes as sites
from services.towns.sources import routes as sources
from services.towns.succession import routes as succession
from services.towns.targets import routes as targets
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
            calls.router,
            applications.router,
            catalogue.router,
            contacts.router,
            conventions.router,
            cnam_actions.router,
            coverage.router,
            features.router,
            geography.router,
            Importing(IMPORTS, [NEEDS]),
            needs.router,
            needs.upserts,
            panel.router,
            preparing.router,
            decisions.router,
            resolution.router,
            sites.router,
            sources.router,
            succession.router,
            targets.router,
            label_router("towns", VOCABULARIES),
        ],
        policy=POLICY,
        verifier=verifier,
    )
