"""Names: a file says what it holds, the floor plan is the same four times."""

import ast
import re

from tests.architecture.sources import SERVICES, at, files, nothing_in, package, python

VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "manager"}
    | {"models", "schemas", "service", "data"}
)
FLOOR_PLAN = ("app.py", "settings.py", "tables.py", "openapi.json")
WITH_AGGREGATES = ("errors.py", "events.py")


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    named = {path: set(re.split(r"[/.]", path)) & VAGUE for path in files() if path.endswith(".py")}
    assert {path: found for path, found in named.items() if found} == {}


def test_the_four_services_have_the_same_floor_plan() -> None:
    present = set(files())
    missing = [
        _place(service, name)
        for service in SERVICES
        for name in (*FLOOR_PLAN, *(WITH_AGGREGATES if _has_aggregates(service) else ()))
        if _place(service, name) not in present
    ]
    nothing_in(missing)


def _place(service: str, name: str) -> str:
    """Return where a file of the floor plan is; the registry shares the gateway's settings."""
    shared = service == "gateway" and name == "settings.py"
    return f"gateway/{name}" if shared else f"{package(service)}/{name}"


def _has_aggregates(service: str) -> bool:
    return any(re.match(rf"{package(service)}/\w+/routes\.py$", path) for path in files())


def test_names_of_the_framework_ladders_are_not_used() -> None:
    ladders = re.compile(r"(Base|Create|Update|Schema|Model|DTO|Service|Manager|Helper|Mixin)$")
    found = [
        at(source, node, node.name)
        for source in python("services")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and ladders.search(node.name)
    ]
    nothing_in(found)


def test_the_name_of_a_test_is_a_sentence() -> None:
    found = [
        at(source, function, f"{function.name}: say what happens")
        for source in python("tests")
        for function in source.functions()
        if function.name.startswith("test_") and function.name.count("_") < 3
    ]
    nothing_in(found)


def test_units_are_said_the_agreed_way() -> None:
    forbidden = re.compile(r"_(euros|cts|datetime|timestamp|nb|ratio|percent|pct)$")
    found = [
        at(source, node, node.target.id)
        for source in python("services")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and forbidden.search(node.target.id)
    ]
    nothing_in(found)
