"""What every contract is made of: strict inputs, complete outputs."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Input(BaseModel):
    """A body that callers send: unknown keys are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Output(BaseModel):
    """A body that callers receive: every key always present, `null` means unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Version = Annotated[int, Field(ge=1, description="Version of the row; the ETag is made of it")]
