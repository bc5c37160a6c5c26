"""Answers kept in memory: a bounded store of public reads, each valid until its service changes."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import lru_cache

from starlette.types import Scope
from typing_extensions import Buffer

from chassis.at_once import Kept
from chassis.preconditions import digest_tag
from chassis.problems import language_of
from gateway.compression import SMALLEST, compressible, encoded, suffixed, varying
from gateway.headers import Headers

Key = tuple[bytes, bytes, bytes, str]

_OVERHEAD = 1_000  # what an entry costs beside its body: key, headers, bookkeeping
_IN_304 = frozenset({b"cache-control", b"content-location", b"etag", b"expires", b"link", b"vary"})


@dataclass(slots=True)
class Validity:
    """What is known about the changes of one service.

    `generation` grows with every change; `trusted_until` is the instant up to which the absence of
    news means that nothing changed.
    """

    generation: int = 0
    trusted_until: float = 0.0

    def changed(self) -> None:
        """Make every answer kept so far doubtful."""
        self.generation += 1


@dataclass(slots=True)
class Entry:
    """One answer, ready to be sent again. Times are seconds of a monotonic clock."""

    body: bytes
    etag: bytes
    validity: Validity
    generation: int
    stored_at: float
    expires_at: float
    upstream_etag: bytes | None
    given: Headers
    whole: Headers
    unchanged: Headers
    operation: str = "none"
    shrinks: bool = False
    shrunk: "Entry | None" = None
    _second: int = -1
    _whole_now: Kept = field(default_factory=Kept)
    _unchanged_now: Kept = field(default_factory=Kept)

    @property
    def cost(self) -> int:
        """Bytes of memory, about; text leaves room for its compressed form."""
        size = len(self.body)
        return size + (size // 4 if self.shrinks else 0) + _OVERHEAD

    def fresh(self, now: float) -> bool:
        """Say whether the answer may be sent without asking the service."""
        known = self.validity
        return (
            self.generation == known.generation
            and now < known.trusted_until
            and now < self.expires_at
        )

    def renewed(self, now: float, *, generation: int, lifetime: float) -> None:
        """Take note that the service has just confirmed the answer."""
        self.generation, self.stored_at, self.expires_at = generation, now, now + lifetime
        self._second = -1
        if self.shrunk is not None:
            self.shrunk.renewed(now, generation=generation, lifetime=lifetime)

    def shrunk_to(self, body: bytes) -> "Entry":
        """Keep the compressed form beside the plain one; return it."""
        whole = encoded(self.whole, length=len(body))
        self.shrunk = replace(
            self,
            body=body,
            etag=suffixed(self.etag),
            whole=whole,
            unchanged=only_for_304(whole),
            shrinks=False,
            _second=-1,
        )
        return self.shrunk

    def headers(self, now: float, *, unchanged: bool) -> Kept:
        """Return the headers of a 200, or of a 304 if `unchanged`; rebuilt once a second."""
        second = int(now - self.stored_at)
        if second != self._second:
            age = [(b"age", b"%d" % second), (b"cache-status", b"acdt; hit")]
            self._second = second
            self._whole_now = Kept(self.whole + age)
            self._unchanged_now = Kept(self.unchanged + age)
        return self._unchanged_now if unchanged else self._whole_now


class Store:
    """The entries used last, as many as fit in `capacity` bytes."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held = 0
        self._entries: OrderedDict[Key, Entry] = OrderedDict()

    def get(self, key: Key) -> Entry | None:
        """Return the entry, and remember that it was used."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep an entry; those not used for longest make room."""
        self.drop(key)
        if entry.cost > self.capacity // 8:
            return
        self._entries[key] = entry
        self.held += entry.cost
        while self.held > self.capacity:
            _, oldest = self._entries.popitem(last=False)
            self.held -= oldest.cost

    def drop(self, key: Key) -> None:
        """Forget an entry."""
        gone = self._entries.pop(key, None)
        if gone is not None:
            self.held -= gone.cost


def key_of(scope: Scope, accept: bytes, accept_language: bytes) -> Key:
    """Return what tells one public answer from another."""
    query = scope["query_string"]
    if b"&" in query:
        pairs = query.split(b"&")
        # by name only, and stable: the order of a repeated filter may matter
        query = b"&".join(sorted(pairs, key=_name))
    return scope["raw_path"], query, accept, _language(accept_language)


def entry_of(
    body: bytes,
    headers: Headers,
    *,
    validity: Validity,
    generation: int,
    now: float,
    lifetime: float,
) -> Entry:
    """Return an entry for a whole 200 answer, with an ETag if the service gave none."""
    given = next((value for name, value in headers if name == b"etag"), None)
    etag = given or computed_etag(body)
    whole = headers if given else [*headers, (b"etag", etag)]
    if all(name != b"content-length" for name, _ in whole):
        whole = [*whole, (b"content-length", b"%d" % len(body))]
    shrinks = len(body) >= SMALLEST and compressible(whole)
    if shrinks:
        whole = varying(whole)
    return Entry(
        body=body,
        etag=etag,
        validity=validity,
        generation=generation,
        stored_at=now,
        expires_at=now + lifetime,
        upstream_etag=given,
        given=headers,
        whole=whole,
        unchanged=only_for_304(whole),
        shrinks=shrinks,
    )


def only_for_304(headers: Headers) -> Headers:
    """Return the headers that a 304 repeats."""
    return [pair for pair in headers if pair[0] in _IN_304]


def computed_etag(body: bytes) -> bytes:
    """Return a strong ETag made of the bytes themselves."""
    return digest_tag(body).encode()


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Compare as `If-None-Match` asks: weakly, `*` matching all."""
    if if_none_match == etag or if_none_match.strip() == b"*":
        return True
    wanted = etag.removeprefix(b"W/")
    return any(part.strip().removeprefix(b"W/") == wanted for part in if_none_match.split(b","))


def _name(pair: Buffer) -> bytes:
    return bytes(pair).partition(b"=")[0]


@lru_cache(maxsize=512)
def _language(accept_language: bytes) -> str:
    return language_of(accept_language.decode("latin-1"))
