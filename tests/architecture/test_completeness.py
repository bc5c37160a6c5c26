"""Nothing of a service goes untold: refusals, settings, events, tables and paths."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.sources import (
    ROOT,
    SERVICES,
    Source,
    files,
    nothing_in,
    of_kind,
    package,
    python,
)

CATEGORIES = "chassis/problems.py"


@cache
def _tests() -> str:
    """Return the text of every test but those that look at source files only."""
    return "\n".join(
        source.text
        for source in python("tests")
        if not source.path.startswith("tests/architecture/")
    )


@cache
def _contract(service: str) -> str:
    path = f"{package(service)}/openapi.json"
    return (ROOT / path).read_text(encoding="utf-8") if path in files() else "{}"


def _classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in source.tree.body if isinstance(node, ast.ClassDef))


def _service(source: Source) -> str:
    root, name, *_ = source.path.split("/")
    return root if root == "gateway" else name


def _slug(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def test_every_refusal_of_a_service_is_in_its_contract() -> None:
    nothing_in(
        [
            f"{_service(source)}: {refusal.name} ({_slug(refusal.name)})"
            for source in of_kind("errors.py")
            for refusal in _classes(source)
            if _slug(refusal.name) not in _contract(_service(source))
        ]
    )


def test_every_refusal_is_named_by_a_test() -> None:
    nothing_in(
        [
            f"{source.path}: {refusal.name}"
            for source in [*of_kind("errors.py"), *_refusals_of_the_chassis()]
            for refusal in _classes(source)
            if _parents(refusal) - {"Exception"}
            and refusal.name not in _categories()
            and not _is_named(refusal.name, _slug(refusal.name))
        ]
    )


def _parents(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base) for base in node.bases}


@cache
def _categories() -> set[str]:
    """Return what other refusals are drawn from: `Refused` itself is never raised."""
    drawn = [
        node for source in python("chassis", "services", "gateway") for node in _classes(source)
    ]
    return {parent for node in drawn for parent in _parents(node)}


def _refusals_of_the_chassis() -> list[Source]:
    return [source for source in python("chassis") if source.path == CATEGORIES]


def _is_named(*names: str) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", _tests()) for name in names)


def test_every_setting_is_named_by_a_test() -> None:
    settings = [source for source in python("chassis", "services", "gateway", "deploy")
                if source.name == "settings.py"]  # fmt: skip
    nothing_in(
        [
            f"{source.path}: {field.target.id}"
            for source in settings
            for model in _classes(source)
            for field in model.body
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and not field.target.id.startswith(("_", "model_config"))
            and not re.search(rf"(?i)\b(\w+_)?{field.target.id}\b", _tests())
        ]
    )


def test_every_event_is_named_by_a_test() -> None:
    nothing_in(
        [
            f"{source.path}: {event.name}"
            for source in of_kind("events.py")
            for event in _classes(source)
            if not event.name.startswith("_") and not _is_named(event.name, *_texts(event))
        ]
    )


def _texts(event: ast.ClassDef) -> list[str]:
    """Return the literal names of an event: `fr.acdt.towns.town.updated.v1`."""
    constants = [node.value for node in ast.walk(event) if isinstance(node, ast.Constant)]
    return [text for text in constants if isinstance(text, str) and text.startswith("fr.acdt.")]


def test_every_table_is_named_by_a_test() -> None:
    nothing_in(
        [
            f"{source.path}: {ast.unparse(node.value)}"
            for source in of_kind("tables.py")
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "__tablename__"
            and isinstance(node.value, ast.Constant)
            and not _is_named(str(node.value.value))
        ]
    )


def test_every_path_of_every_contract_is_called_by_a_test() -> None:
    nothing_in(
        [
            f"{service}: {path}"
            for service in SERVICES
            for path in json.loads(_contract(service)).get("paths", {})
            if not _is_called(path)
        ]
    )


def _is_called(path: str) -> bool:
    """Accept `/v1/towns/51108` or an f-string for `/v1/towns/{town_id}`."""
    pattern = re.sub(r"\\{[^}]*\\}", r"[^/\\s\"']+", re.escape(path))
    return re.search(pattern + r"(?=[\s\"'?#`)]|$)", _tests()) is not None
