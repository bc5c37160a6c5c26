"""The committed documents, and the merged ones that the gateway makes of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("towns", "trainings", "funding", "evaluation")
NAMES = (*SERVICES, "gateway", "merged")
METHODS = ("get", "put", "post", "delete", "patch")


def committed(name: str) -> Path:
    """Return where a service, the registry or the gateway (`merged`) keeps its contract."""
    owners = {"merged": ROOT / "gateway", "gateway": ROOT / "gateway" / "partners"}
    return owners.get(name, ROOT / "services" / name) / "openapi.json"


@dataclass(frozen=True, slots=True)
class Documents:
    """The committed contracts and, in `folder`, the merged one in its 3.0.3 form."""

    folder: Path

    def path(self, name: str) -> Path:
        """Return the file of a document."""
        return committed(name) if name in NAMES else self.folder / f"{name}.json"

    def paths(self) -> list[Path]:
        """Return every document that we publish."""
        return [self.path(name) for name in (*NAMES, "merged-3.0.3")]

    def read(self, name: str) -> Document:
        """Return a document, parsed."""
        document: Document = json.loads(self.path(name).read_text(encoding="utf-8"))
        return document

    def operation_ids(self, name: str) -> list[str]:
        """Return the ids of all the operations of a document."""
        return sorted(operation["operationId"] for _, _, operation in operations(self.read(name)))


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield method, path and operation of everything a document offers."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def resolved(document: Document, node: Any) -> Any:
    """Follow a `$ref` inside the document."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def parameters(document: Document, path: str, operation: Document) -> list[Document]:
    """Return the parameters of an operation, those of its path included, references followed."""
    shared = document["paths"][path].get("parameters", [])
    return [resolved(document, node) for node in [*shared, *operation.get("parameters", [])]]


def example_of(document: Document, parameter: Document) -> Any:
    """Return the documented example of a parameter, or None."""
    schema = resolved(document, parameter.get("schema", {}))
    for holder in (parameter, schema):
        if "example" in holder:
            return holder["example"]
        examples = holder.get("examples")
        if isinstance(examples, dict):
            return next(iter(examples.values()))["value"]
        if examples:
            return examples[0]
    return schema.get("default")
