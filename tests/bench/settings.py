"""What `make bench` measures and for how long: `BENCH_SECONDS`, `BENCH_PARTS`, and so on."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent.parent.parent
CACHE = ROOT / ".cache" / "bench"
DATA = ROOT / ".data" / "bench"

Part = Literal[
    "reads",
    "cached",
    "authenticated",
    "hop",
    "profile",
    "scale",
    "programme",
    "bulk",
    "tokens",
    "coverage",
]


class BenchSettings(BaseSettings):
    """The environment of a measurement."""

    model_config = SettingsConfigDict(env_prefix="BENCH_", frozen=True)

    parts: Annotated[list[Part], Field(description="Sections of the document to measure anew")] = [
        *("reads", "profile", "cached", "authenticated", "hop", "scale", "programme"),
        *("bulk", "tokens", "coverage"),
    ]
    seconds: Annotated[int, Field(ge=1, description="Length of one run")] = 2
    rounds: Annotated[int, Field(ge=1, description="Runs of each subject, alternated")] = 5
    connections: Annotated[int, Field(ge=1, description="Connections of the load generator")] = 16
    rows: Annotated[int, Field(ge=1_000, description="Synthetic towns")] = 1_000_000
