"""The project's own files, read and parsed once for all the checks of this folder."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("chassis", "services", "gateway", "deploy")
PACKAGES = (*PRODUCT, "tests")
SERVICES = ("towns", "trainings", "funding", "evaluation", "gateway")
FLOOR_PLANS = ("services/", "gateway/partners/")
"""Where code follows the floor plan of a service: the registry of partners is one."""


def package(service: str) -> str:
    """Return the folder of a service."""
    return "gateway/partners" if service == "gateway" else f"services/{service}"


type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root of the repository, its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    def functions(self) -> Iterator[Function]:
        """Every function, methods and inner ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, type_of_function):
                yield node


@cache
def files() -> tuple[str, ...]:
    """Return every file that is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603
    paths = sorted(set(listed.decode().split("\0")) - {""})
    return tuple(path for path in paths if (ROOT / path).is_file())


@cache
def python(*packages: str) -> tuple[Source, ...]:
    """Return the Python files of the packages, parsed."""
    return tuple(
        _parsed(path)
        for path in files()
        if path.endswith(".py") and path.split("/", 1)[0] in (packages or PACKAGES)
    )


@cache
def _parsed(path: str) -> Source:
    text = (ROOT / path).read_text(encoding="utf-8")
    return Source(path, text, ast.parse(text, path))


def of_kind(name: str) -> list[Source]:
    """Return the files of the services that carry one of the fixed names: `rules.py`."""
    return [
        source
        for source in python("services", "gateway")
        if source.name == name and source.path.startswith(FLOOR_PLANS)
    ]


def roots(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield every dotted module name that a tree imports, with the node that does it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module, node
            yield from ((f"{module}.{alias.name}", node) for alias in node.names)


def called(node: ast.AST) -> str:
    """Return the last name of what a call calls: `session.commit()` gives `commit`."""
    if not isinstance(node, ast.Call):
        return ""
    target = node.func
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def at(source: Source, node: ast.AST, what: str) -> str:
    """Return one finding, clickable in a terminal."""
    return f"{source.path}:{getattr(node, 'lineno', 1)}: {what}"


def nothing_in(found: list[str]) -> None:
    """Fail with every finding on a line of its own."""
    assert not found, "\n" + "\n".join(found)
