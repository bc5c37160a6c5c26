"""By what a client shows who it is: read from the request, nothing verified yet."""

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import unquote_plus

from chassis.forms import InvalidForm
from chassis.jws import InvalidToken, claimed, is_text
from chassis.problems import Text
from gateway.partners.tokens.errors import InvalidClient

GRANT = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BASIC = re.compile(r"[Bb][Aa][Ss][Ii][Cc] +([A-Za-z0-9+/]+={0,2})")
_LONGEST_BASIC = 1_024

_TWO_WAYS = Text(
    "Un client prouve son identité d'une seule façon par requête",
    "A client proves its identity in one way per request",
)
_HALF = Text(
    f"client_assertion va avec client_assertion_type={ASSERTION_TYPE}",
    f"client_assertion goes with client_assertion_type={ASSERTION_TYPE}",
)


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """What a request carries of it."""

    authorization: tuple[str, ...]
    client_id: str | None
    assertion_type: str | None
    assertion: str | None


@dataclass(frozen=True, slots=True, repr=False)
class SecretProof:
    """`client_secret_basic`."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True, repr=False)
class KeyProof:
    """`private_key_jwt`: the assertion, and what it claims."""

    client_id: str
    kid: str
    assertion: bytes


def proof_in(shown: Shown) -> SecretProof | KeyProof:
    """Return the one proof that a request shows.

    Raises:
        InvalidForm: two proofs, or half of one.
        InvalidClient: none, or one that nothing can be made of.
    """
    assertion = shown.assertion or shown.assertion_type
    if len(shown.authorization) > 1 or (shown.authorization and assertion):
        raise InvalidForm(_TWO_WAYS)
    if assertion and (shown.assertion is None or shown.assertion_type != ASSERTION_TYPE):
        raise InvalidForm(_HALF)
    if shown.assertion is not None:
        proof: SecretProof | KeyProof = _key_proof(shown.assertion)
    elif shown.authorization:
        proof = _secret_proof(shown.authorization[0])
    else:
        raise InvalidClient("no proof")
    if shown.client_id not in {None, proof.client_id}:
        raise InvalidClient("client_id is another's")
    return proof


def _key_proof(assertion: str) -> KeyProof:
    try:
        text = assertion.encode("ascii")
        kid, client_id = claimed(text)
    except UnicodeEncodeError:
        raise InvalidClient("assertion: malformed") from None
    except InvalidToken as refusal:
        raise InvalidClient(f"assertion: {refusal.reason}") from None
    return KeyProof(client_id, kid, text)


def _secret_proof(authorization: str) -> SecretProof:
    """Read the header as RFC 6749, section 2.3.1 wants it: both parts are percent-encoded."""
    found = _BASIC.fullmatch(authorization) if len(authorization) <= _LONGEST_BASIC else None
    if found is None:
        raise InvalidClient("basic: malformed")
    try:
        client_id, colon, secret = b64decode(found[1], validate=True).decode().partition(":")
        client_id, secret = (unquote_plus(part, errors="strict") for part in (client_id, secret))
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient("basic: malformed") from None
    if not colon or not is_text(client_id):
        raise InvalidClient("basic: malformed")
    return SecretProof(client_id, secret)
