"""What the caller may do with a system, in SQL; the rules decide, a test holds both together."""

from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Text, case, cast, func, literal_column, not_, select

from chassis.statements import bound, json_of
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
_CALLER = bound("caller", Text)
_NOW: ColumnElement[datetime] = literal_column("now()")
LIVE_SECRET = _secret.revoked_at.is_(None) & (_secret.expires_at > _NOW)
LIVE_KEY = _key.revoked_at.is_(None) & func.coalesce(_key.expires_at > _NOW, literal_column("true"))

Reason = tuple[ColumnElement[bool], str]
"""When an action is refused, and the code of the refusal."""


def _text(value: str) -> ColumnElement[str]:
    return literal_column(f"'{value}'")


def _lacks(scope: str) -> Reason:
    return not_(_text(scope) == func.any(bound("caller_scopes", ARRAY(Text)))), "forbidden"


def _action(name: str, place: str, *reasons: Reason) -> ColumnElement[object]:
    reason = case(*[(condition, _text(code)) for condition, code in reasons])
    href = PATH.concat(_text(f"/{place}"))
    return json_of(action=_text(name), href=href, allowed=reason.is_(None), reason=reason)


def _count(of: ColumnElement[str], live: ColumnElement[bool]) -> ColumnElement[int]:
    chosen = select(func.count()).where(of == _client.id, live)
    return chosen.correlate(Client.__table__).scalar_subquery()


_FOREIGN: Reason = (cast(_client.organisation_id, Text) != _CALLER, "client-not-found")
_SUSPENDED: Reason = (_client.status == _text("suspended"), "client-is-suspended")
_ACTIVE: Reason = (_client.status != _text("suspended"), "client-is-active")
_FIRST: Reason = (
    cast(_client.restoration_asked_by, Text) == _CALLER,
    "restoration-needs-another",
)
_MANY_SECRETS: Reason = (
    _count(_secret.client_id, LIVE_SECRET) >= literal_column(str(MOST_SECRETS)),
    "too-many-credentials",
)
_MANY_KEYS: Reason = (
    _count(_key.client_id, LIVE_KEY) >= literal_column(str(MOST_KEYS)),
    "too-many-credentials",
)


def _other_proof(proof: str) -> Reason:
    return _client.authentication != _text(proof), "wrong-proof"


ACTIONS = func.json_build_array(
    _action(
        *("issue_secret", "secrets", _lacks("partners:write"), _FOREIGN),
        *(_other_proof("client_secret_basic"), _SUSPENDED, _MANY_SECRETS),
    ),
    _action(
        *("add_key", "keys", _lacks("partners:write"), _FOREIGN),
        *(_other_proof("private_key_jwt"), _SUSPENDED, _MANY_KEYS),
    ),
    _action("revoke_credential", "revocations", _lacks("partners:write")),
    _action("suspend_client", "suspension", _lacks("partners:suspend"), _SUSPENDED),
    _action("restore_client", "restoration", _lacks("partners:suspend"), _ACTIVE, _FIRST),
)
