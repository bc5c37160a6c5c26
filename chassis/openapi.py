"""The OpenAPI document as a product: FastAPI's draft, finished to the rules of the contract."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.contract import ProblemDetails, ProblemField
from chassis.formats import PARTIAL, Format
from chassis.identity import Policy
from chassis.problems import MEDIA_TYPE, Problem
from chassis.queries import ListQuery
from chassis.rights_shown import refusals_of, show_right, show_scheme

Answers = dict[int | str, dict[str, Any]]

LARGEST_BODY_KEY = "x-largest-body"
"""Of an operation that takes more than the edge's usual body: how many bytes."""

_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
_EXAMPLE_HOST = "https://api.example"


def documented(*problems: type[Problem]) -> Answers:
    """Return the OpenAPI answers of some refusals, an example each."""
    answers: Answers = {}
    for problem in problems:
        fresh = {"content": {MEDIA_TYPE: {"schema": _PROBLEM, "examples": {}}}}
        answer = answers.setdefault(problem.status, fresh)
        examples = answer["content"][MEDIA_TYPE]["examples"]
        examples[problem.slug()] = {"summary": problem.title.en, "value": _example(problem)}
        answer["description"] = "; ".join(shown["summary"] for shown in examples.values())
    return answers


def _example(problem: type[Problem]) -> dict[str, Any]:
    return {
        "type": f"{_EXAMPLE_HOST}/problems/{problem.slug()}",
        "title": problem.title.fr,
        "status": problem.status,
        "detail": problem.title.fr,
        "instance": "/v1/example",
        "code": problem.slug(),
        "request_id": "0198c0de00007000800000000000beef",
        "errors": [],
    }


