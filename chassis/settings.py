"""Settings that every service reads from its environment, once, in `create_app`."""

import os
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Literal["debug", "info", "warning", "error", "critical"]


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def shared(name: str) -> AliasChoices:
    """Accept one environment name for all services, such as `PUBLIC_URL`."""
    return AliasChoices(name, name.upper())


class EnvironmentSettings(BaseSettings):
    """What every server reads; subclasses set `env_prefix` (`TOWNS_`, `GATEWAY_`...)."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    public_url: Annotated[
        str,
        Field(
            validation_alias=shared("public_url"),
            pattern=r"^https?://[^/]+$",
            description="Where callers reach the gateway; problem types start with it",
        ),
    ] = "http://127.0.0.1:8000"
    log_level: Annotated[
        LogLevel, BeforeValidator(_lowered), Field(validation_alias=shared("log_level"))
    ] = "info"

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment; refuse a name with our prefix that no setting has.

        Raises:
            ValueError: an unknown name, or a value that does not fit.
        """
        prefix = cls.model_config.get("env_prefix", "").upper()
        known = {f"{prefix}{name}".upper() for name in cls.model_fields} | {f"{prefix}MIGRATOR_URL"}
        foreign = sorted(
            name for name in os.environ if prefix and name.startswith(prefix) and name not in known
        )
        if foreign:
            raise ValueError(f"unknown settings {foreign}; known: {sorted(known)}")
        return cls()


class ServiceSettings(EnvironmentSettings):
    """Environment of one service."""

    database_url: Annotated[str, Field(description="The schema's runtime role, read and write")]
    replica_url: Annotated[
        str | None, Field(description="Where reads go, if not to the main database")
    ] = None
    read_pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    write_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    pool_wait: Annotated[timedelta, Field(description="Longest wait for a free connection")] = (
        timedelta(seconds=1)
    )
    durable: Annotated[
        bool, Field(description="Refuse a server that may lose an acknowledged write")
    ] = True
    cursor_secret: Annotated[
        SecretStr,
        Field(
            validation_alias=shared("cursor_secret"),
            min_length=32,
            description="Signs page cursors; the same in every process",
        ),
    ]
