"""The SQL of attachments."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from chassis.actions import CALLER_ID, Action, offered
from chassis.database import WriteSession
from chassis.identity import OWN, Limits
from chassis.listing import Listing, Order
from chassis.perimeters import Single, bounds, inside
from chassis.statements import any_of, bound, code, instant, json_of
from gateway.partners.attachments.tables import Attachment, AttachmentOpinion
from gateway.partners.errors import AttachmentNotFound
from gateway.partners.opinions import Opinions
from gateway.partners.policy import OPINION, REVOKE
from gateway.partners.tables import Organisation, RevokedToken

_REFUSED = timedelta(minutes=10)
"""How long the tokens of a revoked attachment are named: longer than any of them lives."""

_attachment = Attachment.__table__.c
_organisation = Organisation.__table__.c
OPINIONS = Opinions(AttachmentOpinion.__table__, about="attachment_id", thing=Attachment.__table__)
_SOURCE = Attachment.__table__.join(
    Organisation.__table__, _attachment.organisation_id == _organisation.id
)
PERIMETER = {OWN: cast(_attachment.organisation_id, Text)}
_PARTNER = literal_column("'/v1/partners/'").concat(cast(_attachment.organisation_id, Text))
_PATH = _PARTNER.concat(literal_column("'/attachments/'")).concat(cast(_attachment.id, Text))
_REQUEST = literal_column("'/v1/attachment-requests/'").concat(cast(_attachment.id, Text))
_CLIENT = _PARTNER.concat(literal_column("'/clients/'")).concat(_attachment.client_id)
_NOW: ColumnElement[datetime] = literal_column("now()")
_PENDING = _attachment.status == literal_column("'pending'")
_GRANTED = _attachment.status == literal_column("'granted'")
_STATUS: ColumnElement[str] = case(
    (_PENDING & (_attachment.expires_at <= _NOW), literal_column("'expired'")),
    (_GRANTED & (_attachment.valid_until <= _NOW), literal_column("'ended'")),
    else_=_attachment.status,
)
_OWN = cast(_attachment.organisation_id, Text) == CALLER_ID


def _actions() -> ColumnElement[object]:
    """Return what the caller may do: the rules decide, a test holds both together."""
    unless = (
        (code("pending") != _STATUS, "request-closed"),
        (_OWN, "own-request"),
        (OPINIONS.spoken(), "opinion-already-given"),
    )
    judging = Action("judge_attachment", OPINION, "opinions", unless, path=_REQUEST)
    revoking = Action("revoke_attachment", REVOKE, "revocation")
    return offered([judging, revoking], path=_PATH)


_SHOWN = {
    "id": _attachment.id,
    "status": _STATUS,
    "organisation_id": _attachment.organisation_id,
    "organisation_name": _organisation.name,
    "client_id": _attachment.client_id,
    "issuer": _attachment.issuer,
    "identity": _attachment.identity,
    "motive": _attachment.motive,
    "expires_at": instant(_attachment.expires_at),
    "valid_until": instant(_attachment.valid_until),
    "revoked_at": instant(_attachment.revoked_at),
    "version": _attachment.version,
    "created_at": instant(_attachment.created_at),
    "updated_at": instant(_attachment.updated_at),
}
_ITEM = cast(
    json_of(
        **_SHOWN,
        scopes=_attachment.scopes,
        opinions=OPINIONS.shown(),
        allowed_actions=_actions(),
        links=json_of(self=_PATH, request=_REQUEST, client=_CLIENT),
    ),
    Text,
)

ATTACHMENTS = Listing(
    name="attachments",
    source=_SOURCE,
    item=_ITEM,
    orders={
        "created_at": Order((_attachment.created_at, _attachment.id)),
        "updated_at": Order((_attachment.updated_at, _attachment.id)),
    },
    filters={
        "organisation_id": _attachment.organisation_id == bound("organisation_id", Uuid),
        "status": any_of(_STATUS, "status"),
        "issuer": any_of(_attachment.issuer, "issuer"),
        "updated_since": _attachment.updated_at >= bound("updated_since", DateTime(timezone=True)),
    },
    cells=_SHOWN | {"scopes": func.array_to_string(_attachment.scopes, "|")},
    perimeter=PERIMETER,
)
_ONE = (
    select(func.convert_to(_ITEM, literal_column("'UTF8'")), _attachment.version, _PATH)
    .select_from(_SOURCE)
    .where(_attachment.id == bound("id", Uuid))
)
REQUEST = Single(_ONE)
"""For those who judge: whosever it is."""
ATTACHMENT = Single(
    _ONE.where(_attachment.organisation_id == bound("organisation_id", Uuid)), perimeter=PERIMETER
)


async def locked(
    session: WriteSession,
    attachment_id: UUID,
    organisation_id: UUID | None = None,
    *,
    limits: Limits | None = None,
) -> Attachment:
    """Return an attachment that nobody else judges or takes back meanwhile.

    Raises:
        AttachmentNotFound: none has this id, or none of the partner, within the limits.
    """
    asked = select(Attachment).where(Attachment.id == attachment_id)
    if organisation_id is not None:
        asked = asked.where(Attachment.organisation_id == organisation_id)
    if limits is not None:
        asked = asked.where(inside(PERIMETER, limits))
    found = await session.scalar(asked.with_for_update(), bounds(limits))
    if found is None:
        raise AttachmentNotFound
    return found


async def granted_before(session: WriteSession, new: Attachment) -> Attachment | None:
    """Return the attachment that a person has until now; nobody else grants it one meanwhile."""
    turn = func.pg_advisory_xact_lock(func.hashtextextended(new.identity, 0))
    await session.execute(select(turn))
    same = (Attachment.issuer == new.issuer, Attachment.identity == new.identity)
    asked = select(Attachment).where(*same, Attachment.status == "granted")
    return await session.scalar(asked.with_for_update())


async def refuse_tokens(session: WriteSession, attachment_id: UUID) -> None:
    """Refuse the tokens that were made for an attachment, which bear its id as `jti`."""
    digest = sha256(str(attachment_id).encode()).digest()
    named = insert(RevokedToken).values(jti_digest=digest, expires_at=func.now() + _REFUSED)
    await session.execute(named.on_conflict_do_nothing())
