"""Requests for access that do not fit: each is refused, and the field named."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey

from tests.partners.asking import a_request, a_signing_request, an_area
from tests.partners.callers import public_jwk


def wrong() -> dict[str, tuple[dict[str, Any], str]]:
    """Requests that do not fit, and the place of what is wrong in each."""
    signing, curve = a_signing_request, public_jwk() | {"crv": "P-384"}
    leaked = ECKey.generate_key("P-256").as_dict(private=True)
    ministry, everywhere = {"kind": "ministry", "name": "Ministère"}, an_area("everywhere", "*")
    ended = an_area("town", "35360", valid_until="2026-01-01")
    forged = {"kind": "commune", "name": "Vitré", "siret": "73282932000075"}
    strong = a_request(organisation=ministry, scopes=["partners:approve"], perimeter=[everywhere])
    return {
        "a private key": (signing(jwk=leaked), "/jwk/d"),
        "a key on another curve": (signing(jwk=curve), "/jwk/crv"),
        "a key off its curve": (signing(jwk=public_jwk() | {"y": "A" * 43}), "/jwk"),
        "a key beside a secret": (a_request(jwk=public_jwk()), "/jwk"),
        "no key to sign with": (a_request(authentication="private_key_jwt"), "/jwk"),
        "an unknown scope": (a_request(scopes=["partners:read", "moon:fly"]), "/scopes/1"),
        "a scope of other kinds": (a_request(scopes=["partners:suspend"]), "/scopes/0"),
        "a scope twice": (a_request(scopes=["partners:read"] * 2), "/scopes"),
        "a strong scope and a mere secret": (strong, "/scopes/0"),
        "everywhere for a town": (a_request(perimeter=[everywhere]), "/perimeter/0"),
        "no INSEE code": (a_request(perimeter=[an_area("town", "999")]), "/perimeter/0/value"),
        "an area twice": (a_request(perimeter=[an_area("town", "35360")] * 2), "/perimeter/1"),
        "an end before its beginning": (a_request(perimeter=[ended]), "/perimeter/0/valid_until"),
        "a SIRET with a wrong digit": (a_request(organisation=forged), "/organisation/siret"),
        "two organisations": (a_request(organisation_id=str(uuid4())), "/organisation"),
    }


CASES = wrong()


@pytest.mark.parametrize(("body", "pointer"), CASES.values(), ids=CASES)
async def test_a_request_that_does_not_fit_is_refused_and_the_field_named(
    rejecting: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    answer = await rejecting.post("/v1/access-requests", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_partner_that_nobody_knows_asks_for_nothing(rejecting: httpx.AsyncClient) -> None:
    body = a_request(organisation=None, organisation_id=str(uuid4()))
    answer = await rejecting.post("/v1/access-requests", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-organisation")
