"""Who may keep the answer to a read, and how long: said by the policy row, never by hand."""

from functools import lru_cache

from chassis.identity import ANONYMOUS, Open, Policy, Principal

Headers = list[tuple[bytes, bytes]]

_VARY = (b"vary", b"Accept")
_VARY_BY_CALLER = (b"vary", b"Accept, Authorization")
_PRIVATE = (b"cache-control", b"private, no-store")


def keeping(row: Policy, principal: Principal, *, max_age: int = 0) -> Headers:
    """Return `Cache-Control` and `Vary`; what is the same for all may be kept by anyone."""
    if not isinstance(row, Open):
        return [_PRIVATE, _VARY]
    if row.same:
        return [_public(max_age), _VARY]
    return [_public(max_age) if principal is ANONYMOUS else _PRIVATE, _VARY_BY_CALLER]


@lru_cache(maxsize=64)
def _public(max_age: int) -> tuple[bytes, bytes]:
    text = b"public, max-age=%d" % max_age if max_age else b"public, max-age=0, must-revalidate"
    return (b"cache-control", text)
