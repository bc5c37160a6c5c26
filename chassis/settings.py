"""Settings that every service reads from its environment, once, in `create_app`."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

SettingsT = TypeVar("SettingsT", bound=BaseSettings)
LogLevel = Literal["debug", "info", "warning", "error", "critical"]


class MisfitSettings(ValueError):
    """Settings that no start can use; the text names each variable, in one line."""


def settings_read(kind: type[SettingsT], **given: Any) -> SettingsT:
    """Read the settings that are not `given` from the environment.

    Raises:
        MisfitSettings: a value is missing or does not fit.
    """
    try:
        return kind(**given)
    except SettingsError as error:
        raise MisfitSettings(str(error)) from None
    except ValidationError as error:
        names = variables(kind)
        told = [_sentence(_place(names, one["loc"]), one) for one in error.errors()]
        raise MisfitSettings("; ".join(told)) from None


def variables(kind: type[BaseSettings]) -> dict[str, str]:
    """Return the environment's name of each field of `kind`."""
    prefix = kind.model_config.get("env_prefix", "")
    return {
        name: name.upper() if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
    }


def _place(names: Mapping[str, str], loc: tuple[int | str, ...]) -> str:
    """Return the variable, and the place in its value if it has several."""
    variable, *inner = loc
    return ".".join([names[str(variable).lower()], *map(str, inner)])


def _sentence(name: str, error: Any) -> str:
    """Say what is wrong with one variable; what may hold a secret is not repeated."""
    if error["type"] == "missing":
        return f"{name} is not set"
    secret = any(word in name for word in ("SECRET", "TOKEN", "URL", "ISSUERS"))
    given = f"{name} does not fit" if secret else f"{name}={error['input']} does not fit"
    return f"{given}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _seconds(value: object) -> object:
    """Take a bare number as seconds; pydantic leaves only ISO 8601 and `HH:MM:SS` of a text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]


def shared(name: str) -> AliasChoices:
    """Accept one environment name for all services, such as `PUBLIC_URL`."""
    return AliasChoices(name, name.upper())


class EnvironmentSettings(BaseSettings):
    """What every server reads; subclasses set `env_prefix` (`TOWNS_`, `GATEWAY_`...)."""

    # errors without their input: it may be a secret, or an address with a password
    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    public_url: Annotated[
        str,
        Field(
            validation_alias=shared("public_url"),
            pattern=r"^https?://[^/]+$",
            description="Where callers reach the gateway; problem types start with it",
        ),
    ] = "http://127.0.0.1:8000"
    token_keys_url: Annotated[
        str | None,
        Field(
            validation_alias=shared("token_keys_url"),
            pattern=r"^https?://[^/]+$",
            description="Where a process finds the keys and the suspensions of tokens: the "
            "gateway. Without it, a service alone serves open data only",
        ),
    ] = None
    log_level: Annotated[
        LogLevel,
        BeforeValidator(_lowered),
        Field(validation_alias=shared("log_level"), description="What is logged at all"),
    ] = "info"

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment; refuse a name with our prefix that no setting has.

        Raises:
            MisfitSettings: an unknown name, or a value that is missing or does not fit.
        """
        prefix = cls.model_config.get("env_prefix", "").upper()
        known = {*variables(cls).values(), f"{prefix}MIGRATOR_URL"}
        foreign = sorted(
            name for name in os.environ if prefix and name.startswith(prefix) and name not in known
        )
        if foreign:
            raise MisfitSettings(
                f"no such setting: {', '.join(foreign)}; there are {', '.join(sorted(known))}"
            )
        return settings_read(cls)


class ServiceSettings(EnvironmentSettings):
    """Environment of one service."""

    database_url: Annotated[str, Field(description="The schema's runtime role, read and write")]
    replica_url: Annotated[
        str | None, Field(description="Where reads go, if not to the main database")
    ] = None
    read_pool_size: Annotated[
        int, Field(ge=1, le=100, description="Connections for reads, per process")
    ] = 8
    write_pool_size: Annotated[
        int, Field(ge=1, le=100, description="Connections for changes, per process")
    ] = 5
    pool_wait: Annotated[Duration, Field(description="Longest wait for a free connection")] = (
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
            description="Seals page cursors; the same in every process",
        ),
    ]
