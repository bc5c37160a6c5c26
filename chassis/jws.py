"""A signed token read strictly: all that libraries leave to their callers, then the signature.

For access tokens (`tokens.py`), assertions of clients and tokens of other issuers alike.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Claims = dict[str, Any]

LONGEST = 4_096
"""Bytes of a token, encoded."""
SKEW = 10
"""Seconds that the clock of an issuer may differ from ours."""
TEXT = re.compile(r"[\x21-\x7e]{1,255}")
"""Identifiers in claims: ASCII that is seen, no blank."""
_PARTS = re.compile(rb"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_HEADER = frozenset({"alg", "typ", "kid"})
_LAST_INSTANT = 2**40


class Reason(StrEnum):
    """Why a token is refused: a stable name for callers, logs and tests."""

    CREDENTIALS = "credentials"
    TOO_LONG = "too-long"
    MALFORMED = "malformed"
    HEADER = "header"
    TYPE = "type"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    TOO_LONG_LIVED = "too-long-lived"
    REVOKED = "revoked"


class InvalidToken(Exception):
    """The token is refused; nothing of it is in the message."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PublicKey(NamedTuple):
    """A key with the one algorithm that it serves."""

    algorithm: str
    key: ECKey | OKPKey | RSAKey


class Signed(NamedTuple):
    """A good token: what it says, and the name of the key that vouches for it."""

    claims: Claims
    kid: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What one kind of token must be.

    `types` are the values of `typ`, `None` standing for its absence; `texts` the claims that must
    be there as identifiers, beside `iss`, `aud`, `iat` and `exp`; `longest_life` is in seconds.
    """

    issuer: str
    audience: str
    types: frozenset[str | None]
    texts: frozenset[str]
    longest_life: int


def verified(text: bytes, keys: Mapping[str, PublicKey], *, shape: Shape, now: float) -> Signed:
    """Return the claims of a compact JWS; those that `shape` does not name are not looked at.

    Raises:
        InvalidToken: anything at all is not as it should be.
    """
    header, payload, signature = _parts(text)
    named = read_object(header)
    _check_header(named, shape.types)
    known = keys.get(named["kid"])
    if known is None:
        raise InvalidToken(Reason.UNKNOWN_KEY)
    if named.get("alg") != known.algorithm:
        raise InvalidToken(Reason.ALGORITHM)
    signed = text[: text.rindex(b".")]
    if not JWSRegistry.algorithms[known.algorithm].verify(signed, signature, known.key):
        raise InvalidToken(Reason.SIGNATURE)
    claims = read_object(payload)
    _check_claims(claims, shape)
    _check_times(claims, shape.longest_life, now=now)
    return Signed(claims, named["kid"])


def claimed(text: bytes) -> tuple[str, str]:
    """Return the `kid` and the `iss` that a token names, to find its key by; they prove nothing.

    Raises:
        InvalidToken: it names none.
    """
    header, payload, _ = _parts(text)
    kid, issuer = read_object(header).get("kid"), read_object(payload).get("iss")
    if not isinstance(kid, str) or not is_text(kid):
        raise InvalidToken(Reason.HEADER)
    if not isinstance(issuer, str) or not is_text(issuer):
        raise InvalidToken(Reason.ISSUER)
    return kid, issuer


def read_object(raw: bytes) -> dict[str, Any]:
    """Return a JSON object of which every name is there once; no fraction, no NaN.

    Raises:
        InvalidToken: it is something else.
    """
    try:
        read = json.loads(
            raw.decode(),
            object_pairs_hook=_once,
            parse_float=_refused,
            parse_constant=_refused,
        )
    except (ValueError, RecursionError):
        raise InvalidToken(Reason.MALFORMED) from None
    if not isinstance(read, dict):
        raise InvalidToken(Reason.MALFORMED)
    return read


def is_text(value: object) -> bool:
    """Say whether a claim is an identifier as we take them."""
    return isinstance(value, str) and TEXT.fullmatch(value) is not None


def _parts(text: bytes) -> tuple[bytes, bytes, bytes]:
    if len(text) > LONGEST:
        raise InvalidToken(Reason.TOO_LONG)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise InvalidToken(Reason.MALFORMED)
    header, payload, signature = parts.groups()
    return _decoded(header), _decoded(payload), _decoded(signature)


def _decoded(part: bytes) -> bytes:
    """Decode base64url that has one spelling only: no padding, no bits to spare."""
    try:
        raw = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError:
        raise InvalidToken(Reason.MALFORMED) from None
    if urlsafe_b64encode(raw).rstrip(b"=") != part:
        raise InvalidToken(Reason.MALFORMED)
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice")
    return made


def _refused(_text: str) -> float:
    raise ValueError("not an integer")


def _check_header(header: dict[str, Any], types: frozenset[str | None]) -> None:
    if not header.keys() <= _HEADER or not is_text(header.get("kid")):
        raise InvalidToken(Reason.HEADER)
    kind = header.get("typ")
    allowed = kind in types if isinstance(kind, str) else "typ" not in header and None in types
    if not allowed:
        raise InvalidToken(Reason.TYPE)


def _check_claims(claims: Claims, shape: Shape) -> None:
    if not all(is_text(claims.get(name)) for name in shape.texts):
        raise InvalidToken(Reason.CLAIMS)
    # `type`, not `isinstance`: True is an int to Python
    times = [claims[name] for name in ("nbf", "iat", "exp") if name in claims]
    sound = all(type(one) is int and 0 < one < _LAST_INSTANT for one in times)
    if not sound or not claims.keys() >= {"iat", "exp"}:
        raise InvalidToken(Reason.CLAIMS)
    if claims.get("iss") != shape.issuer:
        raise InvalidToken(Reason.ISSUER)
    if claims.get("aud") != shape.audience:
        raise InvalidToken(Reason.AUDIENCE)


def _check_times(claims: Claims, longest_life: int, *, now: float) -> None:
    issued, ends = claims["iat"], claims["exp"]
    if not 0 < ends - issued <= longest_life:
        raise InvalidToken(Reason.TOO_LONG_LIVED)
    if ends + SKEW <= now:
        raise InvalidToken(Reason.EXPIRED)
    if max(issued, claims.get("nbf", 0)) > now + SKEW:
        raise InvalidToken(Reason.NOT_YET_VALID)
