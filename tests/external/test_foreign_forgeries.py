"""Tokens of other issuers that nobody may get in with: each is refused, and says why."""

import time
from collections.abc import Callable, Mapping

import httpx
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from tests.architecture.sources import nothing_in
from tests.external.attaching import World
from tests.external.provider import KID
from tests.external.signing_in import AUDIENCE, Running, bearer
from tests.tokens import encoded

STRANGER = ECKey.generate_key("P-256")
Forged = Callable[[Running, Running], str]
_PUBLIC = STRANGER.as_dict(private=False)


def _with_own_key(one: Running, _other: Running) -> str:
    """Sign with a key of nobody, under the name of the issuer's."""
    now = int(time.time())
    claims = {"iss": one.url, "aud": AUDIENCE, "sub": "a", "jti": "b", "iat": now, "exp": now + 60}
    told = f"{encoded({'alg': 'ES256', 'typ': 'at+jwt', 'kid': KID})}.{encoded(claims)}"
    return f"{told}.{encoded(JWSRegistry.algorithms['ES256'].sign(told.encode(), STRANGER))}"


def _as_secret(one: Running, _other: Running) -> str:
    """Use the public key as the secret of an HMAC."""
    now = int(time.time())
    claims = {"iss": one.url, "aud": AUDIENCE, "sub": "a", "jti": "b", "iat": now, "exp": now + 60}
    told = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': KID})}.{encoded(claims)}"
    return f"{told}.{encoded(str(one.keys()).encode()[:32])}"


FORGED: Mapping[str, tuple[str, Forged]] = {
    "an issuer that nobody configured": (
        "unknown-key",
        lambda one, _: one.signed({"kid": "key-9"}, iss="https://evil.test"),
    ),
    "the name of another configured issuer": (
        "signature",
        lambda one, two: one.signed(iss=two.url),
    ),
    "another audience": (
        "audience",
        lambda one, _: one.signs_in("a", resource="urn:x").access,
    ),
    "two audiences": ("audience", lambda one, _: one.signed(aud=[AUDIENCE, "https://x.test"])),
    "no audience": ("audience", lambda one, _: one.signed(aud=None)),
    "an identity token": ("type", lambda one, _: one.signs_in("a").identity),
    "an identity token for us": ("type", lambda one, _: one.signed({"typ": "JWT"}, nonce="n")),
    "no type": ("type", lambda one, _: one.signed({"typ": None})),
    "expired": ("expired", lambda one, _: one.signed(iat=1_700_000_000, exp=1_700_000_300)),
    "not yet valid": ("not-yet-valid", lambda one, _: one.signed(nbf=int(time.time()) + 120)),
    "living for a day": (
        "too-long-lived",
        lambda one, _: one.signed(exp=int(time.time()) + 9_999),
    ),
    "without an end": ("claims", lambda one, _: one.signed(exp=None)),
    "without a subject": ("claims", lambda one, _: one.signed(sub=None)),
    "without an identifier": ("claims", lambda one, _: one.signed(jti=None)),
    "a list for a subject": ("claims", lambda one, _: one.signed(sub=["a"])),
    "a subject with a blank": ("claims", lambda one, _: one.signed(sub="a b")),
    "a list for a hint": ("claims", lambda one, _: one.signed(siret=["21510108000015"])),
    "an embedded key": ("header", lambda one, _: one.signed({"jwk": _PUBLIC})),
    "an address of keys": ("header", lambda one, _: one.signed({"jku": "https://evil.test/jwks"})),
    "a certificate": ("header", lambda one, _: one.signed({"x5c": ["MIIB"]})),
    "critical extensions": ("header", lambda one, _: one.signed({"crit": ["exp"]})),
    "no algorithm": ("algorithm", lambda one, _: one.signed({"alg": "none"})),
    "another algorithm": ("algorithm", lambda one, _: one.signed({"alg": "RS256"})),
    "a public key as a secret": ("algorithm", _as_secret),
    "an unknown key": ("unknown-key", lambda one, _: one.signed({"kid": "key-2"})),
    "a stranger's key": ("signature", _with_own_key),
    "rights of ours": (
        "not-attached",
        lambda one, _: one.signed(scope="partners:approve", org="x", kind="ministry"),
    ),
    "a person of ours": ("not-attached", lambda one, _: one.signed(act={"sub": "proconnect:a"})),
}


async def test_a_forged_token_of_another_issuer_is_refused_with_its_reason(
    world: World, proconnect: Running, keycloak: Running
) -> None:
    found = []
    for name, (reason, forged) in FORGED.items():
        token = forged(proconnect, keycloak)
        for path in ("/v1/me", "/v1/towns/acv-051"):
            answer = await world.product.get(path, headers=bearer(token))
            told = answer.status_code, answer.json().get("reason")
            right = told == (401, reason) and "www-authenticate" in answer.headers
            found += [] if right else [f"{name}: {told}"]
    nothing_in(found)


async def test_one_subject_at_two_issuers_is_two_persons(
    world: World, proconnect: Running, keycloak: Running
) -> None:
    first = await world.identity(proconnect.signed(sub="one"))
    assert await world.identity(keycloak.signed(sub="one")) != first
    await world.attached(world.town, first)
    assert "scopes" in await world.me(proconnect.signed(sub="one"))
    assert (await world.me(keycloak.signed(sub="one")))["reason"] == "not-attached"


async def test_without_an_issuer_in_the_settings_its_tokens_are_refused(
    proconnect: Running, registry: httpx.AsyncClient
) -> None:
    answer = await registry.get("/v1/me", headers=bearer(proconnect.signs_in("a").access))
    assert answer.status_code == 401
