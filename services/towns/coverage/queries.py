"""What callers may ask of the coverage."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.contract import Day
from services.towns.coverage.contract import OPEN, Radius
from services.towns.sites.contract import Status


class CoverageQuery(BaseModel):
    """How far a site reaches, on which day, and which sites count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    radius_km: Radius = 30
    as_of: Annotated[Day | None, Field(description="Day of the sites; today unless asked")] = None
    site_status: Annotated[
        list[Status],
        Field(description="Sites that count: open, in their premises or in others, unless asked"),
    ] = OPEN
