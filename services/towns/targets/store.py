"""The SQL of the targets."""

from sqlalchemy import Date, Text, cast

from chassis.listing import Listing, Order
from chassis.statements import any_of, bound, json_of
from services.towns.targets.tables import SiteTarget

_targets = SiteTarget.__table__
_target = _targets.c
_STATED = {column.name: column for column in _target}

SITE_TARGETS = Listing(
    name="site-targets",
    source=_targets,
    item=cast(json_of(**_STATED), Text),
    orders={"stated_on": Order((_target.stated_on, _target.kind))},
    filters={
        "kind": any_of(_target.kind, "kind"),
        "stated_on_gte": _target.stated_on >= bound("stated_on_gte", Date),
        "stated_on_lte": _target.stated_on <= bound("stated_on_lte", Date),
    },
    cells=_STATED,
    sources="/v1/sources/towns",
)
