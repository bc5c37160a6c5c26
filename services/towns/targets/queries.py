"""What callers may ask of the list of targets."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from chassis.contract import Day
from chassis.queries import ListQuery
from services.towns.targets.contract import SiteTarget


class SiteTargetQuery(ListQuery):
    """Filters of the list of targets; a repeated filter means "or"."""

    item: ClassVar[type[SiteTarget]] = SiteTarget

    sort: Annotated[
        Literal["stated_on", "-stated_on"] | None,
        Field(description="Order; oldest first unless asked otherwise"),
    ] = None
    kind: Annotated[
        list[Literal["all", "in-acv", "outside-acv"]] | None, Field(description="Of which sites")
    ] = None
    stated_on_gte: Annotated[Day | None, Field(description="Said on this day or later")] = None
    stated_on_lte: Annotated[Day | None, Field(description="Said on this day or earlier")] = None
