"""An access token of ours, made of the rights that a client has at this instant."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chassis.jws import LONGEST
from gateway.partners.kinds import SCOPES
from gateway.partners.tokens import rules
from gateway.partners.tokens.errors import PerimeterTooWide
from gateway.partners.tokens.issuer import LIFE, Issuer
from gateway.partners.tokens.store import Asking


class Grant(NamedTuple):
    """To whom a token is given, and for what.

    `act` is the person who acts for the client; no token ends after `until`.
    """

    client_id: str
    credential: str
    jti: str
    scopes: Sequence[str]
    act: str | None = None
    until: int | None = None


class Signed(NamedTuple):
    """A token with its instants, in seconds of the Unix epoch."""

    token: str
    issued_at: int
    ends_at: int


def signed(issuer: Issuer, known: Asking, *, grant: Grant) -> Signed:
    """Return a token of a client.

    Raises:
        PerimeterTooWide: the perimeter has more codes than a token can name.
    """
    perimeter = rules.perimeter(rules.Right(*right) for right in known.rights)
    issued_at = int(issuer.now())
    ends_at = rules.end(
        issued_at, life=LIFE, midnight=known.midnight, ends_today=perimeter.ends_today
    )
    ends_at = ends_at if grant.until is None else min(ends_at, grant.until)
    claims: dict[str, Any] = {
        "iss": issuer.url,
        "aud": issuer.audience,
        "sub": grant.client_id,
        "iat": issued_at,
        "exp": ends_at,
        "jti": grant.jti,
        "scope": " ".join(grant.scopes),
        "org": known.organisation,
        "kind": known.kind,
        "cred": grant.credential,
        "perimeter": perimeter.claim,
    }
    if grant.act is not None:
        claims["act"] = {"sub": grant.act}
    token = issuer.keys.signer().signed(claims)
    if len(token) > LONGEST:
        raise PerimeterTooWide
    return Signed(token, issued_at, ends_at)


def may_carry(name: str, kind: str, *, proves_key: bool) -> bool:
    """Tell whether a scope of a client still exists for its kind, and suits its proof."""
    scope = SCOPES.get(name)
    if scope is None or kind not in scope.kinds:
        return False
    return proves_key or not scope.strong
