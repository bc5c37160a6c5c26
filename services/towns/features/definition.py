"""This part of the API as an OpenAPI 3.0 document, for clients that read nothing newer."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.routing import BaseRoute

from chassis.identity import Open
from chassis.older_contract import older
from chassis.openapi import finished
from services.towns.features.queries import LONGEST_PAGE

PREFIX = "/ogc"

_AS_OGC: dict[str, dict[str, Any]] = {
    "bbox": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    "datetime": {"type": "string"},
    "limit": {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": 10},
}
"""The parameters of the standard, in the very form that it gives them."""


def definition(routes: Sequence[BaseRoute], public_url: str) -> dict[str, Any]:
    """Return the document of some routes, reached under `public_url`."""
    draft = get_openapi(title="OGC API Features", version="1.0.0", routes=routes)
    policy = {operation["operationId"]: Open() for operation in _operations(draft)}
    document = older(finished(draft, policy=policy))
    document["servers"] = [{"url": public_url + PREFIX}]
    document["paths"] = {
        path.removeprefix(PREFIX) or "/": item for path, item in document["paths"].items()
    }
    for operation in _operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                parameter["style"] = "form"
                parameter["explode"] = parameter["name"] not in _AS_OGC
                parameter["schema"] = _AS_OGC.get(parameter["name"], parameter["schema"])
    return document


def shape_of_feature(properties: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a feature, in the plain form by which GDAL types its columns."""
    drawn = properties.model_json_schema(mode="serialization")["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "description": "Any property may be null instead: not known, or without object",
        "properties": {
            "id": {"type": "string"},
            "geometry": {"$ref": "https://geojson.org/schema/Point.json"},
            "properties": {
                "type": "object",
                "properties": {name: _not_null(kind) for name, kind in drawn.items()},
            },
        },
    }


def _not_null(kind: dict[str, Any]) -> dict[str, Any]:
    real = [choice for choice in kind.get("anyOf", []) if choice["type"] != "null"]
    plain = {key: value for key, value in kind.items() if key not in {"anyOf", "title"}}
    return {**plain, **(real[0] if real else {})}


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        yield from item.values()
