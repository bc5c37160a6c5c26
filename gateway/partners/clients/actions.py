"""What the caller may do with a system, in SQL; the rules decide, a test holds both together."""

from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, func, literal_column, select

from chassis.actions import CALLER_ID, Action, Unless, offered
from chassis.statements import code
from gateway.partners.policy import RESTORE, REVOKE, SUSPEND, WRITE
from gateway.partners.tables import Client, ClientKey, ClientSecret

MOST_SECRETS = 2
"""Live at once: the one in use, and the one that replaces it."""
MOST_KEYS = 5
"""Live at once."""

_client = Client.__table__.c
_secret, _key = ClientSecret.__table__.c, ClientKey.__table__.c
PATH = (
    literal_column("'/v1/partners/'")
    .concat(cast(_client.organisation_id, Text))
    .concat(literal_column("'/clients/'"))
    .concat(_client.id)
)
"""Of a system."""
_NOW: ColumnElement[datetime] = literal_column("now()")
LIVE_SECRET = _secret.revoked_at.is_(None) & (_secret.expires_at > _NOW)
LIVE_KEY = _key.revoked_at.is_(None) & func.coalesce(_key.expires_at > _NOW, literal_column("true"))


def _count(of: ColumnElement[str], live: ColumnElement[bool]) -> ColumnElement[int]:
    chosen = select(func.count()).where(of == _client.id, live)
    return chosen.correlate(Client.__table__).scalar_subquery()


_FOREIGN: Unless = (cast(_client.organisation_id, Text) != CALLER_ID, "client-not-found")
_SUSPENDED: Unless = (_client.status == code("suspended"), "client-is-suspended")
_ACTIVE: Unless = (_client.status != code("suspended"), "client-is-active")
_FIRST: Unless = (
    cast(_client.restoration_asked_by, Text) == CALLER_ID,
    "restoration-needs-another",
)
_MANY_SECRETS: Unless = (
    _count(_secret.client_id, LIVE_SECRET) >= literal_column(str(MOST_SECRETS)),
    "too-many-credentials",
)
_MANY_KEYS: Unless = (
    _count(_key.client_id, LIVE_KEY) >= literal_column(str(MOST_KEYS)),
    "too-many-credentials",
)


def _other_proof(proof: str) -> Unless:
    return _client.authentication != code(proof), "wrong-proof"


ACTIONS = offered(
    (
        Action(
            "issue_secret",
            WRITE,
            "secrets",
            (_FOREIGN, _other_proof("client_secret_basic"), _SUSPENDED, _MANY_SECRETS),
        ),
        Action(
            "add_key",
            WRITE,
            "keys",
            (_FOREIGN, _other_proof("private_key_jwt"), _SUSPENDED, _MANY_KEYS),
        ),
        Action("revoke_credential", REVOKE, "revocations"),
        Action("suspend_client", SUSPEND, "suspension", (_SUSPENDED,)),
        Action("restore_client", RESTORE, "restoration", (_ACTIVE, _FIRST)),
    ),
    path=PATH,
)
