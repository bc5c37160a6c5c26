"""Page cursors: sealed, so that nobody reads or alters them, for one traversal."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from chassis.problems import InvalidCursor, Text

_TAG_BYTES = 16
_KEY_BYTES = 32
_LONGEST = 2_000


class Cursors:
    """Seals and opens cursors with one secret.

    AES-SIV (RFC 5297): the same place has the same cursor, so that kept pages stay the same bytes.
    """

    def __init__(self, secret: str) -> None:
        key = blake2b(secret.encode(), digest_size=_KEY_BYTES, person=b"page-cursors").digest()
        self._cipher = AESSIV(key)

    def sealed(self, binding: str, values: Sequence[Any]) -> str:
        """Return the cursor that continues after `values` of the traversal named `binding`."""
        payload = orjson.dumps(values, default=str)
        sealed = self._cipher.encrypt(payload, [binding.encode()])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def opened(self, binding: str, cursor: str) -> list[Any]:
        """Return the values of a cursor made for the same traversal.

        Raises:
            InvalidCursor: foreign, altered, or made under other filters or another sort.
        """
        try:
            raw = urlsafe_b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4))
        except ValueError:
            raise _refusal() from None
        # base64 has several spellings of the same bytes; only ours is accepted
        if len(raw) <= _TAG_BYTES or urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
            raise _refusal()
        try:
            payload = self._cipher.decrypt(raw, [binding.encode()])
        except InvalidTag:
            raise _refusal() from None
        values: list[Any] = orjson.loads(payload)
        return values


def _refusal() -> InvalidCursor:
    return InvalidCursor(
        Text(
            "Le curseur est étranger, modifié, ou fait pour d'autres filtres :"
            " repartez sans `cursor`",
            "The cursor is foreign, altered, or made for other filters:"
            " start again without `cursor`",
        )
    )
