"""Environment of the funding service: `FUNDING_DATABASE_URL`, and so on."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the funding service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="FUNDING_")
