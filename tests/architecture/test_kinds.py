"""Where each kind of code lives: what each of the fixed file names may import (house.md)."""

import ast
import re
import sys

import pytest

from tests.architecture.sources import Source, at, called, nothing_in, of_kind, roots

WEB = r"^(fastapi|starlette|uvicorn|httpx|aiohttp)(\.|$)"
SQL = r"^(sqlalchemy|asyncpg|alembic|psycopg)(\.|$)"

NEVER: dict[str, tuple[str, ...]] = {
    "routes.py": (SQL, r"\.tables(\.|$)", r"\.rules(\.|$)", r"\.reference(\.|$)"),
    "contract.py": (SQL, WEB, r"\.(tables|store|commands|routes)(\.|$)"),
    "commands.py": (WEB, r"\.(routes|contract)(\.|$)"),
    "store.py": (WEB, r"\.(rules|routes|commands)(\.|$)"),
    "tables.py": (WEB, r"^pydantic", r"\.(store|routes|commands|contract|app)(\.|$)"),
    "errors.py": (WEB, SQL, r"^pydantic"),
    "events.py": (WEB, SQL, r"\.(store|routes|tables|commands)(\.|$)"),
}
IMPURE = frozenset(
    {"os", "time", "random", "secrets", "asyncio", "socket", "pathlib", "io", "subprocess"}
)


@pytest.mark.parametrize("kind", sorted(NEVER), ids=lambda kind: f"{kind} imports its own kind")
def test_each_kind_of_file_imports_only_what_it_may(kind: str) -> None:
    found = [
        at(source, node, name)
        for source in of_kind(kind)
        for name, node in roots(source.tree)
        if any(re.search(pattern, name) for pattern in NEVER[kind])
    ]
    nothing_in(found)


def test_rules_stand_on_the_standard_library_and_the_refusals_alone() -> None:
    found = [
        at(source, node, name)
        for source in of_kind("rules.py")
        for name, node in roots(source.tree)
        if not _pure(name)
    ]
    nothing_in(found)


_PURE = (
    r"(services\.\w+|gateway\.partners)((\.\w+)?\.errors(\.\w+)?)?"
    r"|chassis\.workflow(\.\w+)?"
)
"""The refusals of a service or of an aggregate, and the state machines."""


def _pure(name: str) -> bool:
    if re.fullmatch(_PURE, name):
        return True
    root = name.split(".", maxsplit=1)[0]
    return root in sys.stdlib_module_names and root not in IMPURE


def test_rules_read_no_clock_and_touch_nothing() -> None:
    reads = {"now", "today", "utcnow", "open", "print", "input", "uuid4", "uuid1"}
    found = [
        at(source, node, called(node) or type(node).__name__)
        for source in of_kind("rules.py")
        for node in ast.walk(source.tree)
        if called(node) in reads or isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global)
    ]
    nothing_in(found)


def test_rules_calculate_money_and_rates_without_floats() -> None:
    found = [
        at(source, node, ast.unparse(node))
        for source in of_kind("rules.py")
        for node in ast.walk(source.tree)
        if called(node) == "float" and _about_money(source)
    ]
    nothing_in(found)


def _about_money(source: Source) -> bool:
    return "_cents" in source.text or "Fraction" in source.text


def test_answers_have_no_defaults_so_that_clients_see_every_key() -> None:
    found = [
        at(source, field, f"{model.name}.{ast.unparse(field.target)} has a default")
        for source in of_kind("contract.py")
        for model in _models(source, "Output")
        for field in model.body
        if isinstance(field, ast.AnnAssign) and field.value is not None and _default(field.value)
    ]
    nothing_in(found)


def _models(source: Source, base: str) -> list[ast.ClassDef]:
    classes = [node for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef)]
    kin = {base}
    for model in classes:
        if kin & {ast.unparse(parent).split("[")[0] for parent in model.bases}:
            kin.add(model.name)
    return [model for model in classes if model.name in kin]


def _default(value: ast.expr) -> bool:
    if called(value) != "Field" or not isinstance(value, ast.Call):
        return True
    return bool(value.args) or any(
        keyword.arg in {"default", "default_factory"} for keyword in value.keywords
    )


def test_contracts_name_every_shape() -> None:
    """A bare `dict` promises nothing to a generated client."""
    found = [
        at(source, field, ast.unparse(field.annotation))
        for source in of_kind("contract.py")
        for field in ast.walk(source.tree)
        if isinstance(field, ast.AnnAssign)
        and re.search(r"\b(dict|Mapping|Any|object)\b", ast.unparse(field.annotation))
        and field.value is None
    ]
    nothing_in(found)


def test_money_is_never_a_float_in_a_contract() -> None:
    found = [
        at(source, field, ast.unparse(field))
        for source in of_kind("contract.py")
        for field in ast.walk(source.tree)
        if isinstance(field, ast.AnnAssign)
        and re.search(r"_eur$|_rate$", ast.unparse(field.target))
        and re.search(r"\b(float|int|Decimal)\b", ast.unparse(field.annotation))
    ]
    nothing_in(found)
