"""Writes the contracts anew from the code: `make contracts`. A test compares, nobody edits them."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from deploy.service_settings import SERVICE_SETTINGS
from gateway.contracts import OWN, registry_contract
from gateway.contracts import committed as committed_contracts
from gateway.merged_contract import merged
from tests.contracts.documents import NAMES, ROOT, Document, committed

STAND_IN = {
    "database_url": "postgresql://nobody@/nowhere",
    "cursor_secret": "only-the-shape-of-the-service-is-asked",
}
"""A contract needs no database: the application is assembled and never started."""

PACKAGES = {"gateway": "gateway.partners"}
"""Where a service's code is, if not under `services`."""


def served(name: str) -> Document:
    """Return the document that the code serves now."""
    if name == "merged":
        return dict(merged({**committed_contracts(ROOT / "services"), OWN: registry_contract()}))
    create_app: Any = import_module(PACKAGES.get(name, f"services.{name}") + ".app").create_app
    kind: Any = SERVICE_SETTINGS[name]
    document: Document = create_app(kind(**STAND_IN)).openapi()
    return document


def text_of(document: Document) -> str:
    """Return a document as it is committed: readable, and the same for the same code."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def rewrite() -> list[Path]:
    """Write every contract whose code has changed; return their files."""
    changed = []
    for name in NAMES:  # the merged one last: it reads the others
        path, text = committed(name), text_of(served(name))
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def release() -> list[Path]:
    """Keep the contracts as those of the release that is being made; return their files."""
    kept = []
    for name in NAMES:
        copy = ROOT / "tests" / "contracts" / "released" / f"{name}.json"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(committed(name).read_bytes())
        kept.append(copy)
    return kept


if __name__ == "__main__":
    for written in rewrite() + (release() if "--release" in sys.argv else []):
        sys.stdout.write(f"{written.relative_to(ROOT)} written\n")
