"""What may never be committed, and what the locks must carry."""

import json
import re

from tests.architecture.sources import ROOT, files, nothing_in

BINARY = (".png", ".ico", ".woff2", ".gz", ".xlsx", ".pdf")

REGISTRIES = "|".join(
    re.escape(".".join(host))
    for host in (
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("proxy", "golang", "org"),
    )
)
FORBIDDEN = {
    "a package registry": rf"({REGISTRIES})|--(extra-)?index-url|--find-links",
    "a path of somebody's machine": r"(?<![\w.])/(home|Users|root|work)/[\w.-]+",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a token": r"\b(ghp_|gho_|glpat-|xox[bp]-|AKIA|sk_live_|eyJhbGciOi)[\w-]{12,}",
    "a password in a URL": r"\w+://[^\s/:@{}$<>\"']+:[^\s/@{}$<>\"']+@(?!/|host\b|db\b)",
}
MAIL = re.compile(r"[\w.+-]+@([\w-]+\.)+[a-z]{2,}\b")
MADE_UP = re.compile(r"@([\w-]+\.)*(example|test|invalid)(\.(org|com|net|fr))?$")
THIS = "tests/architecture/test_repository.py"


def _texts() -> list[tuple[str, str]]:
    return [
        (path, (ROOT / path).read_text(encoding="utf-8", errors="replace"))
        for path in files()
        if not path.endswith(BINARY) and path != THIS
    ]


def test_nothing_committed_names_a_registry_a_machine_or_a_secret() -> None:
    nothing_in(
        [
            f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match[0]}"
            for path, text in _texts()
            for what, pattern in FORBIDDEN.items()
            for match in re.finditer(pattern, text)
        ]
    )


def test_no_address_of_a_real_person_is_committed() -> None:
    nothing_in(
        [
            f"{path}: {match[0]}"
            for path, text in _texts()
            if not path.startswith(("locks/", "tests/contracts/package-lock"))
            for match in MAIL.finditer(text)
            if not MADE_UP.search(match[0])
        ]
    )


def test_every_locked_python_package_carries_its_hashes() -> None:
    locks = [path for path in files() if path.startswith("locks/") and path.endswith(".txt")]
    assert locks
    for path in locks:
        text = re.sub(r"\\\n\s*", " ", (ROOT / path).read_text(encoding="utf-8"))
        pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        nothing_in([f"{path}: {pin[:60]}" for pin in pins if not _is_pinned(pin)])


def _is_pinned(line: str) -> bool:
    return bool(re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line))


def test_every_locked_node_package_carries_its_hash_and_no_address() -> None:
    lock = json.loads((ROOT / "tests/contracts/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    nothing_in([name for name, entry in packages.items() if "integrity" not in entry])
    nothing_in([name for name, entry in packages.items() if "resolved" in entry])


def test_exact_versions_of_the_contract_tools_are_asked_for() -> None:
    manifest = json.loads((ROOT / "tests/contracts/package.json").read_text(encoding="utf-8"))
    wanted = manifest["devDependencies"].items()
    nothing_in([f"{name} {version}" for name, version in wanted if not version[0].isdigit()])


def test_the_product_ships_what_it_needs() -> None:
    """No file of the product reaches outside the repository."""
    links = [path for path in files() if (ROOT / path).is_symlink()]
    outside = re.compile(r"\.\./shared|/[a-z]+/shared")
    readers = [
        path
        for path, text in _texts()
        if path.endswith((".py", ".toml", ".yml", ".yaml", "Makefile")) and outside.search(text)
    ]
    nothing_in(links + readers)
