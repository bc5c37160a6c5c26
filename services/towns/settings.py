"""Environment of the towns service: `TOWNS_DATABASE_URL`, and so on."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the towns service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="TOWNS_")
