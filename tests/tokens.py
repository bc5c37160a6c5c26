"""An issuer of our tokens for tests: keys, suspensions, sound tokens and forged ones."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from chassis.testing import TEST_URL
from chassis.tokens import Verifier
from chassis.trust import Trust

Json = Mapping[str, Any]


class Issuer:
    """Signs what it is asked to sign; `source` gives a `Trust` its keys and suspensions."""

    def __init__(self, url: str = TEST_URL, *, now: Callable[[], float] = time.time) -> None:
        self.url = url
        self.keys: dict[str, ECKey] = {}
        self.clients: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self._now = now
        self._count = 0
        self.kid = self.published()

    def published(self) -> str:
        """Publish one more key, not used yet; return its `kid`."""
        self._count += 1
        kid = f"key-{self._count}"
        self.keys[kid] = ECKey.generate_key("P-256")
        return kid

    def rotate(self) -> None:
        """Publish a key, then sign with it; the two before it stay published."""
        self.kid = self.published()
        for old in list(self.keys)[:-3]:
            del self.keys[old]

    def suspend(self, client: str) -> None:
        """Refuse all that was issued to a client until now."""
        self.clients[digest(client)] = int(self._now()) + 1

    def revoke(self, jti: str) -> None:
        """Refuse one token."""
        self.tokens[digest(jti)] = int(self._now()) + 300

    @property
    def jwks(self) -> dict[str, Any]:
        """The public keys, as `/.well-known/jwks.json` gives them."""
        known = self.keys.items()
        marks = {"use": "sig", "alg": "ES256"}
        return {"keys": [key.as_dict(private=False) | marks | {"kid": kid} for kid, key in known]}

    @property
    def revocations(self) -> dict[str, Any]:
        """The suspensions, as `/.well-known/acdt-revocations` gives them."""
        return {"clients": dict(self.clients), "tokens": dict(self.tokens)}

    async def source(self) -> tuple[Json, Json]:
        """Give both documents."""
        return self.jwks, self.revocations

    def verifier(self) -> Verifier:
        """Return a verifier that believes this issuer."""
        return Verifier(self.url, f"{self.url}/v1", trust=Trust(self.source), now=self._now)

    def claims(self, *, without: Collection[str] = (), **changes: Any) -> dict[str, Any]:
        """Return the claims of a sound token of a town, changed."""
        issued = int(self._now())
        sound = {
            "iss": self.url,
            "aud": f"{self.url}/v1",
            "sub": "town-client",
            "iat": issued,
            "exp": issued + 300,
            "jti": uuid4().hex,
            "scope": "towns:read lines:read",
            "org": "town-51108",
            "kind": "ville",
            "cred": "credential-1",
            "perimeter": {"town": ["51108"]},
        }
        return {name: value for name, value in (sound | changes).items() if name not in without}

    def header(self, *, without: Collection[str] = (), **changes: Any) -> dict[str, Any]:
        """Return the header of a sound token, changed."""
        sound = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}
        return {name: value for name, value in (sound | changes).items() if name not in without}

    def token(self, *, without: Collection[str] = (), **changes: Any) -> str:
        """Return a signed token of a town, its claims changed."""
        return self.signed(self.header(), self.claims(without=without, **changes))

    def signed(
        self, header: Json | bytes, payload: Json | bytes, *, key: ECKey | None = None
    ) -> str:
        """Sign any header and any payload, be they JSON or not; by default with the key in use."""
        told = f"{encoded(header)}.{encoded(payload)}"
        algorithm = JWSRegistry.algorithms["ES256"]
        signature = algorithm.sign(told.encode(), key or self.keys[self.kid])
        return f"{told}.{encoded(signature)}"

    def bearer(self, **changes: Any) -> dict[str, str]:
        """Return the request header that carries a token."""
        return {"Authorization": f"Bearer {self.token(**changes)}"}


def encoded(part: Json | bytes) -> str:
    """Return a part of a token: base64url without padding."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def digest(text: str) -> str:
    """Return the name under which a client or a token is suspended."""
    return sha256(text.encode()).hexdigest()
