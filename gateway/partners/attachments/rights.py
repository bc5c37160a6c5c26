"""The SQL of what an attachment gives today: the rights of its system, and its own limits."""

from typing import NamedTuple

from sqlalchemy import Text, and_, bindparam, cast, or_, select

from chassis.database import Database
from chassis.statements import compiled
from gateway.partners.attachments.tables import Attachment
from gateway.partners.tables import Client, Organisation
from gateway.partners.tokens.store import ASKING, NOW, Asking, seconds


class Given(NamedTuple):
    """An attachment that was granted, and its system's rights; `live` unless it is over."""

    known: Asking
    attachment_id: str
    client_id: str
    scopes: list[str]
    valid_until: int
    live: bool


async def given(database: Database, issuer: str, *, identity: str, now: float) -> Given | None:
    """Find the attachment that a person has, or the last one that it had."""
    values = {"issuer": issuer, "identity": identity, "now": now}
    rows = await database.alone(_GIVEN, values)
    if not rows:
        return None
    *known, attachment_id, client_id, scopes, valid_until, live = rows[0]
    asking = Asking._make([*known, None])
    return Given(asking, attachment_id, client_id, scopes, valid_until, live)


_GRANTED = Attachment.status == "granted"
_GIVEN = compiled(
    select(
        *ASKING,
        cast(Attachment.id, Text),
        Attachment.client_id,
        Attachment.scopes,
        seconds(Attachment.valid_until),
        and_(_GRANTED, Attachment.valid_until > NOW),
    )
    .select_from(Attachment)
    .join(Client, Client.id == Attachment.client_id)
    .join(Organisation, Organisation.id == Client.organisation_id)
    .where(
        Attachment.issuer == bindparam("issuer", type_=Text),
        Attachment.identity == bindparam("identity", type_=Text),
        or_(_GRANTED, Attachment.status == "revoked"),
    )
    .order_by(_GRANTED.desc(), Attachment.revoked_at.desc())
    .limit(1)
)
