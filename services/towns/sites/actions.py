"""What the caller may do with a site, in SQL, from the same rows and steps as the acts."""

from sqlalchemy import ColumnElement, Text, cast, literal_column, not_, or_, select

from chassis.actions import Action, Unless, not_from, offered
from services.towns.sites.places import OF_SITES, site
from services.towns.sites.policy import WRITE
from services.towns.sites.rules import STEPS
from services.towns.sites.tables import Site, SitePremises

PATH: ColumnElement[str] = literal_column("'/v1/sites/'", Text).concat(cast(site.id, Text))
"""Of a site."""

_premises = SitePremises.__table__.c
_HOUSED = select(1).where(_premises.site_id == site.id).correlate(Site.__table__).exists()
_NOT_READY: Unless = (or_(site.centre_code.is_(None), not_(_HOUSED)), "site-not-ready")

ACTIONS = offered(
    (
        Action("change_site", WRITE, ""),
        *(
            Action(
                act,
                WRITE,
                place,
                (not_from(site.status, STEPS[act]), *((_NOT_READY,) * (act == "open_site"))),
            )
            for act, place in (
                ("prepare_site", "preparation"),
                ("add_site_premises", "premises"),
                ("open_site", "opening"),
                ("suspend_site", "suspension"),
                ("resume_site", "resumption"),
                ("relocate_site", "relocation"),
                ("close_site", "closure"),
            )
        ),
    ),
    path=PATH,
    perimeter=OF_SITES,
)
"""Of a row of `WITH_PLACE`."""
