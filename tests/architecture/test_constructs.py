"""Constructs that the house does without, each because it hurt somebody once."""

import ast
import re
from collections.abc import Callable

from tests.architecture.sources import PRODUCT, Source, at, called, nothing_in, python, roots

EXECUTED = re.compile(r"/migrations/env\.py$|^tests/bench/")
"""Alembic runs the one for its effect; the other holds the ordinary way, to be measured."""

DECLARATIONS = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Assign, ast.AnnAssign),
)
BUILDERS = frozenset(
    {"FastAPI", "Starlette", "Settings", "create_app", "create_engine", "create_async_engine"}
    | {"create_pool", "connect", "open", "read_text", "read_bytes", "getenv", "run", "now"}
)


def _found(
    packages: tuple[str, ...], wrong: Callable[[Source, ast.AST], str], but: str = "^$"
) -> list[str]:
    return [
        at(source, node, what)
        for source in python(*packages)
        if not re.search(but, source.path)
        for node in ast.walk(source.tree)
        if (what := wrong(source, node))
    ]


def _names(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.name if isinstance(node, ast.alias) else ""


def _use_of(*names: str) -> Callable[[Source, ast.AST], str]:
    return lambda _, node: name if (name := _names(node)) in names else ""


def test_only_the_chassis_commits_or_begins_a_transaction() -> None:
    ends = {"commit", "rollback", "begin", "begin_nested"}
    product = ("services", "gateway", "deploy")
    nothing_in(_found(product, lambda _, node: called(node) if called(node) in ends else ""))


def test_no_logic_raises_an_http_exception() -> None:
    nothing_in(_found(("services", "gateway", "deploy"), _use_of("HTTPException")))


def test_status_numbers_of_refusals_live_in_the_registry_only() -> None:
    def number(_: Source, node: ast.AST) -> str:
        if not isinstance(node, ast.keyword) or node.arg not in {"status", "status_code"}:
            return ""
        value = node.value.value if isinstance(node.value, ast.Constant) else None
        return f"{node.arg}={value}" if isinstance(value, int) and value >= 400 else ""

    nothing_in(_found(("services", "gateway"), number))


def test_middlewares_are_pure_asgi_and_background_work_goes_by_the_outbox() -> None:
    named = _use_of("BaseHTTPMiddleware", "BackgroundTasks", "BackgroundTask", "ORJSONResponse")
    nothing_in(_found(PRODUCT, named))


def test_the_gateway_does_without_httpx() -> None:
    """Its pool wedges for ever under cancellations (encode/httpcore#1093)."""
    found = [
        at(source, node, name)
        for source in python("gateway")
        for name, node in roots(source.tree)
        if name.split(".")[0] == "httpx"
    ]
    nothing_in(found)


def test_a_dependency_that_yields_ends_before_the_answer_leaves() -> None:
    """FastAPI's default ends it after the answer: the commit would come too late."""

    def late(source: Source, node: ast.AST) -> str:
        if called(node) != "Depends" or not isinstance(node, ast.Call) or not node.args:
            return ""
        scoped = any(keyword.arg == "scope" for keyword in node.keywords)
        return "" if scoped or _names(node.args[0]) not in _generators(source) else "no scope"

    nothing_in(_found(PRODUCT, late))


def _generators(source: Source) -> set[str]:
    return {
        function.name
        for function in source.functions()
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    }


def test_importing_a_module_does_nothing() -> None:
    found = [
        at(source, statement, "runs at import")
        for source in python()
        if not EXECUTED.search(source.path)
        for statement in source.tree.body
        if not _declares(statement)
    ]
    nothing_in(found)


def _declares(statement: ast.stmt) -> bool:
    if type(statement).__name__ == "TypeAlias":
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or called(statement.value) == "Index"
    if isinstance(statement, ast.If):
        guard = ast.unparse(statement.test)
        return guard in {"TYPE_CHECKING", "__name__ == '__main__'", 'sys.platform == "linux"'}
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        return not any(_acts(node) for node in _evaluated(statement.value))
    return isinstance(statement, DECLARATIONS)


def _acts(node: ast.AST) -> bool:
    return isinstance(node, ast.Await) or called(node) in BUILDERS


def _evaluated(value: ast.expr) -> list[ast.AST]:
    """Return what is evaluated at once: not the body of a lambda."""
    inner = {id(part) for node in ast.walk(value) if isinstance(node, ast.Lambda)
             for part in ast.walk(node.body)}  # fmt: skip
    return [node for node in ast.walk(value) if id(node) not in inner]


def test_imports_stand_at_the_top() -> None:
    found = [
        at(source, node, f"import inside {function.name}")
        for source in python()
        for function in source.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    nothing_in(found)


def test_every_silenced_check_says_which_one() -> None:
    bare = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]+\d)|pragma: no cover)")
    found = [
        f"{source.path}:{number}: {line.strip()}"
        for source in python()
        if source.path != "tests/architecture/test_constructs.py"
        for number, line in enumerate(source.text.splitlines(), start=1)
        if bare.search(line)
    ]
    nothing_in(found)


def test_annotations_that_are_read_at_run_time_stay_real() -> None:
    kinds = {"routes.py", "contract.py", "tables.py", "settings.py", "events.py", "app.py"}
    found = [
        at(source, node, "from __future__ import annotations")
        for source in python(*PRODUCT)
        if source.name in kinds
        for name, node in roots(source.tree)
        if name == "__future__"
    ]
    nothing_in(found)


def test_tests_replace_nothing_behind_the_back_of_the_code() -> None:
    patching = re.compile(r"^(unittest\.)?mock(\.|$)|^pytest_mock|^freezegun|^respx")
    fixtures = {"monkeypatch", "mocker", "MonkeyPatch"}
    imports = [
        at(source, node, name)
        for source in python("tests")
        for name, node in roots(source.tree)
        if patching.search(name)
    ]
    asked = [
        at(source, node, node.arg)
        for source in python("tests")
        for function in source.functions()
        for node in [*function.args.args, *function.args.kwonlyargs]
        if node.arg in fixtures
    ]
    nothing_in(imports + asked + _found(("tests",), _use_of("MonkeyPatch")))


def test_tests_are_never_skipped_in_silence() -> None:
    marks = {"skip", "skipif", "xfail"}

    def skips(_: Source, node: ast.AST) -> str:
        reasoned = isinstance(node, ast.Call) and any(
            word.arg == "reason" for word in node.keywords
        )
        return ast.unparse(node) if called(node) in marks and not reasoned else ""

    nothing_in(_found(("tests",), skips))
