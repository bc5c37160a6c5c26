"""Size: what one can hold in one's head (house.md, "Size and strictness")."""

import ast
from statistics import median

from tests.architecture.sources import PRODUCT, Function, Source, at, nothing_in, python

MAX_FILE, MAX_FUNCTION, MAX_NESTING, MAX_PARAMETERS = 300, 40, 3, 6
MEDIAN_FILE, MEDIAN_FUNCTION = 120, 10
"""The house aims at 80 and 8: a median may drift, this is where it is noticed."""

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
CONTEXTS = frozenset(
    {"self", "cls", "session", "writes", "reads", "connection", "scope", "receive", "send"}
)
"""What a function works on or with is not counted: `award(session, grant_id, asked)`."""

IMPOSED = frozenset(
    {
        ("logger", "method", "event"),  # structlog
        ("dialect", "connection", "record"),
    }
)
"""Signatures that somebody else calls by position."""


def test_no_file_is_longer_than_a_few_screens() -> None:
    lengths = {source.path: source.text.count("\n") for source in python()}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE} == {}


def test_the_usual_file_is_short() -> None:
    lengths = [source.text.count("\n") for source in python(*PRODUCT)]
    assert median(length for length in lengths if length > 1) <= MEDIAN_FILE


def test_no_function_is_longer_than_a_screen() -> None:
    found = [
        at(source, function, f"{function.name}: {_length(function)} lines")
        for source in python()
        for function in source.functions()
        if _length(function) > MAX_FUNCTION and not _is_migration(source)
    ]
    nothing_in(found)


def test_the_usual_function_is_short() -> None:
    lengths = [_length(function) for source in python(*PRODUCT) for function in source.functions()]
    assert median(lengths or [0]) <= MEDIAN_FUNCTION


def test_nothing_is_nested_deeper_than_three_blocks() -> None:
    found = [
        at(source, function, f"{function.name}: {_depth(function.body)} blocks deep")
        for source in python()
        for function in source.functions()
        if _depth(function.body) > MAX_NESTING
    ]
    nothing_in(found)


def test_no_function_takes_more_than_six_parameters() -> None:
    found = [
        at(source, function, f"{function.name}: {len(_parameters(function))} parameters")
        for source in python(*PRODUCT)
        for function in source.functions()
        if len(_parameters(function)) > MAX_PARAMETERS
    ]
    nothing_in(found)


def test_from_the_third_parameter_on_arguments_are_named() -> None:
    found = [
        at(source, function, f"{function.name}: put `*` after the second parameter")
        for source in python(*PRODUCT)
        for function in source.functions()
        if _too_many_by_position(function)
    ]
    nothing_in(found)


def test_the_measures_measure() -> None:
    """A ruler that always says zero would pass every test above."""
    source = "def f(a, b, c):\n  '''x\n  '''\n  if a:\n    with b:\n      while c:\n        return"
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert (_length(function), _depth(function.body)) == (5, 3)
    assert _too_many_by_position(function)


def _length(function: Function) -> int:
    """Count the lines from `def` on, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _depth(body: list[ast.stmt]) -> int:
    return max((_depth_of(statement) for statement in body), default=0)


def _depth_of(statement: ast.stmt) -> int:
    if not isinstance(statement, BLOCKS):
        return 0
    if isinstance(statement, ast.Match):
        return 1 + max(_depth(case.body) for case in statement.cases)
    if isinstance(statement, ast.Try):
        bodies = [handler.body for handler in statement.handlers]
        return 1 + max(
            map(_depth, [statement.body, statement.orelse, statement.finalbody, *bodies])
        )
    orelse = getattr(statement, "orelse", [])
    if isinstance(statement, ast.If) and len(orelse) == 1 and isinstance(orelse[0], ast.If):
        return max(1 + _depth(statement.body), _depth_of(orelse[0]))  # elif stays on its level
    return 1 + max(_depth(statement.body), _depth(orelse))


def _parameters(function: Function) -> list[str]:
    taken = function.args
    every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
    return [parameter.arg for parameter in every if parameter.arg not in {"self", "cls"}]


def _too_many_by_position(function: Function) -> bool:
    """Tell whether a caller could mix up arguments; a private caller is in the same file."""
    if function.decorator_list and not _is_method_decorator(function):
        return False  # a framework calls it, by name
    if function.name.startswith("__") and function.name != "__init__":
        return False
    named = [parameter.arg for parameter in [*function.args.posonlyargs, *function.args.args]]
    bare = tuple(name.lstrip("_") for name in named if name not in {"self", "cls"})
    counted = [name for name in bare if name not in CONTEXTS]
    private = function.name.startswith("_") and function.name != "__init__"
    return len(counted) > (3 if private else 2) and bare not in IMPOSED


def _is_method_decorator(function: Function) -> bool:
    kinds = {"classmethod", "staticmethod", "cache", "contextmanager", "asynccontextmanager"}
    return all(isinstance(mark, ast.Name) and mark.id in kinds for mark in function.decorator_list)


def _is_migration(source: Source) -> bool:
    return "/migrations/versions/" in source.path
