"""A person whom another issuer vouches for acts for a town, once two organisations agreed."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.keyrings import SANDBOX, kept
from deploy.partner import token
from tests.deploy.running import MODES, Product, free_port, product
from tests.external.signing_in import Running, bearer, provider
from tests.journeys.partners import approving, sent, within

SECONDS_TO_REVOKE = 5.0


@pytest.fixture(scope="module")
def proconnect() -> Iterator[Running]:
    """An issuer with ProConnect's claims, in a process of its own."""
    with provider() as issuer:
        yield issuer


@pytest.fixture(scope="module", params=MODES)
def running(request: pytest.FixtureRequest, data: Path, proconnect: Running) -> Iterator[Product]:
    """Yield the product, told of the issuer by its environment."""
    told = json.dumps([proconnect.configured()])
    port = free_port()
    with product(data, mode=request.param, port=port, GATEWAY_EXTERNAL_ISSUERS=told) as started:
        yield started
        assert started.stop() == 0


def test_a_person_from_the_first_refusal_to_the_revocation(
    api: httpx.Client, data: Path, proconnect: Running, services: dict[str, str], running: Product
) -> None:
    person = bearer(proconnect.signs_in(f"person of {running.address}").access)
    refused = api.get("/v1/me", headers=person)
    assert (refused.status_code, refused.json()["reason"]) == (401, "not-attached")

    keyring = kept(data / SANDBOX, "commune")
    assert keyring is not None
    town = bearer(token(keyring, running.address))
    me = api.get("/v1/me", headers=town).json()
    asked = {
        "issuer": "proconnect",
        "identity": refused.json()["identity"],
        "client_id": me["client_id"],
        "scopes": ["partners:read"],
        "days": 30,
        "motive": "Suivre les systèmes de notre ville",
    }
    own = f"/v1/partners/{me['organisation_id']}"
    made = sent(api, f"{own}/attachments", asked, **town)["id"]
    opinion = {"verdict": "approved", "motive": "Personne connue de la ville"}
    for kind in ("region_prefecture", "cnam_national"):
        sent(
            api,
            f"/v1/attachment-requests/{made}/opinions",
            opinion,
            **approving(api, data, kind),
        )

    seen = api.get("/v1/me", headers=person).json()
    assert seen["organisation_id"] == me["organisation_id"]
    assert seen["on_behalf_of"] == f"proconnect:{refused.json()['identity']}"
    assert api.get(f"{own}/clients/{me['client_id']}", headers=person).status_code == 200
    lacking = api.get("/v1/contacts", headers=person)
    assert (lacking.status_code, lacking.json()["missing_scope"]) == (403, "contacts:read")
    for address in services.values():
        straight = httpx.get(f"{address}/v1/me", headers=person)
        assert straight.status_code == 401, "a service believes one issuer: ours"

    sent(api, f"{own}/attachments/{made}/revocation", {"reason": "left"}, **town)
    within(SECONDS_TO_REVOKE, lambda: api.get("/v1/me", headers=person).status_code == 401)
