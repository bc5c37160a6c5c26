"""What an installation may say of external issuers, and how their keys are read."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from chassis.fetching import UnfitAnswer, object_at
from chassis.settings import MisfitSettings, settings_read
from gateway.external.issuers import ExternalIssuer
from gateway.external.keys import Keys
from gateway.settings import Settings
from tests.external.provider import KID
from tests.external.signing_in import AUDIENCE, Running
from tests.gateway.conftest import gateway_settings

KEY = ECKey.generate_key("P-256")
PUBLIC = {"keys": [KEY.as_dict(private=False) | {"kid": "one"}]}
SOUND: dict[str, Any] = {
    "name": "keycloak",
    "issuer": "https://id.test/realms/acdt",
    "audience": AUDIENCE,
    "algorithms": ["ES256"],
    "jwks": PUBLIC,
}

MARKED = "a" + ":b"
STAND_IN: dict[str, Any] = {"database_url": "postgresql://nobody@/x", "cursor_secret": "x" * 32}
MISFITS: dict[str, tuple[str, dict[str, Any]]] = {
    "no name": ("name", {"name": None}),
    "a name with blanks": ("name", {"name": "Pro Connect"}),
    "an unknown member": ("discover", {"discover": True}),
    "no algorithm": ("algorithms", {"algorithms": []}),
    "an algorithm with a secret": ("algorithms", {"algorithms": ["HS256"]}),
    "none": ("algorithms", {"algorithms": ["none"]}),
    "plain http": ("https", {"issuer": "http://id.test"}),
    "keys over plain http": ("jwks_url", {"jwks": None, "jwks_url": "http://id.test/jwks"}),
    "keys of a file scheme": ("jwks_url", {"jwks": None, "jwks_url": "file:///etc/keys"}),
    "a password in the address": (
        "jwks_url",
        {"jwks": None, "jwks_url": f"https://{MARKED}@id.test/k"},
    ),
    "no keys": ("exactly one", {"jwks": None}),
    "keys twice": ("exactly one", {"jwks_url": "https://id.test/jwks"}),
    "an empty set": ("no key", {"jwks": {"keys": []}}),
    "no set": ("set", {"jwks": {}}),
    "a key without a name": ("kid", {"jwks": {"keys": [KEY.as_dict(private=False)]}}),
    "a private key": ("public key", {"jwks": {"keys": [KEY.as_dict(private=True) | {"kid": "a"}]}}),
    "a key for another algorithm": ("EdDSA", {"algorithms": ["EdDSA"]}),
    "a file that is not there": ("jwks_file", {"jwks": None, "jwks_file": "/nowhere/keys"}),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_start_with_a_misfit_issuer_is_refused_and_told_why(
    case: str,
) -> None:
    said, changes = MISFITS[case]
    told = {name: one for name, one in (SOUND | changes).items() if one is not None}
    with pytest.raises(MisfitSettings, match="GATEWAY_EXTERNAL_ISSUERS") as refusal:
        settings_read(Settings, external_issuers=[told], **STAND_IN)
    assert said in str(refusal.value)
    assert str(KEY.as_dict(private=True)["d"]) not in str(refusal.value)


@pytest.mark.parametrize("member", ["name", "issuer"])
def test_two_issuers_share_neither_name_nor_address(member: str) -> None:
    other = SOUND | {"name": "other", "issuer": "https://other.test"}
    two = [SOUND, other | {member: SOUND[member]}]
    with pytest.raises(ValidationError, match=f"share one {member}"):
        gateway_settings(external_issuers=two)
    assert len(gateway_settings(external_issuers=[SOUND, other]).external_issuers) == 2


def test_keys_may_be_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(PUBLIC), encoding="utf-8")
    told = SOUND | {"jwks": None, "jwks_file": path}
    assert ExternalIssuer(**told).pinned() == PUBLIC
    path.write_text('{"keys": [], "keys": []}', encoding="utf-8")
    with pytest.raises(ValidationError, match="not one JSON object"):
        ExternalIssuer(**told)


def test_keys_of_rsa_are_taken_when_they_are_named() -> None:
    key = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "rsa", "use": "sig"}
    encrypting = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "enc", "use": "enc"}
    told = SOUND | {"algorithms": ["RS256"], "jwks": {"keys": [key, encrypting]}}
    assert ExternalIssuer(**told).algorithms == {"RS256"}


@pytest.mark.parametrize(("path", "why"), [("moved", "307"), ("large", "too large"), ("no", "404")])
async def test_keys_are_read_at_one_address_and_are_not_large(
    proconnect: Running, path: str, why: str
) -> None:
    with pytest.raises(UnfitAnswer, match=why):
        await object_at(f"{proconnect.url}/{path}", largest=65_536, deadline=5)


async def test_keys_outlast_an_address_that_is_silent_but_not_for_long(proconnect: Running) -> None:
    now = 0.0
    told = proconnect.configured()
    keys = Keys(ExternalIssuer(**told), clock=lambda: now, every=0.01)
    async with keys.running(), asyncio.timeout(10):
        held, revoked = await keys()
    assert [one["kid"] for one in held["keys"]] == [KID]
    assert revoked == {"clients": {}, "tokens": {}}
    now = 3_599.0
    assert (await keys())[0] == held
    now = 3_601.0
    with pytest.raises(UnfitAnswer):
        await keys()
