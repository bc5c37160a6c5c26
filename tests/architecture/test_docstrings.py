"""What must be written down: the first line of every file, the rules in full, the refusals."""

import ast
import re

from tests.architecture.sources import Function, Source, at, nothing_in, of_kind, python


def test_every_module_says_in_its_first_line_what_it_holds() -> None:
    found = [
        at(source, source.tree, "no first sentence")
        for source in python()
        if not re.match(r"\S.*[.:)]$", (ast.get_docstring(source.tree) or "").split("\n")[0])
    ]
    nothing_in(found)


def test_every_rule_explains_its_arguments_its_answer_and_its_refusals() -> None:
    found = [
        at(source, function, f"{function.name}: {missing}")
        for source in of_kind("rules.py")
        for function in source.functions()
        if not function.name.startswith("_") and (missing := _untold(function))
    ]
    nothing_in(found)


def _untold(function: Function) -> list[str]:
    text = ast.get_docstring(function) or ""
    named = [parameter.arg for parameter in [*function.args.args, *function.args.kwonlyargs]]
    silent = [name for name in named if name != "self" and not re.search(rf"\b{name}\b", text)]
    raised = {
        ast.unparse(node.exc).split("(")[0].split(".")[-1]
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and node.exc is not None
    }
    silent += sorted(name for name in raised if name not in text)
    answers = function.returns is None or ast.unparse(function.returns) != "None"
    return silent + (["what it returns"] if answers and "eturn" not in text else [])


def test_every_constant_of_a_rule_says_its_unit_and_source() -> None:
    found = [
        at(source, statement, "a constant without its sentence")
        for source in of_kind("rules.py")
        for statement, after in zip(
            source.tree.body, [*source.tree.body[1:], ast.Pass()], strict=True
        )
        if _is_public_constant(statement) and not _is_text(after)
    ]
    nothing_in(found)


def _is_public_constant(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return False
    return isinstance(target, ast.Name) and target.id[0] != "_" and target.id.isupper()


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def test_the_tree_of_refusals_names_every_refusal() -> None:
    nothing_in([line for source in of_kind("errors.py") for line in _unlisted(source)])


def test_the_list_of_events_names_every_event() -> None:
    nothing_in([line for source in of_kind("events.py") for line in _unlisted(source)])


def _unlisted(source: Source) -> list[str]:
    tree = ast.get_docstring(source.tree) or ""
    return [
        at(source, node, f"{node.name} is not in the docstring of the file")
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not re.search(rf"^\s*{node.name}\b", tree, re.MULTILINE)
    ]


def test_every_migration_states_its_lock_and_its_way_back() -> None:
    found = [
        at(source, source.tree, f"say `{word}`")
        for source in python("services")
        if "/migrations/versions/" in source.path and source.name != "__init__.py"
        for word in ("Lock:", "Back:")
        if word not in (ast.get_docstring(source.tree) or "")
    ]
    nothing_in(found)
