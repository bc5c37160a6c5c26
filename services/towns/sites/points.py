"""Which sites are open on a day, and where: for whoever measures what they cover."""

from datetime import date

from sqlalchemy import ColumnElement, exists, func, select

from chassis.statements import code
from services.towns.sites.places import commune, site
from services.towns.sites.tables import Site, SiteEvent

LON: ColumnElement[float] = func.coalesce(site.lon, commune.lon)
LAT: ColumnElement[float] = func.coalesce(site.lat, commune.lat)
"""Of a row of `WITH_PLACE`: the point of the premises, else that of the commune, else null."""

_begun, _ended = SiteEvent.__table__.alias("begun"), SiteEvent.__table__.alias("ended")
_OPEN = [code("open"), code("relocated")]
"""`rules.OPEN`, in SQL: tests/towns/test_sites_walked.py holds both together."""


def open_on(day: ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a site was surely open on a day, as its history tells.

    An opening counts from the last day of what is known of it, what ends it from the first.
    """
    over = exists().where(
        _ended.c.site_id == _begun.c.site_id,
        _ended.c.number > _begun.c.number,
        _ended.c.status.in_([code("suspended"), code("closed")]),
        _ended.c.effect_on <= day,
    )
    return (
        select(1)
        .where(_begun.c.site_id == site.id, _begun.c.status.in_(_OPEN), _begun.c.latest_on <= day)
        .where(~over)
        .correlate(Site.__table__)
        .exists()
    )
