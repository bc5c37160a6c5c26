"""Page cursors: opaque, signed, bound to the filters and the sort they were made under."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import orjson

from chassis.problems import InvalidCursor, Text

_MAC_BYTES = 12
_LONGEST = 2_000


class Cursors:
    """Signs and reads cursors with one secret."""

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), digest_size=32).digest()

    def signed(self, binding: str, values: Sequence[Any]) -> str:
        """Return the cursor that continues after `values` of the traversal named `binding`."""
        payload = orjson.dumps(values, default=str)
        return urlsafe_b64encode(self._mac(binding, payload) + payload).rstrip(b"=").decode()

    def opened(self, binding: str, cursor: str) -> list[Any]:
        """Return the values of a cursor made for the same traversal.

        Raises:
            InvalidCursor: foreign, altered, or made under other filters or another sort.
        """
        try:
            raw = urlsafe_b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4))
        except ValueError:
            raise _refusal() from None
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        genuine = hmac.compare_digest(mac, self._mac(binding, payload))
        # base64 has several spellings of the same bytes; only ours is accepted
        if not genuine or urlsafe_b64encode(raw).rstrip(b"=").decode() != cursor:
            raise _refusal()
        values: list[Any] = orjson.loads(payload)
        return values

    def _mac(self, binding: str, payload: bytes) -> bytes:
        bound = binding.encode() + b"\x00" + payload
        return blake2b(bound, digest_size=_MAC_BYTES, key=self._key).digest()


def _refusal() -> InvalidCursor:
    return InvalidCursor(
        Text(
            "Le curseur est étranger, modifié, ou fait pour d'autres filtres :"
            " repartez sans `cursor`",
            "The cursor is foreign, altered, or made for other filters:"
            " start again without `cursor`",
        )
    )
