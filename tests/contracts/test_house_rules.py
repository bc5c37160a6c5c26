"""What the project promises about its documents beyond what any linter knows."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.architecture.sources import nothing_in
from tests.contracts.documents import (
    NAMES,
    SERVICES,
    Document,
    Documents,
    example_of,
    operations,
    parameters,
    resolved,
)

OUTSIDE_V1 = re.compile(
    r"^/(|v1|status|metrics|health/(live|ready)|ogc(/.*)?|docs|oauth/\w+|problems/\{slug\}"
    r"|openapi[\w.-]*\.json|openapi/\{service\}\.json)$"
)
SEGMENT = re.compile(r"^(v\d+|[a-z][a-z0-9]*(-[a-z0-9]+)*|\{[a-z][a-z0-9_]*\})$")
NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
FOREIGN_KEYS = frozenset({"numberMatched", "numberReturned", "timeStamp", "conformsTo"})
"""Names that GeoJSON and OGC API Features give."""

FOREIGN_SCHEMAS = re.compile(r"^(Ogc|Feature|Geo|CloudEvent|Link|ApiCatalog)")
"""Shapes that a standard draws: OGC, GeoJSON, CloudEvents, RFC 9264."""

MAY_BE_ABSENT = frozenset({"next", "total", "pointer", "parameter", "header"})
"""`next` on the last page, `total` unless asked for, the two of three places an error is not at."""


@pytest.mark.parametrize("name", NAMES)
def test_paths_are_kebab_case_without_trailing_slash(name: str, documents: Documents) -> None:
    wrong = [
        path
        for path in documents.read(name)["paths"]
        if not (OUTSIDE_V1.match(path) or path.startswith("/.well-known/"))
        and not (path.startswith("/v1/") and all(map(SEGMENT.match, path.split("/")[1:])))
    ]
    nothing_in(wrong)


def test_operation_ids_are_unique_across_the_services_and_readable(documents: Documents) -> None:
    used = Counter(name for service in SERVICES for name in documents.operation_ids(service))
    shared = {name for name, times in used.items() if times > 1}
    assert {name for name in shared if not name.endswith(("_health", "_ready", "_live"))} == set()
    assert [name for name in used if not NAME.match(name)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_refusal_is_a_problem_with_an_example(name: str, documents: Documents) -> None:
    document = documents.read(name)
    wrong = []
    for method, path, operation in operations(document):
        for status, node in operation["responses"].items():
            answer = resolved(document, node)
            content = answer.get("content", {})
            if status[0] not in "23" and list(content) != ["application/problem+json"]:
                wrong.append(f"{method} {path} {status}: {list(content)}")
            wrong += [
                f"{method} {path} {status}: {media} without an example"
                for media, body in content.items()
                if media == "application/problem+json"
                and status != "default"
                and not {"example", "examples"} & body.keys()
            ]
    nothing_in(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_says_what_any_other_refusal_looks_like(
    name: str, documents: Documents
) -> None:
    document = documents.read(name)
    silent = [
        f"{method} {path}"
        for method, path, operation in operations(document)
        if "application/problem+json"
        not in resolved(document, operation["responses"].get("default", {})).get("content", {})
    ]
    nothing_in(silent)


@pytest.mark.parametrize("name", NAMES)
def test_no_document_carries_the_error_schemas_of_the_framework(
    name: str, documents: Documents
) -> None:
    schemas = documents.read(name).get("components", {}).get("schemas", {})
    assert {"HTTPValidationError", "ValidationError"} & schemas.keys() == set()


@pytest.mark.parametrize("name", NAMES)
def test_nullable_is_a_type_among_types(name: str, documents: Documents) -> None:
    found = [
        pointer
        for pointer, node in _nodes(documents.read(name))
        if node.get("anyOf")
        and {"type": "null"} in node["anyOf"]
        and all(isinstance(part, dict) and "type" in part for part in node["anyOf"])
        and len(node["anyOf"]) == 2
    ]
    nothing_in(found)


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_snake_case_and_answers_always_carry_every_key(
    name: str, documents: Documents
) -> None:
    document = documents.read(name)
    wrong = []
    for title, schema in document.get("components", {}).get("schemas", {}).items():
        properties = schema.get("properties", {})
        wrong += [
            f"{title}.{key}"
            for key in properties
            if not NAME.match(key) and key not in FOREIGN_KEYS and not FOREIGN_SCHEMAS.match(title)
        ]
        closed = schema.get("additionalProperties") is False
        wrong += [
            f"{title}.{key} may be missing"
            for key in properties.keys() - set(schema.get("required", []))
            if closed and not title.endswith("In") and key not in MAY_BE_ABSENT
        ]
    nothing_in(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_money_and_rates_are_decimal_strings(name: str, documents: Documents) -> None:
    wrong = [
        f"{pointer}/{key}"
        for pointer, node in _nodes(documents.read(name))
        for key, schema in (node.get("properties") or {}).items()
        if re.search(r"_eur$|_rate$", key) and isinstance(schema, dict)
        if not _is_decimal(documents.read(name), schema)
    ]
    nothing_in(wrong)


def _is_decimal(document: Document, schema: Document) -> bool:
    whole = resolved(document, schema)
    kinds = whole.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    return "string" in kinds and whole.get("format") == "decimal"


@pytest.mark.parametrize("name", NAMES)
def test_everything_a_caller_reads_is_described(name: str, documents: Documents) -> None:
    document = documents.read(name)
    silent = [
        f"{method} {path}: {parameter['name']}"
        for method, path, operation in operations(document)
        for parameter in parameters(document, path, operation)
        if not (parameter.get("description") or parameter.get("schema", {}).get("description"))
    ]
    silent += [
        f"{method} {path}"
        for method, path, operation in operations(document)
        if not operation.get("summary")
    ]
    nothing_in(silent)


@pytest.mark.parametrize("name", NAMES)
def test_every_required_parameter_has_an_example(name: str, documents: Documents) -> None:
    document = documents.read(name)
    missing = [
        f"{method} {path}: {parameter['name']}"
        for method, path, operation in operations(document)
        for parameter in parameters(document, path, operation)
        if parameter.get("required") and example_of(document, parameter) is None
    ]
    nothing_in(missing)


@pytest.mark.parametrize("name", NAMES)
def test_limits_are_said_in_the_document(name: str, documents: Documents) -> None:
    """A string or a list without a longest length is a promise nobody can keep."""
    document = documents.read(name)
    limits = [
        parameter
        for _, path, operation in operations(document)
        for parameter in parameters(document, path, operation)
        if parameter["name"] == "limit" and path.startswith("/v1/")
    ]
    bounds = [(limit["schema"].get("minimum"), limit["schema"].get("maximum")) for limit in limits]
    assert set(bounds) <= {(1, 200)}


def test_the_merged_document_holds_everything_of_the_four(documents: Documents) -> None:
    merged = set(documents.operation_ids("merged"))
    paths = set(documents.read("merged")["paths"])
    for service in SERVICES:
        own = documents.read(service)
        public = {path for path in own["paths"] if path.startswith(("/v1/", "/ogc"))}
        assert public <= paths
        ids = {operation["operationId"] for _, path, operation in operations(own) if path in public}
        assert ids <= merged


def test_no_shape_has_two_meanings_in_two_services(documents: Documents) -> None:
    seen: dict[str, str] = {}
    for service in SERVICES:
        schemas = documents.read(service).get("components", {}).get("schemas", {})
        for title, schema in schemas.items():
            text = json.dumps(schema, sort_keys=True)
            assert seen.setdefault(title, text) == text, f"{title} of {service} differs"


def _nodes(node: Any, pointer: str = "#") -> list[tuple[str, Document]]:
    if isinstance(node, list):
        return [pair for n, part in enumerate(node) for pair in _nodes(part, f"{pointer}/{n}")]
    if not isinstance(node, dict):
        return []
    below = [pair for key, part in node.items() for pair in _nodes(part, f"{pointer}/{key}")]
    return [(pointer, node), *below]