def larger_bodies(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the paths of a contract that take more than the usual body, and how many bytes."""
    return {
        path: operation[LARGEST_BODY_KEY]
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if LARGEST_BODY_KEY in operation
    }


def page_answers(query: type[ListQuery]) -> Answers:
    """Return what a collection answers beside its page: partial items, and every export."""
    binary = {Format.XLSX: {"type": "string", "format": "binary"}}
    formats = query.model_fields["format"].annotation
    placed = "geojson" in str(formats)
    content: dict[str, Any] = {
        form.value: {"schema": binary.get(form, {"type": "string"})}
        for form in (Format.CSV, Format.NDJSON, Format.XLSX)
    }
    if placed:
        content[Format.GEOJSON.value] = {"schema": _FEATURES}
    content[PARTIAL.decode()] = {"schema": {"$ref": "#/components/schemas/PartialPage"}}
    link = {"description": "RFC 8288: the next page", "schema": {"type": "string"}}
    return {200: {"content": content, "headers": {"Link": link}}}


_FEATURES = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": {"type": "object"}},
    },
}
_PARTIAL_PAGE = {
    "title": "PartialPage",
    "description": "A page whose items hold only the keys named by `fields`.",
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next": {"type": "string", "description": "Path of the next page"},
        "total": {"type": "integer", "minimum": 0},
    },
}


def finished(document: dict[str, Any], *, policy: Mapping[str, Policy]) -> dict[str, Any]:
    """Return FastAPI's draft made to the rules of the contract.

    Args:
        document: what `FastAPI.openapi()` made; changed in place.
        policy: the row of each operation, by operation id.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for dead in ("HTTPValidationError", "ValidationError"):
        schemas.pop(dead, None)
    for model in (ProblemDetails, ProblemField):
        drawn = model.model_json_schema(
            mode="serialization", ref_template="#/components/schemas/{model}"
        )
        drawn.pop("$defs", None)
        schemas[model.__name__] = drawn
    if "PartialPage" in str(document["paths"]):
        schemas["PartialPage"] = dict(_PARTIAL_PAGE)
    for schema in schemas.values():
        _absent_not_default(schema)
    for path in document["paths"].values():
        for method, operation in path.items():
            row = policy[operation["operationId"]]
            _add_refusals(operation["responses"], refusals_of(row))
            _finish_operation(operation)
            show_right(operation, row)
            _show_headers(operation["responses"], read=method == "get")
    show_scheme(document)
    tidied: dict[str, Any] = _tidied(document)
    tidied["components"]["schemas"] = dict(sorted(tidied["components"]["schemas"].items()))
    return tidied


def _add_refusals(answers: dict[str, Any], problems: Sequence[type[Problem]]) -> None:
    for status, drawn in documented(*problems).items():
        answers.setdefault(str(status), drawn)


def _finish_operation(operation: dict[str, Any]) -> None:
    operation["summary"], _, more = operation.pop("description").partition("\n")
    if more.strip():
        operation["description"] = more.strip()
    answers = operation["responses"]
    shown = answers.get("422", {}).get("content", {}).get("application/json", {})
    if shown.get("schema", {}).get("$ref", "").endswith("HTTPValidationError"):
        del answers["422"]
    answers["default"] = {
        "description": "Any other refusal",
        "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
    }
    operation["responses"] = {key: answers[key] for key in sorted(answers)}
    for parameter in operation.get("parameters", []):
        _never_null(parameter["schema"])
        parameter["schema"].pop("title", None)
        if parameter["name"] == "fields":
            shown = {key: parameter["schema"][key] for key in ("description", "examples")}
            parameter["schema"] = {"type": "string", "pattern": r"^[a-z_]+(,[a-z_]+)*$"} | shown
        example = _shown(parameter["schema"])
        if example is not None:
            parameter.setdefault("example", example)


def _shown(schema: Mapping[str, Any]) -> Any:
    """Return what a parameter may look like; a cursor has no example that could work."""
    for key in ("examples", "enum", "x-extensible-enum"):
        if key in schema:
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "items" in schema:
        one = _shown(schema["items"])
        return None if one is None else [one]
    return schema.get("default")


def _show_headers(answers: dict[str, dict[str, Any]], *, read: bool) -> None:
    """Say which headers an answer carries; a read answers 304 to a caller who is up to date."""
    if read:
        answers["304"] = {"description": "`If-None-Match` names the current version"}
        for status in ("200", "304"):
            answers[status]["headers"] = {**answers[status].get("headers", {}), **_OF_READS}
    for answer in answers.values():
        answer["headers"] = {**answer.get("headers", {}), **_OF_ALL}


def _text_header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


_OF_ALL = {"X-Request-Id": _text_header("Finds the request in our logs")}
_OF_READS = {
    "ETag": _text_header("Version of this representation, for `If-None-Match` and `If-Match`"),
    "Cache-Control": _text_header("How long it may be kept without asking again"),
    "Content-Location": _text_header("Path of the resource, if it was reached by another code"),
}


def _absent_not_default(schema: dict[str, Any]) -> None:
    for name, drawn in schema.get("properties", {}).items():
        if "default" in drawn:
            del drawn["default"]
            schema["required"] = [key for key in schema.get("required", []) if key != name]
    if not schema.get("required", True):
        del schema["required"]


def _never_null(schema: dict[str, Any]) -> None:
    kinds = schema.get("anyOf", [])
    real = [kind for kind in kinds if kind.get("type") != "null"]
    if len(real) == 1 and len(kinds) > 1:
        del schema["anyOf"]
        schema.update(real[0])


def _tidied(node: Any) -> Any:  # JSON
    """Write `type: [x, "null"]` for nullable simple types, and drop pydantic's titles."""
    if isinstance(node, list):
        return [_tidied(part) for part in node]
    if not isinstance(node, dict):
        return node
    kinds = node.get("anyOf")
    if isinstance(kinds, list) and len(kinds) == 2 and {"type": "null"} in kinds:  # noqa: PLR2004  # a type or null
        real = next(kind for kind in kinds if kind != {"type": "null"})
        if isinstance(real.get("type"), str) and "enum" not in real:
            rest = {key: value for key, value in node.items() if key != "anyOf"}
            node = {**real, "type": [real["type"], "null"], **rest}
    return {key: _tidied(value) for key, value in node.items() if not _is_title(key, value, node)}


def _is_title(key: str, value: object, node: Mapping[str, Any]) -> bool:
    """Tell the title of a schema from the title of a problem shown as an example."""
    if key != "title" or not isinstance(value, str):
        return False
    kind = node.get("type")
    return isinstance(kind, list) or kind in _KINDS or "anyOf" in node


_KINDS = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
