"""`python -m deploy.settings_page`: write docs/settings.md from the settings classes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from chassis.settings import EnvironmentSettings, ServiceSettings, variables
from deploy.kept import ROOT
from deploy.names import SERVICES
from deploy.service_settings import SERVICE_SETTINGS
from deploy.settings import InstallationSettings, ProcessSettings, RunSettings

PAGE = ROOT / "docs" / "settings.md"
_HEAD = """# Settings

Every environment variable that the product reads. Written by `make contracts` from the settings
classes; a test compares it with the code. Durations are seconds (`2`, `0.5`) or ISO 8601
(`PT1M`). A server refuses to start if a variable with its prefix is unknown or does not fit.
"""
_MIGRATOR = "Address of the role that migrates the schema, read by `make migrate` alone"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page as it should be committed."""
    shared = set(EnvironmentSettings.model_fields)
    secret = {"cursor_secret": ServiceSettings.model_fields["cursor_secret"]}
    sections = [
        ("Starting the product", _rows(RunSettings, RunSettings.model_fields)),
        ("Data and databases", _rows(InstallationSettings, InstallationSettings.model_fields)),
        (
            "Shared by all servers",
            [
                *_rows(EnvironmentSettings, EnvironmentSettings.model_fields),
                *_rows(ServiceSettings, secret),
                *_rows(ProcessSettings, ProcessSettings.model_fields),
            ],
        ),
        ("The gateway", _service("gateway", shared | set(secret))),
        *((f"The service {name}", _service(name, shared | set(secret))) for name in SERVICES),
    ]
    return _HEAD + "".join(_section(title, rows) for title, rows in sections)


def _service(name: str, shared: set[str]) -> list[str]:
    kind = SERVICE_SETTINGS[name]
    first, *others = _rows(kind, _own(kind, shared))
    return [first, _row(f"{name.upper()}_MIGRATOR_URL", "", _MIGRATOR), *others]


def _own(kind: type[BaseSettings], shared: set[str]) -> dict[str, FieldInfo]:
    return {name: field for name, field in kind.model_fields.items() if name not in shared}


def _section(title: str, rows: list[str]) -> str:
    head = "| variable | default | meaning |\n|---|---|---|\n"
    return f"\n## {title}\n\n{head}" + "".join(rows)


def _rows(kind: type[BaseSettings], fields: dict[str, FieldInfo]) -> list[str]:
    names = variables(kind)
    return [
        _row(names[name], _default(field), " ".join(_meaning(field)))
        for name, field in fields.items()
    ]


def _row(variable: str, default: str, meaning: str) -> str:
    return f"| `{variable}` | {default} | {meaning} |\n"


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "required"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f"`{value.total_seconds():g}`"
    if isinstance(value, tuple):
        return f"`{list(value)}`".replace("'", '"')
    return f"`{value.relative_to(ROOT) if isinstance(value, Path) else value}`"


def _meaning(field: FieldInfo) -> Iterator[str]:
    """Yield what the field says of itself, then its bounds."""
    yield (field.description or "").replace("|", "\\|")
    choices = [str(one) for one in get_args(field.annotation) if isinstance(one, str)]
    if choices:
        yield f"({', '.join(f'`{one}`' for one in choices)})"
    low, high = _bound(field, "ge"), _bound(field, "le")
    if low is not None and high is not None:
        yield f"({low} to {high})"
    elif low:
        yield f"(at least {low})"


def _bound(field: FieldInfo, name: str) -> Any:
    found = [getattr(one, name) for one in field.metadata if hasattr(one, name)]
    return found[0] if found and isinstance(found[0], int) else None


if __name__ == "__main__":
    main()
