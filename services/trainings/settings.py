"""Environment of the trainings service: `TRAININGS_DATABASE_URL`, and so on."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the trainings service reads from its environment."""

    model_config = SettingsConfigDict(env_prefix="TRAININGS_")
