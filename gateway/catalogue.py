"""How a program finds its way: the API root and the RFC 9727 catalogue."""

from collections.abc import Mapping

from gateway.contracts import SERVICES, Contract
from gateway.own_contract import (
    ApiCatalog,
    ApiRoot,
    CollectionLink,
    Guarantees,
    Licence,
    Link,
    LinkContext,
)
from gateway.routing import Collections
from gateway.settings import Settings

_JSON_3_1 = "application/vnd.oai.openapi+json;version=3.1"
_JSON_3_0 = "application/vnd.oai.openapi+json;version=3.0"
LINKSET = (
    b'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"; charset=utf-8'
)
LICENCES = [
    Licence(
        identifier="etalab-2.0",
        name="Licence Ouverte 2.0",
        url="https://www.etalab.gouv.fr/licence-ouverte-open-licence",
        covers="Tous les faits, sauf mention contraire / All facts unless stated otherwise",
        attribution="ANCT, INSEE, DGCL, La Poste",
    ),
    Licence(
        identifier="CC-BY-4.0",
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        covers="Coordonnées d’outre-mer / Overseas coordinates",
        attribution="GeoNames, https://www.geonames.org",
    ),
]


def api_root(
    settings: Settings, collections: Collections, *, contracts: Mapping[str, Contract]
) -> ApiRoot:
    """Return the root document: all links absolute, so that it can be read anywhere."""
    here = settings.public_url
    return ApiRoot(
        title="Au cœur des territoires",
        description=(
            "Villes du programme Action cœur de ville, formations du Cnam, financements, évaluation"
        ),
        collections=[
            _collection(here, prefix, service=service, contract=contracts[service])
            for prefix, service in collections.owned()
            if "get" in contracts[service]["paths"].get(prefix, {})
        ],
        openapi_url=f"{here}/openapi.json",
        openapi_3_0_url=f"{here}/openapi-3.0.json",
        service_contracts={name: f"{here}/openapi/{name}.json" for name in contracts},
        documentation_url=f"{here}/docs",
        status_url=f"{here}/status",
        problems_url=f"{here}/problems",
        api_catalog_url=f"{here}/.well-known/api-catalog",
        licences=LICENCES,
        guarantees=Guarantees(
            availability_percent=settings.availability,
            rate_limit=None,
            authentication="none for open-data reads; else OAuth 2.0 client credentials (RFC 6749),"
            " client_secret_basic or private_key_jwt, access tokens of 5 minutes (RFC 9068)",
            access_request_url=settings.access_request_url or f"{here}/docs#access",
        ),
    )


def _collection(here: str, prefix: str, *, service: str, contract: Contract) -> CollectionLink:
    """Return the link of a collection; with its parameters where it answers nothing without."""
    asked = contract["paths"].get(prefix, {}).get("get", {}).get("parameters", [])
    needed = any(one.get("required") or "x-required-unless" in one["schema"] for one in asked)
    names = ",".join(one["name"] for one in asked if one["in"] == "query")
    template = f"{{?{names}}}" if needed else ""
    return CollectionLink(href=f"{here}{prefix}{template}", service=service, templated=needed)


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
