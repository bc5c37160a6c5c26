"""Signed tokens read strictly, whoever issued them."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from chassis.jwks import MOST_KEYS, MisfitKeys, public_keys
from chassis.jws import InvalidToken, Reason, Shape, verified
from tests.tokens import Issuer, encoded

NOW = 1_800_000_000
ISSUER = Issuer("https://id.test", now=lambda: NOW)
SHAPE = Shape(
    issuer="https://id.test",
    audience="https://id.test/v1",
    types=frozenset({"at+jwt"}),
    texts=frozenset({"sub", "jti"}),
    longest_life=600,
)
KEYS = public_keys(ISSUER.jwks)


def reason_of(token: str, *, shape: Shape = SHAPE, now: float = NOW) -> Reason | None:
    """Why a token is refused, or `None` if it is not."""
    try:
        verified(token.encode("latin-1"), KEYS, shape=shape, now=now)
    except InvalidToken as refusal:
        return refusal.reason
    return None


def test_a_sound_token_gives_its_claims() -> None:
    claims, kid = verified(ISSUER.token(sub="me").encode(), KEYS, shape=SHAPE, now=NOW)
    assert (claims["sub"], claims["exp"] - claims["iat"], kid) == ("me", 300, ISSUER.kid)


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (NOW - 11, Reason.NOT_YET_VALID),
        (NOW - 10, None),
        (NOW + 309, None),
        (NOW + 310, Reason.EXPIRED),
    ],
)
def test_clocks_may_differ_by_ten_seconds(moment: float, reason: Reason | None) -> None:
    assert reason_of(ISSUER.token(), now=moment) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": NOW + 601}, Reason.TOO_LONG_LIVED),
        ({"exp": NOW + 600}, None),
        ({"exp": NOW}, Reason.TOO_LONG_LIVED),
        ({"nbf": NOW + 11}, Reason.NOT_YET_VALID),
        ({"nbf": NOW}, None),
        ({"nbf": "now"}, Reason.CLAIMS),
        ({"iat": True}, Reason.CLAIMS),
        ({"jti": "é"}, Reason.CLAIMS),
        ({"iss": "https://id.test/"}, Reason.ISSUER),
        ({"aud": ["https://id.test/v1"]}, Reason.AUDIENCE),
        ({"more": {"deep": [1, None]}}, None),
    ],
)
def test_each_claim_has_its_type_and_its_bounds(
    changes: dict[str, Any], reason: Reason | None
) -> None:
    assert reason_of(ISSUER.token(**changes)) is reason


def test_a_type_may_be_absent_only_where_that_is_said() -> None:
    assertion = Shape(SHAPE.issuer, SHAPE.audience, frozenset({None, "JWT"}), SHAPE.texts, 60)
    claims = ISSUER.claims(exp=NOW + 60)
    bare = ISSUER.signed(ISSUER.header(without={"typ"}), claims)
    assert reason_of(bare, shape=assertion) is None
    assert reason_of(bare) is Reason.TYPE
    assert reason_of(ISSUER.signed(ISSUER.header(typ="JWT"), claims), shape=assertion) is None
    null = ISSUER.signed(ISSUER.header(typ=None), claims)
    assert reason_of(null, shape=assertion) is Reason.TYPE


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("RS256", RSAKey.generate_key(2048)),
        ("ES256", ECKey.generate_key("P-256")),
    ],
)
def test_other_issuers_and_clients_have_keys_of_other_kinds(
    algorithm: str, key: ECKey | OKPKey | RSAKey
) -> None:
    jwks = {"keys": [key.as_dict(private=False) | {"kid": "theirs"}]}
    told = f"{encoded(ISSUER.header(alg=algorithm, kid='theirs'))}.{encoded(ISSUER.claims())}"
    signature = JWSRegistry.algorithms[algorithm].sign(told.encode(), key)
    keys = public_keys(jwks, {"ES256", "EdDSA", "RS256"})
    token = f"{told}.{encoded(signature)}".encode()
    assert verified(token, keys, shape=SHAPE, now=NOW).claims["sub"] == "town-client"
    with pytest.raises(InvalidToken, match="signature"):
        verified(token[:-8] + b"AAAAAAAA", keys, shape=SHAPE, now=NOW)


PUBLIC = ISSUER.jwks["keys"][0]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": {}},
        {"keys": ["text"]},
        {"keys": [PUBLIC] * 2},
        {"keys": [PUBLIC | {"kid": str(n)} for n in range(MOST_KEYS + 1)]},
        {"keys": [PUBLIC | {"d": "AAAA"}]},
        {"keys": [{"kty": "oct", "k": "AAAA", "kid": "secret"}]},
        {"keys": [PUBLIC | {"kid": 7}]},
        {"keys": [PUBLIC | {"alg": "ES384"}]},
        {"keys": [PUBLIC | {"crv": "P-384"}]},
        {"keys": [PUBLIC | {"x": PUBLIC["y"]}]},
        {"keys": [PUBLIC | {"x": 7}]},
        {"keys": [RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "rsa"}]},
    ],
)
def test_a_key_set_that_does_not_fit_is_refused_whole(document: dict[str, Any]) -> None:
    with pytest.raises(MisfitKeys):
        public_keys(document)


def test_a_small_rsa_key_is_refused_and_a_key_for_encryption_left_out() -> None:
    sound = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "small"}
    small = sound | {"n": str(sound["n"])[:171]}
    with pytest.raises(MisfitKeys, match="2048"):
        public_keys({"keys": [small]}, {"RS256"})
    assert public_keys({"keys": [small | {"use": "enc"}]}, {"RS256"}) == {}
