"""How a site goes from announced to open, moved or closed, and what its days mean."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from chassis.workflow import Step, Steps
from services.towns.sites.errors import (
    EffectAhead,
    EffectBeforeLast,
    PointIncomplete,
    SiteNotReady,
)

OPEN = frozenset({"open", "relocated"})
"""The statuses in which a site receives people; a relocated one does so in its other premises."""

STEPS: Steps = {
    "prepare_site": Step(frozenset({"announced"}), "in-preparation"),
    "add_site_premises": Step(frozenset({"in-preparation"}), "in-preparation"),
    "open_site": Step(frozenset({"in-preparation"}), "open"),
    "suspend_site": Step(OPEN, "suspended"),
    "resume_site": Step(frozenset({"suspended"}), "open"),
    "relocate_site": Step(OPEN | {"suspended"}, "relocated"),
    "close_site": Step(OPEN | {"announced", "in-preparation", "suspended"}, "closed"),
}
"""A site that closed stays so: another one may be announced at the same place."""

TOLD = {
    "opened": "open",
    "in-operation": "open",
    "announced": "announced",
    "planned": "announced",
}
"""What a fact of a public source makes of a site; other kinds leave its status."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A day as precisely as it is known; `precision` is `day`, `month` or `year`."""

    on: date
    precision: str

    @property
    def first_on(self) -> date:
        """Return the first day of what is named."""
        month = 1 if self.precision == "year" else self.on.month
        return self.on if self.precision == "day" else date(self.on.year, month, 1)

    @property
    def latest_on(self) -> date:
        """Return the last day of what is named."""
        if self.precision == "day":
            return self.on
        month = 12 if self.precision == "year" else self.on.month
        return date(self.on.year, month, monthrange(self.on.year, month)[1])


@dataclass(frozen=True, slots=True)
class Premises:
    """Where a site is: `lon` and `lat` in WGS 84 degrees, null where only the commune is known."""

    kind: str | None
    description: str | None
    owner_kind: str | None
    owner: str | None
    address: str | None
    insee_code: str
    lon: float | None
    lat: float | None


def check_effect(asked: Dated, *, last: date | None, today: date) -> None:
    """Let an act take effect on a day that has begun, not surely before the act that it follows.

    Args:
        asked: when the act takes effect.
        last: first day of the effect of the act before; `None`: not known.
        today: the day of the question, UTC.

    Raises:
        EffectAhead: the first day of what is named is to come.
        EffectBeforeLast: its last day comes before `last`.
    """
    if asked.first_on > today:
        raise EffectAhead
    if last is not None and asked.latest_on < last:
        raise EffectBeforeLast


def check_point(lon: float | None, lat: float | None) -> None:
    """Let a point be kept if it is whole.

    Args:
        lon: longitude, WGS 84 degrees.
        lat: latitude, WGS 84 degrees.

    Raises:
        PointIncomplete: one of both is unknown.
    """
    if (lon is None) != (lat is None):
        raise PointIncomplete


def check_ready(*, premises_count: int, centre_code: str | None) -> None:
    """Let a site open if it has somewhere to be and somebody to answer for it.

    Args:
        premises_count: how many premises it had.
        centre_code: regional centre that it is attached to.

    Raises:
        SiteNotReady: it names all that is missing.
    """
    missing = ["premises"] if premises_count == 0 else []
    missing += ["centre"] if centre_code is None else []
    if missing:
        raise SiteNotReady(missing)
