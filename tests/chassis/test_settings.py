"""The environment: read once, typed, and nothing misspelt goes unnoticed."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pydantic_settings import SettingsConfigDict

from chassis.settings import MisfitSettings, ServiceSettings

NEEDED = {"PROBE_DATABASE_URL": "postgresql://probe@/acdt", "CURSOR_SECRET": "x" * 32}


class ProbeSettings(ServiceSettings):
    """Settings of a service that exists only here."""

    model_config = SettingsConfigDict(env_prefix="PROBE_")


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Let the block see `values` in its environment."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_the_environment_is_read_with_its_prefix_and_its_shared_names() -> None:
    with environment(NEEDED | {"PROBE_POOL_WAIT": "PT0.5S", "PUBLIC_URL": "https://acdt.test"}):
        settings = ProbeSettings.from_environment()
    assert settings.database_url == "postgresql://probe@/acdt"
    assert settings.pool_wait == timedelta(milliseconds=500)
    assert settings.public_url == "https://acdt.test"


def test_a_misspelt_name_is_refused_with_the_known_ones() -> None:
    with (
        environment(NEEDED | {"PROBE_POOL_WIAT": "1"}),
        pytest.raises(ValueError, match=r"PROBE_POOL_WIAT.*PROBE_POOL_WAIT"),
    ):
        ProbeSettings.from_environment()


def test_a_missing_setting_is_named() -> None:
    with (
        environment({"PROBE_DATABASE_URL": "postgresql://probe@/acdt", "CURSOR_SECRET": ""}),
        pytest.raises(MisfitSettings, match="CURSOR_SECRET does not fit"),
    ):
        ProbeSettings.from_environment()


def test_a_secret_is_never_printed() -> None:
    with environment(NEEDED):
        assert "x" * 32 not in repr(ProbeSettings.from_environment())


def test_a_duration_may_be_a_bare_number_of_seconds() -> None:
    with environment(NEEDED | {"PROBE_POOL_WAIT": "0.5"}):
        assert ProbeSettings.from_environment().pool_wait == timedelta(milliseconds=500)
    with (
        environment(NEEDED | {"PROBE_POOL_WAIT": "soon"}),
        pytest.raises(MisfitSettings, match="PROBE_POOL_WAIT=soon does not fit"),
    ):
        ProbeSettings.from_environment()
