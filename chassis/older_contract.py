"""OpenAPI 3.1 rewritten as 3.0.3, for the tools that read nothing newer."""

from collections.abc import Callable
from typing import Any

Contract = dict[str, Any]
Schema = dict[str, Any]

_UNKNOWN = frozenset(
    {
        "$comment", "$defs", "$id", "$schema", "contains", "contentEncoding", "contentMediaType",
        "dependentRequired", "dependentSchemas", "else", "if", "maxContains", "minContains",
        "patternProperties", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
_OF_ONE = ("additionalProperties", "items", "not")
_OF_MANY = ("allOf", "anyOf", "oneOf")


def older(contract: Contract) -> Contract:
    """Return the same API as an OpenAPI 3.0.3 document."""
    document: Contract = _each_schema(contract)
    document["openapi"] = "3.0.3"
    for newer in ("jsonSchemaDialect", "webhooks"):
        document.pop(newer, None)
    document["info"] = {k: v for k, v in document["info"].items() if k != "summary"}
    licence = document["info"].get("license")
    if licence is not None and "identifier" in licence:
        url = f"https://spdx.org/licenses/{licence['identifier']}.html"
        document["info"]["license"] = {"name": licence["name"], "url": url}
    document.get("components", {}).pop("pathItems", None)
    return document


def _each_schema(node: Any, *, named: bool = False) -> Any:
    """Rewrite the schemas of a document, and nothing that only looks like one (examples)."""
    if isinstance(node, list):
        return [_each_schema(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {}
    for key, value in node.items():
        if named or (key == "schema" and isinstance(value, dict)):
            made[key] = _older_schema(value)
        elif key in {"example", "examples", "value"}:
            made[key] = value
        else:
            made[key] = _each_schema(value, named=key == "schemas")
    return made


def _older_schema(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema  # `additionalProperties: false`
    made = {key: value for key, value in schema.items() if key not in _UNKNOWN}
    for key in _OF_ONE:
        if key in made:
            made[key] = _older_schema(made[key])
    for key in _OF_MANY:
        if key in made:
            made[key] = [_older_schema(part) for part in made[key]]
    if "properties" in made:
        made["properties"] = {k: _older_schema(v) for k, v in made["properties"].items()}
    for step in _STEPS:
        made = step(made)
    return made


def _one_type(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if kinds == "null":
        return {**_but(schema, "type"), "nullable": True, "enum": [None]}
    if not isinstance(kinds, list):
        return schema
    real = [kind for kind in kinds if kind != "null"]
    made = _but(schema, "type")
    if len(real) == 1:
        made["type"] = real[0]
    else:
        made["anyOf"] = [{"type": kind} for kind in real]
    if len(real) < len(kinds):
        made["nullable"] = True
    return made


def _nullable_choice(schema: Schema) -> Schema:
    for key in ("anyOf", "oneOf"):
        choices = schema.get(key, [])
        real = [choice for choice in choices if choice.get("enum") != [None]]
        if len(real) < len(choices):
            rest = _but(schema, key)
            if len(real) == 1:
                # 3.0 wants a type beside `nullable`; what has a name in our contracts is an object
                kind = {"type": "object"} if "$ref" in real[0] else {}
                return {**rest, **kind, "allOf": real, "nullable": True}
            return {**rest, key: real, "nullable": True}
    return schema


def _constant(schema: Schema) -> Schema:
    if "const" not in schema:
        return schema
    return {**_but(schema, "const"), "enum": [schema["const"]]}


def _one_example(schema: Schema) -> Schema:
    examples = schema.get("examples")
    if not isinstance(examples, list):
        return schema
    made = _but(schema, "examples")
    return {**made, "example": examples[0]} if examples else made


def _bounds(schema: Schema) -> Schema:
    made = dict(schema)
    for newer, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        bound = made.get(newer)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool):
            made[plain], made[newer] = bound, True
    return made


def _tuple(schema: Schema) -> Schema:
    if "prefixItems" not in schema:
        return schema
    kinds = [_older_schema(part) for part in schema["prefixItems"]]
    return {**_but(schema, "prefixItems"), "items": {"anyOf": kinds}}


def _reference_alone(schema: Schema) -> Schema:
    if "$ref" not in schema or len(schema) == 1:
        return schema
    return {**_but(schema, "$ref"), "allOf": [{"$ref": schema["$ref"]}]}


def _but(schema: Schema, key: str) -> Schema:
    return {name: value for name, value in schema.items() if name != key}


_STEPS: tuple[Callable[[Schema], Schema], ...] = (
    _one_type,
    _nullable_choice,
    _constant,
    _one_example,
    _bounds,
    _tuple,
    _reference_alone,
)
