"""The SQL of the systems of partners."""

from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    FromClause,
    Text,
    Uuid,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from chassis.database import WriteSession
from chassis.identity import OWN, Limits
from chassis.listing import Listing, Order
from chassis.perimeters import Single, bounds, inside
from chassis.statements import any_of, bound, instant, json_of
from gateway.partners.clients.actions import ACTIONS, PATH
from gateway.partners.errors import ClientNotFound, UnknownOrganisation
from gateway.partners.tables import (
    Client,
    ClientKey,
    ClientPerimeter,
    ClientSecret,
    Organisation,
)

_client, _area = Client.__table__.c, ClientPerimeter.__table__.c
_secret, _key = ClientSecret.__table__.c, ClientKey.__table__.c
PERIMETER = {OWN: cast(_client.organisation_id, Text)}


def _several(
    table: FromClause, item: ColumnElement[object], *order: ColumnElement[object]
) -> ColumnElement[object]:
    """Return what a system has of a table, as a JSON array."""
    listed = func.json_agg(aggregate_order_by(item, *order))
    chosen = select(func.coalesce(listed, literal_column("'[]'::json"), type_=JSON))
    chosen = chosen.select_from(table).where(table.c.client_id == _client.id)
    return chosen.correlate(Client.__table__).scalar_subquery()


_AREAS = _several(
    ClientPerimeter.__table__,
    json_of(
        dimension=_area.dimension,
        value=_area.value,
        valid_from=_area.valid_from,
        valid_until=_area.valid_until,
    ),
    *(_area.dimension, _area.value, _area.valid_from),
)
_SECRETS = _several(
    ClientSecret.__table__,
    json_of(
        prefix=_secret.prefix,
        created_at=instant(_secret.created_at),
        expires_at=instant(_secret.expires_at),
        last_used_at=instant(_secret.last_used_at),
        revoked_at=instant(_secret.revoked_at),
    ),
    *(_secret.created_at, _secret.prefix),
)
_KEYS = _several(
    ClientKey.__table__,
    json_of(
        kid=_key.kid,
        algorithm=_key.algorithm,
        created_at=instant(_key.created_at),
        expires_at=instant(_key.expires_at),
        last_used_at=instant(_key.last_used_at),
        revoked_at=instant(_key.revoked_at),
    ),
    *(_key.created_at, _key.kid),
)
_PARTNER = literal_column("'/v1/partners/'").concat(cast(_client.organisation_id, Text))
_ITEM = cast(
    json_of(
        id=_client.id,
        organisation_id=_client.organisation_id,
        name=_client.name,
        environment=_client.environment,
        authentication=_client.authentication,
        scopes=_client.scopes,
        perimeter=_AREAS,
        secrets=_SECRETS,
        keys=_KEYS,
        status=_client.status,
        refused_before=instant(_client.refused_before),
        restoration_asked_by=_client.restoration_asked_by,
        allowed_actions=ACTIONS,
        version=_client.version,
        created_at=instant(_client.created_at),
        updated_at=instant(_client.updated_at),
        links=json_of(self=PATH, partner=_PARTNER),
    ),
    Text,
)
_AREA_CELL = (
    select(func.string_agg(func.concat(_area.dimension, "=", _area.value), "|"))
    .where(_area.client_id == _client.id)
    .correlate(Client.__table__)
    .scalar_subquery()
)

CLIENTS = Listing(
    name="clients",
    source=Client.__table__,
    item=_ITEM,
    orders={
        "created_at": Order((_client.created_at, _client.id)),
        "name": Order((_client.name, _client.id)),
    },
    filters={
        "organisation_id": _client.organisation_id == bound("organisation_id", Uuid),
        "status": any_of(_client.status, "status"),
        "environment": any_of(_client.environment, "environment"),
        "updated_since": _client.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        "id": _client.id,
        "organisation_id": _client.organisation_id,
        "name": _client.name,
        "environment": _client.environment,
        "authentication": _client.authentication,
        "scopes": func.array_to_string(_client.scopes, "|"),
        "perimeter": _AREA_CELL,
        "status": _client.status,
        "refused_before": instant(_client.refused_before),
        "version": _client.version,
        "created_at": instant(_client.created_at),
        "updated_at": instant(_client.updated_at),
    },
    perimeter=PERIMETER,
)
CLIENT = Single(
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _client.version, PATH).where(
        _client.id == bound("client_id", Text),
        _client.organisation_id == bound("organisation_id", Uuid),
    ),
    perimeter=PERIMETER,
)


async def asker_of(session: WriteSession, organisation_id: UUID | None) -> tuple[str, str | None]:
    """Return the kind and the SIRET of a partner.

    Raises:
        UnknownOrganisation: none has this id.
    """
    asked = select(Organisation.kind, Organisation.siret).where(Organisation.id == organisation_id)
    found = (await session.execute(asked)).one_or_none()
    if found is None:
        raise UnknownOrganisation
    return found[0], found[1]


async def known(session: WriteSession, client_id: str) -> Client:
    """Return a system that is known to exist."""
    return (await session.scalars(select(Client).where(Client.id == client_id))).one()


async def locked(
    session: WriteSession, organisation_id: UUID, client_id: str, *, limits: Limits | None = None
) -> Client:
    """Return a system whose credentials and status nobody else changes meanwhile.

    Raises:
        ClientNotFound: the partner has none of this name, or none within the limits.
    """
    asked = select(Client).where(Client.id == client_id, Client.organisation_id == organisation_id)
    if limits is not None:
        asked = asked.where(inside(PERIMETER, limits))
    found = await session.scalar(asked.with_for_update(key_share=True), bounds(limits))
    if found is None:
        raise ClientNotFound
    return found
