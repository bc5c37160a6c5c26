"""Public keys of clients: read, proved to be points of their curve, named by their thumbprint."""

from collections.abc import Mapping
from typing import NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from gateway.partners.errors import UnfitKey


class Key(NamedTuple):
    """A public key as it is kept: `jwk` has the required members and nothing else."""

    kid: str
    algorithm: str
    jwk: dict[str, str]


_ALGORITHMS: Mapping[str, tuple[str, type[ECKey | OKPKey]]] = {
    "EC": ("ES256", ECKey),
    "OKP": ("EdDSA", OKPKey),
}


def read_key(jwk: Mapping[str, str]) -> Key:
    """Return the key of the required members of a JWK, under its RFC 7638 thumbprint.

    Raises:
        UnfitKey: not a point of its curve.
    """
    algorithm, kind = _ALGORITHMS[jwk["kty"]]
    try:
        key = kind.import_key(dict(jwk))
        key.get_op_key("verify")
    except (JoseError, ValueError) as error:
        raise UnfitKey from error
    return Key(key.thumbprint(), algorithm, dict(jwk))
