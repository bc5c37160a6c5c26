"""The public keys of an issuer, as a JWK set: only keys that verify, each for one algorithm."""

from collections.abc import Collection, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chassis.jws import PublicKey, is_text

OURS = frozenset({"ES256"})
"""The algorithms of our own access tokens."""
MOST_KEYS = 20
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KINDS = {"ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519"), "RS256": ("RSA", None)}
_RSA_DIGITS = range(342, 684)
"""Base64url digits of 2048 to 4096 bits."""


class MisfitKeys(ValueError):
    """A key set that nothing is verified with; the message says what is wrong, not the key."""


def public_keys(
    document: Mapping[str, Any], algorithms: Collection[str] = OURS
) -> dict[str, PublicKey]:
    """Return the keys of a set by `kid`; those for encryption are left out.

    Raises:
        MisfitKeys: a private or secret member, a `kid` twice, a foreign kind, too many keys.
    """
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise MisfitKeys(f"a set of at most {MOST_KEYS} keys is expected")
    found: dict[str, PublicKey] = {}
    for jwk in listed:
        if not isinstance(jwk, dict) or jwk.keys() & _PRIVATE or not is_text(jwk.get("kid")):
            raise MisfitKeys("a public key with a kid is expected")
        if jwk.get("use", "sig") == "enc":
            continue
        if jwk["kid"] in found:
            raise MisfitKeys("two keys share a kid")
        found[jwk["kid"]] = _read(jwk, algorithms)
    return found


def _read(jwk: dict[str, Any], algorithms: Collection[str]) -> PublicKey:
    kind = (jwk.get("kty"), jwk.get("crv"))
    fitting = [name for name in algorithms if _KINDS[name] == kind]
    if not fitting or jwk.get("alg", fitting[0]) != fitting[0]:
        raise MisfitKeys(f"a key for {' or '.join(sorted(algorithms))} is expected")
    if kind[0] == "RSA" and (len(str(jwk.get("n"))) not in _RSA_DIGITS or jwk.get("e") != "AQAB"):
        raise MisfitKeys("an RSA key of 2048 to 4096 bits is expected")
    members: dict[str, str | list[str]] = {
        name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk
    }
    try:
        key = _CLASSES[fitting[0]].import_key(members)
    except (JoseError, ValueError, TypeError) as error:
        raise MisfitKeys("a key cannot be read") from error
    return PublicKey(fitting[0], key)


_CLASSES: Mapping[str, type[ECKey | OKPKey | RSAKey]] = {
    "ES256": ECKey,
    "EdDSA": OKPKey,
    "RS256": RSAKey,
}
