"""The gateway's own operations: what they answer, and their part of the contract."""

from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field
from pydantic.json_schema import models_json_schema

from chassis.contract import Output
from chassis.identity import Open
from chassis.openapi import documented, finished
from gateway.contracts import OWN, SERVICES, Contract
from gateway.routing import UnknownCollection
from gateway.status import ServiceStatus, Status

_REF = "#/components/schemas/{model}"


class Health(Output):
    """The gateway itself; `/status` speaks of the services."""

    status: str


class CollectionLink(Output):
    """A collection and the service it belongs to; a `templated` link is one of RFC 6570."""

    href: str
    service: str
    templated: bool


class Licence(Output):
    """What may be done with some of the facts, and whom to name."""

    identifier: str = Field(description="SPDX identifier")
    name: str
    url: str
    covers: str
    attribution: str


class Guarantees(Output):
    """What catalogues of public APIs ask: who may call, how often, how reliably."""

    availability_percent: str
    rate_limit: str | None
    authentication: str
    access_request_url: str | None


class ApiRoot(Output):
    """Where everything is."""

    title: str
    description: str
    collections: list[CollectionLink]
    openapi_url: str
    openapi_3_0_url: str
    service_contracts: dict[str, str]
    documentation_url: str
    status_url: str
    problems_url: str
    api_catalog_url: str
    licences: list[Licence]
    guarantees: Guarantees


class Link(Output):
    """One link of RFC 9264."""

    href: str
    type: str


class LinkContext(Output):
    """The links of one API: keys are relation types."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    anchor: str
    service_desc: Annotated[list[Link], Field(alias="service-desc")]
    service_doc: Annotated[list[Link], Field(alias="service-doc")]
    service_meta: Annotated[list[Link], Field(alias="service-meta")]
    status: list[Link]


class ApiCatalog(Output):
    """RFC 9727: the APIs behind this host, as an RFC 9264 linkset."""

    linkset: list[LinkContext]


_JSON = "application/json"
_LINKSET = "application/linkset+json"


class _Own(NamedTuple):
    """One operation: its answer's media type and schema."""

    path: str
    name: str
    summary: str
    media: str
    schema: str


_OPERATIONS = (
    _Own(
        "/", "show_entrance", "First screen for a person, API root for a program", _JSON, "ApiRoot"
    ),
    _Own("/v1", "show_api_root", "Where everything is", _JSON, "ApiRoot"),
    _Own("/status", "show_status", "State of each service", _JSON, "Status"),
    _Own("/health/live", "show_liveness", "The gateway runs", _JSON, "Health"),
    _Own("/health/ready", "show_readiness", "The gateway takes requests", _JSON, "Health"),
    _Own("/openapi.json", "show_contract", "This contract, OpenAPI 3.1", _JSON, ""),
    _Own("/openapi-3.0.json", "show_older_contract", "This contract, OpenAPI 3.0.3", _JSON, ""),
    _Own("/openapi/{service}.json", "show_service_contract", "Contract of one service", _JSON, ""),
    _Own(
        "/.well-known/api-catalog", "show_api_catalog", "RFC 9727 catalogue", _LINKSET, "ApiCatalog"
    ),
    _Own("/problems/{slug}", "show_problem_page", "What a refusal means", "text/html", "text"),
)


def own_contract() -> Contract:
    """Return the OpenAPI document of the gateway's own operations."""
    models = (ApiRoot, Status, ServiceStatus, Health, ApiCatalog)
    _, drawn = models_json_schema([(m, "serialization") for m in models], ref_template=_REF)
    draft: Contract = {
        "openapi": "3.1.0",
        "info": {"title": "Gateway", "version": "1.0.0"},
        "tags": [{"name": "api", "description": "The API itself: contracts, status, catalogue"}],
        "paths": {own.path: {"get": _operation(own)} for own in _OPERATIONS},
        "components": {"schemas": drawn["$defs"]},
    }
    return finished(draft, policy={own.name: Open() for own in _OPERATIONS})


def _operation(own: _Own) -> dict[str, Any]:
    path, name, summary, media, schema = own
    described: dict[str, Any] = {"$ref": _REF.format(model=schema)}
    if schema in {"", "text"}:
        described = {"type": "string"} if schema else {"type": "object"}
    content: dict[str, Any] = {media: {"schema": described}}
    if path == "/":
        content["text/html"] = {"schema": {"type": "string"}}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "description": f"{summary}.",
        "tags": ["api"],
        "responses": {"200": {"description": summary, "content": content}},
    }
    operation["parameters"] = [
        _parameter(part) for part in ("service", "slug") if f"{{{part}}}" in path
    ]
    if operation["parameters"]:
        refusals = documented(UnknownCollection)
        operation["responses"] |= {str(status): drawn for status, drawn in refusals.items()}
    else:
        del operation["parameters"]
    return operation


def _parameter(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if name == "service":
        schema["enum"] = [*SERVICES, OWN]
    else:
        schema["pattern"] = "^[a-z-]+$"
    example, description = _SHOWN[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


_SHOWN = {
    "service": ("towns", "One of the services, or the registry of partners in the gateway"),
    "slug": ("not-found", "The `code` of a refusal"),
}
