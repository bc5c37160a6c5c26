"""A person whom another issuer vouches for acts for a town, once two organisations agreed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

    town = bearer(_town(data, running.address))
    me = api.get("/v1/me", headers=town).json()
    own = f"/v1/partners/{me['organisation_id']}"
    made = _attached(api, data, me, identity=refused.json()["identity"], town=town)

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


def _town(data: Path, address: str) -> str:
    """Return a token of the sandbox town."""
    keyring = kept(data / SANDBOX, "commune")
    assert keyring is not None
    return token(keyring, address)


def _attached(
    api: httpx.Client, data: Path, me: dict[str, Any], *, identity: str, town: dict[str, str]
) -> str:
    """Have a person attached to the system of a town; return the id of the attachment."""
    asked = {
        "issuer": "proconnect",
        "identity": identity,
        "client_id": me["client_id"],
        "scopes": ["partners:read"],
        "days": 30,
        "motive": "Suivre les systèmes de notre ville",
    }
    path = f"/v1/partners/{me['organisation_id']}/attachments"
    made: str = sent(api, path, asked, **town)["id"]
    opinion = {"verdict": "approved", "motive": "Personne connue de la ville"}
    for kind in ("region_prefecture", "cnam_national"):
        judging = f"/v1/attachment-requests/{made}/opinions"
        sent(api, judging, opinion, **approving(api, data, kind))
    return made
