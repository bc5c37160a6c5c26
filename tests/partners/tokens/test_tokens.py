"""What a client gets at `/oauth/token` for the proof that it shows."""

import time

import httpx

from chassis.jwks import public_keys
from chassis.jws import Claims, Shape, verified
from chassis.testing import TEST_URL
from tests.partners.tokens.registered import Partner

SHAPE = Shape(TEST_URL, f"{TEST_URL}/v1", frozenset({"at+jwt"}), frozenset({"sub", "jti"}), 300)


async def claims_of(registry: httpx.AsyncClient, token: str) -> Claims:
    """Verify a token as any service does."""
    keys = public_keys((await registry.get("/.well-known/jwks.json")).json())
    return verified(token.encode(), keys, shape=SHAPE, now=time.time()).claims


async def test_a_client_that_proves_its_key_gets_a_token(
    registry: httpx.AsyncClient, partner: Partner
) -> None:
    answer = await registry.post("/oauth/token", data=partner.form())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    given = answer.json()
    claims = await claims_of(registry, given.pop("access_token"))
    assert given == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "partners:read partners:write",
    }
    assert len(claims.pop("jti")) == 22
    assert claims.pop("exp") == claims.pop("iat") + 300
    assert claims == {
        "iss": TEST_URL,
        "aud": f"{TEST_URL}/v1",
        "sub": partner.id,
        "scope": "partners:read partners:write",
        "org": str(partner.organisation),
        "kind": "commune",
        "cred": partner.kid,
        "perimeter": {"town": ["51108"]},
    }


async def test_an_assertion_buys_one_token_only(
    registry: httpx.AsyncClient, partner: Partner
) -> None:
    form = partner.form()
    answers = [await registry.post("/oauth/token", data=form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    refusal = answers[1].json()
    assert (refusal["code"], refusal["error"]) == ("invalid-client", "invalid_client")
