"""docs/settings.md: every variable that the product reads, as the code reads it now."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from pydantic_settings import BaseSettings

from chassis.settings import variables
from deploy.kept import ROOT
from deploy.service_settings import SERVICE_SETTINGS
from deploy.settings import InstallationSettings, ProcessSettings, RunSettings
from deploy.settings_page import PAGE, page

PACKAGES = ("chassis", "deploy", "gateway", "services")
KINDS = (RunSettings, InstallationSettings, ProcessSettings, *SERVICE_SETTINGS.values())
NOT_OURS = re.compile(r"POSTGRES_|PYTHON|PATH$|UV_|SSL_CERT_FILE$")
"""What PostgreSQL's image, Python and the installer read."""


def on_page() -> set[str]:
    """Return the variables that the committed page explains."""
    return set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def read_by(source: Path) -> set[str]:
    """Return the names looked up in `os.environ`, or in a mapping of that name."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case (
                ast.Subscript(value=holder, slice=ast.Constant(value=str(name)))
                | ast.Call(
                    func=ast.Attribute(value=holder, attr="get"),
                    args=[ast.Constant(value=str(name)), *_],
                )
            ) if ast.unparse(holder) in {"os.environ", "environment"}:
                found.add(name)
            case ast.Assign(value=ast.Constant(value=str(name))) if re.fullmatch(
                r"OTEL_\w+|PROMETHEUS_\w+", name
            ):
                found.add(name)
    return found


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make contracts`"


def test_every_variable_that_the_code_looks_up_is_on_the_page() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    names = set[str]().union(*map(read_by, sources))
    assert {"DATA_DIR", "DATABASE_URL", "OTEL_EXPORTER_OTLP_ENDPOINT", "ADOPT_ROLES"} <= names
    assert {name for name in names - on_page() if not NOT_OURS.match(name)} == set()


def test_every_variable_that_a_deployment_sets_is_on_the_page() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    names = {name for one in compose["services"].values() for name in one.get("environment", {})}
    for manifest in (ROOT / "deploy" / "kubernetes").glob("*.yaml"):
        names |= set(
            re.findall(r"^\s*- ?\{?name: ([A-Z_]{4,})", manifest.read_text(), re.MULTILINE)
        )
    assert "TOWNS_DATABASE_URL" in names
    assert {name for name in names - on_page() if not NOT_OURS.match(name)} == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_setting_says_what_it_is_for(kind: type[BaseSettings]) -> None:
    silent = [name for name, field in kind.model_fields.items() if not field.description]
    assert silent == []


def test_a_process_has_the_names_that_other_programs_know() -> None:
    names = variables(ProcessSettings)
    assert names["otel_exporter_otlp_endpoint"] == "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert names["prometheus_multiproc_dir"] == "PROMETHEUS_MULTIPROC_DIR"
    assert names["drain_seconds"] == "DRAIN_SECONDS"
