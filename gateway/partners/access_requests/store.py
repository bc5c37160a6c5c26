"""The SQL of requests for access."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.actions import CALLER_ID, Action, offered, tagged
from chassis.database import WriteSession
from chassis.listing import Listing, Order
from chassis.perimeters import Single
from chassis.statements import any_of, bound, instant, json_of
from gateway.partners.clients.actions import PATH
from gateway.partners.opinions import Opinions
from gateway.partners.policy import OPINION
from gateway.partners.tables import AccessOpinion, AccessRequest, Client, Organisation

_request = AccessRequest.__table__.c
_organisation = Organisation.__table__.c
OPINIONS = Opinions(AccessOpinion.__table__, about="request_id", thing=AccessRequest.__table__)
_SOURCE = AccessRequest.__table__.outerjoin(
    Organisation.__table__, _request.organisation_id == _organisation.id
)
_PATH = literal_column("'/v1/access-requests/'").concat(cast(_request.id, Text))
_KIND = func.coalesce(_request.kind, _organisation.kind)
_NAME = func.coalesce(_request.organisation_name, _organisation.name)
_KID = _request.jwk["kid"].astext
_NOW: ColumnElement[datetime] = literal_column("now()")
_LATE = _request.expires_at <= _NOW
_PENDING: ColumnElement[str] = literal_column("'pending'")
_STATUS: ColumnElement[str] = case(
    (_LATE & (_request.status == _PENDING), literal_column("'expired'")),
    (_LATE & (_request.status == literal_column("'granted'")), literal_column("'lapsed'")),
    else_=_request.status,
)
_VERSION = tagged(_request.version, _request.status, standing=_STATUS)
_CLIENT_PATH = (
    select(PATH)
    .where(Client.id == _request.client_id)
    .correlate(AccessRequest.__table__)
    .scalar_subquery()
)


def _actions() -> ColumnElement[object]:
    """Return what the caller may do: `rules.judged` decides, a test holds both together."""
    unless = (
        (_PENDING != _STATUS, "request-closed"),
        (cast(_request.organisation_id, Text) == CALLER_ID, "own-request"),
        (OPINIONS.spoken(), "opinion-already-given"),
    )
    return offered([Action("give_opinion", OPINION, "opinions", unless)], path=_PATH)


def _areas() -> ColumnElement[str]:
    """Return the perimeter in one cell: `region=44|town=51108`."""
    areas = func.jsonb_array_elements(_request.perimeter).table_valued(column("value", JSONB))
    area = areas.c.value
    shown = func.concat(area["dimension"].astext, literal_column("'='"), area["value"].astext)
    chosen = select(func.string_agg(shown, literal_column("'|'")))
    return chosen.correlate(AccessRequest.__table__).scalar_subquery()


_ITEM = cast(
    json_of(
        id=_request.id,
        status=_STATUS,
        organisation_id=_request.organisation_id,
        organisation_name=_NAME,
        kind=_KIND,
        siret=func.coalesce(_request.siret, _organisation.siret),
        client_name=_request.client_name,
        environment=_request.environment,
        authentication=_request.authentication,
        kid=_KID,
        scopes=_request.scopes,
        perimeter=_request.perimeter,
        areas_warnings=_request.areas_warnings,
        motive=_request.motive,
        opinions=OPINIONS.shown(),
        client_id=_request.client_id,
        expires_at=instant(_request.expires_at),
        allowed_actions=_actions(),
        version=_request.version,
        created_at=instant(_request.created_at),
        updated_at=instant(_request.updated_at),
        links=json_of(
            self=_PATH,
            opinions=_PATH.concat(literal_column("'/opinions'")),
            client=_CLIENT_PATH,
        ),
    ),
    Text,
)

REQUESTS = Listing(
    name="access-requests",
    source=_SOURCE,
    item=_ITEM,
    orders={
        "created_at": Order((_request.created_at, _request.id)),
        "updated_at": Order((_request.updated_at, _request.id)),
    },
    filters={
        "status": any_of(_STATUS, "status"),
        "kind": any_of(_KIND, "kind"),
        "environment": any_of(_request.environment, "environment"),
        "updated_since": _request.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells={
        "id": _request.id,
        "status": _STATUS,
        "organisation_id": _request.organisation_id,
        "organisation_name": _NAME,
        "kind": _KIND,
        "siret": func.coalesce(_request.siret, _organisation.siret),
        "client_name": _request.client_name,
        "environment": _request.environment,
        "authentication": _request.authentication,
        "kid": _KID,
        "scopes": func.array_to_string(_request.scopes, "|"),
        "perimeter": _areas(),
        "motive": _request.motive,
        "client_id": _request.client_id,
        "expires_at": instant(_request.expires_at),
        "version": _request.version,
        "created_at": instant(_request.created_at),
        "updated_at": instant(_request.updated_at),
    },
)
REQUEST = Single(
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _VERSION, _PATH)
    .select_from(_SOURCE)
    .where(_request.id == bound("id", Uuid))
)


async def locked(session: WriteSession, request_id: UUID) -> AccessRequest | None:
    """Return a request that nobody else judges or collects meanwhile, if there is one."""
    asked = select(AccessRequest).where(AccessRequest.id == request_id)
    return await session.scalar(asked.with_for_update())


async def pressure(
    session: WriteSession, *, source: bytes, window: timedelta, asker: str | None
) -> tuple[int, datetime | None, int]:
    """Return what one more request comes upon; no other of its sender or partner comes meanwhile.

    That is: how many the sender made within the window, the oldest of these, and how many of the
    partner wait. The two locks are taken in one order, so that nobody waits in a ring.
    """
    for name in sorted(filter(None, (f"from {source.hex()}", asker and f"for {asker}"))):
        lock = func.pg_advisory_xact_lock(func.hashtextextended(name, literal_column("0")))
        await session.execute(select(lock))
    sent = select(func.count(), func.min(_request.created_at)).where(
        _request.source == source, _request.created_at > _NOW - window
    )
    waiting = select(func.count()).where(
        _request.asker == asker, _request.status == _PENDING, _request.expires_at > _NOW
    )
    count, oldest_at = (await session.execute(sent)).one()
    return count, oldest_at, await session.scalar(waiting) or 0
