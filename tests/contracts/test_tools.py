"""The documents pass the tools that partners use, and the clients made of them compile."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.contracts.documents import NAMES, Documents
from tests.contracts.fuzzing import FILES
from tests.contracts.toolbox import SCRIPTS, Toolbox, run

HERE = Path(__file__).resolve().parent

FILES_OF_BYTES = dict.fromkeys(FILES, "application/octet-stream")
"""What docs/partners.md tells those who make a Python client: it knows files by this name alone."""

BROKEN = {
    "openapi": "3.1.0",
    "info": {"title": "broken", "version": "1"},
    "paths": {
        "/v1/towns/{id}/": {
            "get": {"operationId": "a b", "responses": {"200": {"description": "ok"}}},
        }
    },
    "components": {"schemas": {"Unused": {"type": "object"}}},
}


def _redocly(tools: Toolbox, *files: Path) -> tuple[bool, str]:
    config = str(HERE / ".redocly.yaml")
    result = tools.run("redocly", "lint", "--config", config, *map(str, files))
    warned = "warning" in result.said and "no problems" not in result.said
    return result.content and not warned, result.said


def _spectral(tools: Toolbox, *files: Path) -> tuple[bool, str]:
    rules = str(HERE / ".spectral.yaml")
    arguments = ("lint", "--fail-severity=warn", "--ruleset", rules)
    result = tools.run("spectral", *arguments, *map(str, files))
    return result.content, result.said


@pytest.mark.parametrize("linter", [_redocly, _spectral], ids=["redocly", "spectral"])
def test_every_document_passes_the_linter(
    linter: object, tools: Toolbox, documents: Documents
) -> None:
    assert callable(linter)
    content, said = linter(tools, *documents.paths())
    assert content, said


@pytest.mark.parametrize("linter", [_redocly, _spectral], ids=["redocly", "spectral"])
def test_the_linter_refuses_a_careless_document(
    linter: object, tools: Toolbox, tmp_path: Path
) -> None:
    careless = tmp_path / "openapi.json"
    careless.write_text(json.dumps(BROKEN))
    assert callable(linter)
    content, said = linter(tools, careless)
    assert not content, said


def test_a_typescript_client_of_the_merged_document_compiles_strictly(
    tools: Toolbox, documents: Documents, tmp_path: Path
) -> None:
    made = tools.run(
        "openapi-typescript", str(documents.path("merged")), "-o", str(tmp_path / "api.ts")
    )
    assert made.content, made.said
    (tmp_path / "use.ts").write_text(_typescript_of(documents))
    strict = ("--strict", "--noUncheckedIndexedAccess", "--noEmit", "--target", "es2022")
    compiled = tools.run("tsc", *strict, "api.ts", "use.ts", cwd=tmp_path)
    assert compiled.content, compiled.said


def _typescript_of(documents: Documents) -> str:
    """Return a program that names every operation, and asks nothing of one that does not exist."""
    names = documents.operation_ids("merged")
    uses = [f'export type T{n} = operations["{name}"];' for n, name in enumerate(names)]
    wrong = '// @ts-expect-error there is no such operation\nexport type No = operations["no"];'
    return "\n".join(['import type { operations } from "./api";', *uses, wrong])


def test_a_python_client_of_the_merged_document_compiles_and_is_typed(
    documents: Documents, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps({"post_hooks": [], "content_type_overrides": FILES_OF_BYTES}))
    made = run(
        [
            str(SCRIPTS / "openapi-python-client"),
            "generate",
            "--meta=none",
            "--fail-on-warning",
            f"--config={config}",
            f"--path={documents.path('merged')}",
            f"--output-path={tmp_path / 'acdt_client'}",
        ],
        cwd=tmp_path,
    )
    assert made.content, made.said
    generated = {path.stem for path in (tmp_path / "acdt_client" / "api").rglob("*.py")}
    assert set(documents.operation_ids("merged")) <= generated
    sent = (tmp_path / "acdt_client" / "api" / "towns" / "import_needs.py").read_text()
    (*_, header) = re.findall(r'headers\["Content-Type"\] = "(.*)"', sent)
    assert header == "application/octet-stream", "what it sends last is what it sends"
    checked = run(
        [str(SCRIPTS / "mypy"), "--config-file=", f"--cache-dir={tmp_path}/mypy", "acdt_client"],
        cwd=tmp_path,
    )
    assert checked.content, checked.said


@pytest.mark.parametrize("name", NAMES)
def test_a_document_breaks_nothing_that_was_released(
    name: str, tools: Toolbox, documents: Documents
) -> None:
    """`released/` holds the contract of the last release: `rewrite --release` puts it there."""
    released = HERE / "released" / f"{name}.json"
    if not released.exists():
        assert run(["git", "tag", "--list", "v*"]).said == "", f"{name} was released without copy"
        return
    compared = tools.run("redocly", "diff", str(released), str(documents.path(name)))
    assert compared.content, compared.said


def test_a_breaking_change_would_be_noticed(
    tools: Toolbox, documents: Documents, tmp_path: Path
) -> None:
    broken = documents.read("merged")
    gone = min(path for path in broken["paths"] if path.startswith("/v1/"))
    del broken["paths"][gone]
    revision = tmp_path / "revision.json"
    revision.write_text(json.dumps(broken))
    compared = tools.run("redocly", "diff", str(documents.path("merged")), str(revision))
    assert not compared.content, compared.said


def test_the_tools_run_on_the_node_of_the_lock() -> None:
    assert shutil.which("node", path=str(SCRIPTS)) is not None
    version = run([str(SCRIPTS / "node"), "--version"]).said
    assert version.startswith("v24."), version
