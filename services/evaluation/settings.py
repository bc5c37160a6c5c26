"""Environment of the evaluation service: `EVALUATION_DATABASE_URL`, and so on."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the evaluation service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="EVALUATION_")
