"""A curl for each operation that works when it is copied: examples of the contract filled in."""

import json
from typing import Any
from urllib.parse import quote

Operation = dict[str, Any]
_TOKEN = '-H "Authorization: Bearer $TOKEN" '  # noqa: S105 -- the shell's variable


def curl(path: str, method: str, *, operation: Operation, public_url: str) -> str:
    """Return the shortest command that the operation answers with success."""
    verb = "" if method == "get" else f"-X {method.upper()} "
    token = "" if operation.get("security") in (None, []) else _TOKEN
    return f"curl {verb}{token}'{public_url}{target(path, operation)}'{_body(operation)}"


def target(path: str, operation: Operation) -> str:
    """Return the path of an operation with its query, as short as it answers with success."""
    asked: list[str] = []
    unless: set[str] = set()
    for parameter in operation.get("parameters", []):
        name, schema = parameter["name"], parameter.get("schema", {})
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(example(parameter)))
        elif parameter["in"] == "query" and name not in unless:
            others = schema.get("x-required-unless")
            unless |= set(others or ())
            if others or parameter.get("required"):
                asked.append(f"{name}={quote(example(parameter))}")
    return f"{path}?{'&'.join(asked)}" if asked else path


def example(parameter: dict[str, Any]) -> str:
    """Return the first example of a parameter as URLs have it, or its name in brackets."""
    schema = parameter.get("schema", {})
    found = parameter.get("example", next(iter(schema.get("examples", [])), None))
    if isinstance(found, list):
        found = ",".join(map(str, found))
    if isinstance(found, bool):
        found = str(found).lower()
    return f"<{parameter['name']}>" if found is None else str(found)


def _body(operation: Operation) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    shown = next((one["value"] for one in content.get("examples", {}).values()), None)
    if shown is None:
        shown = content.get("example")
    if shown is None:
        return ""
    written = json.dumps(shown, ensure_ascii=False).replace("'", "’")
    return f" -H 'Content-Type: application/json' -d '{written}'"
