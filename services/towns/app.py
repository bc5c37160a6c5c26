"""The towns service, assembled. Start reading here."""

from chassis.assembly import ServiceApp, Web
from chassis.database import Database
from chassis.migrations import head_revision
from services.towns.catalogue import routes as catalogue
from services.towns.policy import POLICY
from services.towns.settings import Settings


def create_app(settings: Settings) -> ServiceApp:
    """Return the service; its lifespan opens and checks the database."""
    return ServiceApp(
        settings,
        database=Database(settings, schema="towns", revision=head_revision("towns")),
        web=Web(title="Towns", version="1.0.0", openapi_url=None, docs_url=None, redoc_url=None),
        routers=[catalogue.router],
        policy=POLICY,
    )
