"""The SQL behind `/v1/me`."""

from sqlalchemy import Text, select

from chassis.statements import bound, compiled
from gateway.partners.tables import Client, Organisation

_client, _organisation = Client.__table__.c, Organisation.__table__.c

NAMES = compiled(
    select(
        _organisation.name.label("organisation_name"),
        _client.name.label("client_name"),
        _client.environment,
    )
    .select_from(Client.__table__)
    .join(Organisation.__table__, _organisation.id == _client.organisation_id)
    .where(_client.id == bound("client_id", Text))
)
"""How the organisation and the system of a client are called."""
