"""How a program finds its way: the API root and the RFC 9727 catalogue."""

from gateway.contracts import SERVICES
from gateway.own_contract import ApiCatalog, ApiRoot, CollectionLink, Guarantees, Link, LinkContext
from gateway.routing import Collections
from gateway.settings import Settings

_JSON_3_1 = "application/vnd.oai.openapi+json;version=3.1"
_JSON_3_0 = "application/vnd.oai.openapi+json;version=3.0"
LINKSET = (
    b'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"; charset=utf-8'
)


def api_root(settings: Settings, collections: Collections) -> ApiRoot:
    """Return the root document: all links absolute, so that it can be read anywhere."""
    here = settings.public_url
    return ApiRoot(
        title="Au cœur des territoires",
        description=(
            "Villes du programme Action cœur de ville, formations du Cnam, financements, évaluation"
        ),
        collections=[
            CollectionLink(href=f"{here}{prefix}", service=service)
            for prefix, service in collections.owned()
        ],
        openapi_url=f"{here}/openapi.json",
        openapi_3_0_url=f"{here}/openapi-3.0.json",
        service_contracts={name: f"{here}/openapi/{name}.json" for name in SERVICES},
        documentation_url=f"{here}/docs",
        status_url=f"{here}/status",
        problems_url=f"{here}/problems",
        api_catalog_url=f"{here}/.well-known/api-catalog",
        licence="etalab-2.0",
        guarantees=Guarantees(
            availability_percent=settings.availability,
            rate_limit=None,
            authentication="none for open-data reads",
            access_request_url=settings.access_request_url,
        ),
    )


def api_catalog(settings: Settings) -> ApiCatalog:
    """Return the linkset: the whole API first, then each service."""
    here = settings.public_url
    status = [Link(href=f"{here}/status", type="application/json")]
    meta = [Link(href=f"{here}/v1", type="application/json")]
    whole = LinkContext(
        anchor=f"{here}/v1",
        service_desc=[
            Link(href=f"{here}/openapi.json", type=_JSON_3_1),
            Link(href=f"{here}/openapi-3.0.json", type=_JSON_3_0),
        ],
        service_doc=[Link(href=f"{here}/docs", type="text/html")],
        service_meta=meta,
        status=status,
    )
    parts = [
        LinkContext(
            anchor=f"{here}/v1#{name}",
            service_desc=[Link(href=f"{here}/openapi/{name}.json", type=_JSON_3_1)],
            service_doc=[Link(href=f"{here}/docs#{name}", type="text/html")],
            service_meta=meta,
            status=status,
        )
        for name in SERVICES
    ]
    return ApiCatalog(linkset=[whole, *parts])
