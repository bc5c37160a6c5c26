"""A new town asks for access, two partners approve, it works within its rights, and is cut off."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.keyrings import SANDBOX, kept
from deploy.partner import assertion, token
from tests.journeys.partners import approving, bearer, sent, within

SECONDS_TO_SUSPEND = 5.0
TOWN = "Ville d'essai du parcours"
ASKED = {
    "organisation": {"kind": "commune", "name": TOWN, "siret": "21880413600016"},
    "client_name": "Outil de suivi",
    "environment": "sandbox",
    "authentication": "client_secret_basic",
    "scopes": ["partners:read", "partners:write"],
    "perimeter": [{"dimension": "town", "value": "88413", "valid_from": "2026-01-01"}],
    "motive": "Suivre les actions de notre ville",
}


def token_of(api: httpx.Client, client_id: str, secret: str) -> str:
    answer = api.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
    )
    assert answer.status_code == 200, answer.text
    text: str = answer.json()["access_token"]
    return text


@pytest.fixture
def granted(api: httpx.Client, data: Path) -> dict[str, Any]:
    """The credentials of a new town, asked for, approved by two partners, and collected."""
    asked = sent(api, "/v1/access-requests", ASKED)
    path, claim = asked["links"]["self"], {"claim": asked["claim"]}
    early = api.post(f"{path}/credentials", json=claim)
    assert (early.status_code, early.json()["code"]) == (409, "not-granted")
    shown = api.get(path, headers=approving(api, data, "region_prefecture")).json()
    assert shown["areas_warnings"] == [], "the registers of towns know whose code it is"
    opinion = {"verdict": "approved", "motive": "La ville est connue"}
    judged = [
        sent(api, f"{path}/opinions", opinion, **approving(api, data, kind))["status"]
        for kind in ("region_prefecture", "cnam_national")
    ]
    assert judged == ["pending", "granted"]
    credentials: dict[str, Any] = sent(api, f"{path}/credentials", claim)
    return credentials


def test_a_new_town_from_its_request_to_its_suspension(
    api: httpx.Client, data: Path, granted: dict[str, Any], services: dict[str, str]
) -> None:
    client_id = granted["client_id"]
    shown = bearer(token_of(api, client_id, granted["secret"]))
    me = api.get("/v1/me", headers=shown).json()
    assert me["client_id"] == client_id
    assert me["organisation_name"] == TOWN
    assert me["scopes"] == ["partners:read", "partners:write"]
    assert me["perimeter"]["parts"][0] == {"dimension": "town", "values": ["88413"]}
    for address in services.values():
        straight = httpx.get(f"{address}/v1/me", headers=shown).json()
        assert straight["perimeter"] == me["perimeter"]

    own = f"/v1/partners/{me['organisation_id']}/clients/{client_id}"
    assert api.get(own, headers=shown).status_code == 200
    others = _client_of(api, data, "funder")
    foreign = api.get(others, headers=shown)
    assert foreign.status_code == 404
    told = api.get(f"/v1/me/can?action=show_client&resource={others}", headers=shown).json()
    assert (told["allowed"], told["reason"]) == (False, "not-found")

    refused = api.get("/v1/access-requests", headers=shown)
    assert (refused.status_code, refused.json()["missing_scope"]) == (403, "partners:approve")
    told = api.get("/v1/me/can?action=list_access_requests", headers=shown).json()
    assert (told["allowed"], told["scope"]) == (False, "partners:approve")

    renewed = _rotated(api, own, shown=shown, old=granted["secret"], client_id=client_id)
    _counted(api, own, shown=bearer(renewed))
    _suspended(api, data, own=own, shown=bearer(renewed), services=services)


def _client_of(api: httpx.Client, data: Path, kind: str) -> str:
    """Return the path of the system of a sandbox partner."""
    keyring = kept(data / SANDBOX, kind)
    assert keyring is not None
    shown = bearer(token(keyring, str(api.base_url).rstrip("/")))
    me = api.get("/v1/me", headers=shown).json()
    return f"/v1/partners/{me['organisation_id']}/clients/{me['client_id']}"


def _rotated(
    api: httpx.Client, own: str, *, shown: dict[str, str], old: str, client_id: str
) -> str:
    """Give the system a second secret, use both, revoke the first; return a fresh token."""
    second = sent(api, f"{own}/secrets", {"days": 30}, **shown)
    fresh = token_of(api, client_id, second["secret"])
    assert token_of(api, client_id, old)
    prefix = old.split("_")[2]
    sent(api, f"{own}/revocations", {"prefix": prefix, "reason": "rotation"}, **bearer(fresh))
    answer = api.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, old)
    )
    assert answer.status_code == 401
    time.sleep(1.1)  # what was issued in the second of the revocation is refused with it
    return token_of(api, client_id, second["secret"])


def _counted(api: httpx.Client, own: str, *, shown: dict[str, str]) -> None:
    """See one's calls: they are written within seconds."""

    def there() -> bool:
        page = api.get(f"{own}/refusals?limit=200", headers=shown).json()
        told = {(one["operation"], one["code"]) for one in page["items"]}
        return ("list_access_requests", "forbidden") in told

    within(SECONDS_TO_SUSPEND, there)
    used = {one["operation"] for one in api.get(f"{own}/usage", headers=shown).json()["items"]}
    assert {"show_me", "list_access_requests"} <= used


def _suspended(
    api: httpx.Client,
    data: Path,
    *,
    own: str,
    shown: dict[str, str],
    services: dict[str, str],
) -> None:
    """Suspend the system: its token is refused everywhere within five seconds."""
    assert api.get("/v1/towns/88413", headers=shown).status_code == 200
    ministry = approving(api, data, "ministry")
    sent(api, f"{own}/suspension", {"reason": "leak"}, **ministry)
    for address in (str(api.base_url).rstrip("/"), *services.values()):
        took = within(
            SECONDS_TO_SUSPEND,
            lambda at=address: httpx.get(f"{at}/v1/me", headers=shown).status_code == 401,  # type: ignore[misc]
        )
        assert took < SECONDS_TO_SUSPEND


def test_an_assertion_is_good_once(api: httpx.Client, data: Path) -> None:
    keyring = kept(data / SANDBOX, "ministry")
    assert keyring is not None
    shown = assertion(keyring, str(api.base_url).rstrip("/"))
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": shown,
    }
    assert [api.post("/oauth/token", data=form).status_code for _ in range(2)] == [200, 401]
