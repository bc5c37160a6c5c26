"""The SQL of partners."""

from sqlalchemy import DateTime, Text, Uuid, cast, func, literal_column, select

from chassis.identity import OWN
from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, instant, json_of
from gateway.partners.tables import Client, Organisation

_organisation, _client = Organisation.__table__.c, Client.__table__.c
_PATH = literal_column("'/v1/partners/'").concat(cast(_organisation.id, Text))
_COUNT = (
    select(func.count())
    .where(_client.organisation_id == _organisation.id)
    .correlate(Organisation.__table__)
    .scalar_subquery()
)
_SHOWN = {
    "id": _organisation.id,
    "kind": _organisation.kind,
    "name": _organisation.name,
    "siret": _organisation.siret,
    "status": _organisation.status,
    "clients_count": _COUNT,
    "version": _organisation.version,
    "created_at": instant(_organisation.created_at),
    "updated_at": instant(_organisation.updated_at),
}
_LINKS = json_of(self=_PATH, clients=_PATH.concat(literal_column("'/clients'")))
_ITEM = cast(json_of(**_SHOWN, links=_LINKS), Text)
PERIMETER = {OWN: cast(_organisation.id, Text)}

PARTNERS = Listing(
    name="partners",
    source=Organisation.__table__,
    item=_ITEM,
    orders={
        "created_at": Order((_organisation.created_at, _organisation.id)),
        "name": Order((_organisation.name, _organisation.id)),
    },
    filters={
        "kind": any_of(_organisation.kind, "kind"),
        "status": any_of(_organisation.status, "status"),
        "updated_since": _organisation.updated_at
        >= bound("updated_since", DateTime(timezone=True)),
    },
    cells=_SHOWN,
    perimeter=PERIMETER,
)
PARTNER = Single(
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _organisation.version, _PATH).where(
        _organisation.id == bound("id", Uuid)
    ),
    perimeter=PERIMETER,
)
