"""What callers receive about the targets of the programme."""

from datetime import date

from pydantic import Field

from chassis.contract import Output, Page
from services.towns.catalogue.contract import Confidence
from services.towns.targets.vocabularies import SITE_TARGET


class SiteTarget(Output):
    """How many new sites a source said there would be; the last one said replaces the others."""

    kind: str = Field(description="Of which sites", json_schema_extra=SITE_TARGET.schema)
    stated_on: date = Field(description="A day on which it was said")
    sites_count: int = Field(ge=1, description="New sites")
    due: str | None = Field(description="By the end of this year; null: not said")
    confidence: Confidence
    source_url: str
    note: str | None


class SiteTargetPage(Page[SiteTarget]):
    """A page of targets."""
