"""`python -m tests.bench`: measure, and rewrite the sections of docs/performance.md."""

from collections.abc import Callable

from deploy.progress import say
from tests.bench import (
    authenticated,
    bulk,
    cached,
    coverage,
    hop,
    programme,
    reads,
    scale,
    stages,
    tokens,
    versions,
)
from tests.bench.document import written
from tests.bench.ground import Ground, ground
from tests.bench.settings import BenchSettings, Part

_PARTS: dict[Part, Callable[[Ground, BenchSettings], list[str]]] = {
    "reads": reads.measure,
    "cached": cached.measure,
    "authenticated": authenticated.measure,
    "hop": hop.measure,
    "profile": stages.measure,
    "scale": scale.measure,
    "programme": programme.measure,
    "bulk": bulk.measure,
    "tokens": tokens.measure,
    "coverage": coverage.measure,
}


def main() -> None:
    """Measure the parts that the environment names, each into its own section."""
    settings = BenchSettings()
    with ground() as found:
        written("versions", versions.listed())
        for part in settings.parts:
            say(f"measuring {part}")
            written(part, _PARTS[part](found, settings))


if __name__ == "__main__":
    main()
