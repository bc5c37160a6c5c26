"""The registry of partners, assembled: a service that lives in the gateway. Start reading here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive, Scope, Send

from chassis.assembly import ServiceApp
from chassis.problems import Problem
from chassis.tokens import Verifier
from chassis.vocabularies import label_router
from gateway.partners.access_requests import routes as access_requests
from gateway.partners.access_requests.desk import Desk
from gateway.partners.attachments import routes as attachments
from gateway.partners.calls import routes as calls
from gateway.partners.clients import routes as clients
from gateway.partners.credentials import routes as credentials
from gateway.partners.me import routes as me
from gateway.partners.organisations import routes as organisations
from gateway.partners.policy import POLICY
from gateway.partners.tokens.issuer import Issuer
from gateway.partners.tokens.oauth_words import PLACE, said_in_oauth
from gateway.partners.tokens.routes import published_routes, token_routes
from gateway.partners.towns_client import TownsClient
from gateway.partners.vocabularies import VOCABULARIES
from gateway.settings import Settings
from gateway.upstreams import Upstream


class Registry(ServiceApp):
    """A service of which the token endpoints refuse in the words of OAuth too."""

    def __init__(
        self, settings: Settings, issuer: Issuer, *, verifier: Verifier | None, towns: TownsClient
    ) -> None:
        self._issuer = issuer
        self._towns = towns
        super().__init__(
            "gateway",
            settings,
            summary="Partners, their systems, their rights, and the tokens that prove them",
            routers=[
                token_routes(issuer),
                published_routes(issuer),
                me.router,
                access_requests.asking_routes(Desk(settings, towns)),
                access_requests.collecting,
                access_requests.router,
                organisations.router,
                clients.router,
                calls.router,
                attachments.asking({one.name for one in settings.external_issuers}),
                attachments.router,
                credentials.showing,
                credentials.router,
                label_router("gateway", VOCABULARIES),
            ],
            policy=POLICY,
            verifier=verifier,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        try:
            await super().__call__(scope, receive, send)
        except Problem as refusal:
            if scope["type"] == "http" and scope["path"].startswith(PLACE):
                request_id = scope["state"]["request_id"]
                said_in_oauth(refusal, request_id, issuer=self._issuer)
            raise

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Hold the keys, the tasks that keep them and the database in order, and the neighbour."""
        async with self._towns.running(), self._issuer.running(self.database):
            yield


def create_app(
    settings: Settings,
    issuer: Issuer | None = None,
    *,
    verifier: Verifier | None = None,
    towns: Upstream | None = None,
) -> Registry:
    """Return the registry; its lifespan opens and checks the database and the signing keys.

    `issuer` is given by who needs its `source` too: the verifier of the same process; `towns` is
    the towns service if it lives in the same process.
    """
    client = TownsClient(settings, towns)
    return Registry(settings, issuer or Issuer(settings), verifier=verifier, towns=client)
