"""How a test asks straight at the registry that a person acts for a system, and judges it."""

from typing import Any

import httpx
from joserfc.jwk import ECKey

from gateway.external.issuers import ExternalIssuer
from tests.partners.callers import Caller

OPINION = {"verdict": "approved", "motive": "Personne connue de la ville"}
SOMEBODY = "a" * 64


def an_issuer(name: str = "proconnect") -> ExternalIssuer:
    """An external issuer that nobody asks."""
    key = ECKey.generate_key("P-256").as_dict(private=False) | {"kid": "one"}
    return ExternalIssuer(
        name=name,
        issuer=f"https://{name}.test",
        audience="https://acdt.test/v1",
        algorithms=frozenset({"ES256"}),
        jwks={"keys": [key]},
    )


def an_attachment(of: Caller, **changes: Any) -> dict[str, Any]:
    """What a partner says of a person that shall act for its system."""
    asked = {
        "issuer": "proconnect",
        "identity": SOMEBODY,
        "client_id": of.client,
        "scopes": ["partners:read"],
        "days": 30,
        "motive": "Suivre les systèmes de notre ville",
    }
    return asked | changes


async def attaching(
    registry: httpx.AsyncClient, of: Caller, *, by: Caller | None = None, **changes: Any
) -> httpx.Response:
    """Ask for an attachment, as the system's own organisation unless another one tries."""
    path = f"/v1/partners/{of.organisation}/attachments"
    headers = (by or of).bearer()
    return await registry.post(path, json=an_attachment(of, **changes), headers=headers)


async def attachment_asked(registry: httpx.AsyncClient, of: Caller, **changes: Any) -> str:
    """Ask for an attachment; return its id."""
    answer = await attaching(registry, of, **changes)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def attachment_judged(
    registry: httpx.AsyncClient, made: str, *, by: Caller, **changes: Any
) -> httpx.Response:
    """Give the opinion of an organisation."""
    path = f"/v1/attachment-requests/{made}/opinions"
    return await registry.post(path, json=OPINION | changes, headers=by.bearer())


async def attachment_revoked(
    registry: httpx.AsyncClient, of: Caller, made: str, *, by: Caller
) -> httpx.Response:
    """Take an attachment back."""
    path = f"/v1/partners/{of.organisation}/attachments/{made}/revocation"
    return await registry.post(path, json={"reason": "left"}, headers=by.bearer())
