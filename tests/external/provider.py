"""An OpenID provider for tests, in a process of its own: `python -m tests.external.provider PORT`.

Authorization code with PKCE, RFC 9068 access tokens for the `resource` that is asked for, identity
tokens, userinfo, and the claims that ProConnect gives. Persons are fictitious and sign in by
`login_hint`. `/signed` signs anything: forged tokens need a true key.
"""

import sys
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import NAMESPACE_URL, uuid5

import uvicorn
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.tokens import encoded

CLIENT, SECRET = "portail-des-villes", "a-secret-of-the-tests-only"
KID = "key-1"
_LIFE = 300


def person(login: str) -> dict[str, Any]:
    """Return what ProConnect would tell of an invented person, `name` or `name@siret`."""
    name, _, siret = login.partition("@")
    return {
        "sub": str(uuid5(NAMESPACE_URL, name)),
        "siret": siret or "73282932000074",
        "given_name": f"zq7given{name}",
        "usual_name": f"zq7usual{name}",
        "email": f"zq7mail{name}@ville.test",
        "phone": "+33699887766",
        "idp_id": "71144ab3-ee1a-4401-b7b3-79b44f7daeeb",
        "belonging_population": "agent",
    }


class Provider:
    """One issuer with one key; codes are good once."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key = ECKey.generate_key("P-256")
        self._codes: dict[str, dict[str, str]] = {}
        self._persons: dict[str, dict[str, Any]] = {}

    async def metadata(self, _request: Request) -> Response:
        """Answer with OpenID Connect Discovery 1.0."""
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        ends = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()}
        known = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
        return JSONResponse(known | ends | {"response_types_supported": ["code"]})

    async def jwks(self, _request: Request) -> Response:
        """Answer with the public key."""
        marks = {"use": "sig", "alg": "ES256", "kid": KID}
        return JSONResponse({"keys": [self._key.as_dict(private=False) | marks]})

    async def moved(self, _request: Request) -> Response:
        """Send whoever wants the keys elsewhere."""
        return RedirectResponse("/jwks")

    async def large(self, _request: Request) -> Response:
        """Answer with more than a key set has."""
        return Response(b'{"keys": []}' + b" " * 100_000, media_type="application/json")

    async def authorize(self, request: Request) -> Response:
        """Sign the person in that `login_hint` names, and send a code back."""
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        code = token_urlsafe(16)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    async def token(self, request: Request) -> Response:
        """Give tokens for a code, once, to the client that proves itself and began the flow."""
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(str(form.get("code")), None)
        digest = sha256(str(form.get("code_verifier")).encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        proved = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if asked is None or not proved or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        told = person(asked["login_hint"])
        common = {"iss": self.issuer, "acr": "eidas1", "amr": ["pwd"]} | _times()
        own = {"aud": asked["resource"], "client_id": CLIENT, "jti": token_urlsafe(12)}
        access = self._signed({"typ": "at+jwt"}, told | common | own | {"scope": asked["scope"]})
        self._persons[access] = told
        nonce = {"aud": CLIENT, "sub": told["sub"], "nonce": asked["nonce"]}
        identity = self._signed({"typ": "JWT"}, common | nonce)
        return JSONResponse(
            {"access_token": access, "id_token": identity, "token_type": "Bearer"}
            | {"expires_in": _LIFE}
        )

    async def userinfo(self, request: Request) -> Response:
        """Tell a bearer of an access token whose it is."""
        told = self._persons.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse(told or {"error": "invalid_token"}, status_code=200 if told else 401)

    async def signed(self, request: Request) -> Response:
        """Sign what the tests forge."""
        asked = await request.json()
        times = _times() if asked.get("times", True) else {}
        sound = {"iss": self.issuer, "jti": token_urlsafe(12)} | times
        claims = {name: one for name, one in (sound | asked["claims"]).items() if one is not None}
        return JSONResponse({"token": self._signed(asked["header"], claims)})

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        head = {"alg": "ES256", "kid": KID} | header
        told = f"{encoded(head)}.{encoded(claims)}"
        return f"{told}.{encoded(JWSRegistry.algorithms['ES256'].sign(told.encode(), self._key))}"


def _times() -> dict[str, int]:
    now = int(time.time())
    return {"iat": now, "exp": now + _LIFE}


def main(port: int) -> None:
    """Serve until killed."""
    provider = Provider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.metadata),
        Route("/jwks", provider.jwks),
        Route("/moved", provider.moved),
        Route("/large", provider.large),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.userinfo),
        Route("/signed", provider.signed, methods=["POST"]),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="critical")


if __name__ == "__main__":
    main(int(sys.argv[1]))
