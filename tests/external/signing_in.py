"""How a test runs an issuer, and how a person signs in there: OpenID Connect, code with PKCE."""

import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx

from chassis.testing import TEST_URL
from tests.deploy.running import free_port
from tests.external.provider import CLIENT, SECRET

AUDIENCE = f"{TEST_URL}/v1"
_BACK = "http://127.0.0.1:9/back"
_PATIENCE = 30.0


class Tokens(NamedTuple):
    """What the client of the person is given."""

    access: str
    identity: str


class Running(NamedTuple):
    """An issuer that runs."""

    url: str

    def configured(self, name: str = "proconnect", **changes: Any) -> dict[str, Any]:
        """Return how a gateway is told of it."""
        told = {
            "name": name,
            "issuer": self.url,
            "audience": AUDIENCE,
            "algorithms": ["ES256"],
            "jwks_url": f"{self.url}/jwks",
            "organisation_claim": "siret",
        }
        return told | changes

    def keys(self) -> dict[str, Any]:
        """Return its public keys."""
        found: dict[str, Any] = httpx.get(f"{self.url}/jwks").json()
        return found

    def signs_in(self, login: str, *, resource: str = AUDIENCE) -> Tokens:
        """Sign a person in, as a portal does."""
        verifier, state, nonce = (token_urlsafe(32) for _ in range(3))
        known = httpx.get(f"{self.url}/.well-known/openid-configuration").json()
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": CLIENT, "redirect_uri": _BACK}
        asked |= {"state": state, "nonce": nonce, "scope": "openid siret given_name usual_name"}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        asked |= {"login_hint": login, "resource": resource}
        sent_back = httpx.get(known["authorization_endpoint"], params=asked)
        told = parse_qs(urlsplit(sent_back.headers["location"]).query)
        assert told["state"] == [state]
        proof = {"client_id": CLIENT, "client_secret": SECRET, "code_verifier": verifier}
        form = {"grant_type": "authorization_code", "code": told["code"][0]} | proof
        given = httpx.post(known["token_endpoint"], data=form).json()
        return Tokens(given["access_token"], given["id_token"])

    def signed(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token signed with its key: sound, but for what is changed; `None` leaves out."""
        sound = {"aud": AUDIENCE, "sub": "somebody"}
        body = {"header": {"typ": "at+jwt"} | (header or {}), "claims": sound | claims}
        text: str = httpx.post(f"{self.url}/signed", json=body).json()["token"]
        return text


@contextmanager
def provider() -> Iterator[Running]:
    """Run an issuer in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tests.external.provider", str(port)]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield Running(url)
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            httpx.get(f"{url}/jwks")
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the issuer does not start"
            time.sleep(0.05)
        else:
            return


def bearer(token: str) -> dict[str, str]:
    """Return the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}
