"""Partners put straight into the registry, and what their systems send to prove themselves."""

import json
import time
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from secrets import token_bytes
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID, uuid4

import asyncpg
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from chassis.testing import TEST_URL
from gateway.partners.secrets import NONE, digest, made
from gateway.partners.tokens.proofs import ASSERTION_TYPE
from tests.tokens import encoded

Row = tuple[str, str, date, date | None]
ALWAYS = date(2020, 1, 1)
TOWN: Row = ("town", "51108", ALWAYS, None)


class Partner:
    """One client with a private key, as its own system sees itself."""

    def __init__(self, client_id: str, *, key: ECKey | OKPKey | None = None) -> None:
        self.id = client_id
        self.key = key or ECKey.generate_key("P-256")
        self.kid = self.key.thumbprint()
        self.algorithm = "ES256" if isinstance(self.key, ECKey) else "EdDSA"
        self.organisation = uuid4()

    def claims(self, *, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
        """Return the claims of a sound assertion, changed."""
        now = int(time.time())
        sound = {
            "iss": self.id,
            "sub": self.id,
            "aud": TEST_URL,
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
        }
        return {name: value for name, value in (sound | changes).items() if name not in without}

    def header(self, *, without: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
        """Return the header of a sound assertion, changed."""
        sound = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid}
        return {name: value for name, value in (sound | changes).items() if name not in without}

    def assertion(self, **changes: Any) -> str:
        """Return a signed assertion, its claims changed."""
        return self.signed(self.header(), self.claims(**changes))

    def signed(
        self,
        header: Mapping[str, Any] | bytes,
        payload: Mapping[str, Any] | bytes,
        *,
        key: ECKey | OKPKey | None = None,
    ) -> str:
        """Sign any header and payload, by default with the key of the client."""
        told = f"{encoded(header)}.{encoded(payload)}"
        signature = JWSRegistry.algorithms[self.algorithm].sign(told.encode(), key or self.key)
        return f"{told}.{encoded(signature)}"

    def form(self, assertion: str | None = None, **more: str) -> dict[str, str]:
        """Return the form of a request for a token."""
        proof = proof_of(self.assertion() if assertion is None else assertion)
        return {"grant_type": "client_credentials"} | proof | more


def proof_of(assertion: str) -> dict[str, str]:
    """Return the two fields that carry an assertion."""
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def basic(client_id: str, secret: str) -> dict[str, str]:
    """Return the header of `client_secret_basic`, encoded as RFC 6749, section 2.3.1 wants it."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


async def register(
    url: str,
    partner: Partner,
    *,
    scopes: tuple[str, ...] = ("partners:read", "partners:write"),
    kind: str = "commune",
    rows: tuple[Row, ...] = (TOWN,),
    authentication: str = "private_key_jwt",
) -> None:
    """Put a partner, its client, its key and its perimeter into the registry."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO gateway.organisation (id, kind, name) VALUES ($1, $2, 'Reims')",
        partner.organisation,
        kind,
    )
    await connection.execute(
        "INSERT INTO gateway.client"
        " (id, organisation_id, name, environment, authentication, scopes)"
        " VALUES ($1, $2, 'SI', 'sandbox', $3, $4)",
        partner.id,
        partner.organisation,
        authentication,
        list(scopes),
    )
    await connection.executemany(
        "INSERT INTO gateway.client_perimeter"
        " (client_id, dimension, value, valid_from, valid_until)"
        " VALUES ($1, $2, $3, $4, $5)",
        [(partner.id, *row) for row in rows],
    )
    await connection.close()
    await add_key(url, partner, partner.key)


async def add_key(url: str, partner: Partner, key: ECKey | OKPKey) -> None:
    """Register one more public key of a client."""
    algorithm = "ES256" if isinstance(key, ECKey) else "EdDSA"
    await changed(
        url,
        "INSERT INTO gateway.client_key (client_id, kid, algorithm, jwk) VALUES ($1, $2, $3, $4)",
        partner.id,
        key.thumbprint(),
        algorithm,
        json.dumps(key.as_dict(private=False)),
    )


async def add_secret(
    url: str, client_id: str, *, life: str = "1 day", cost: int = NONE.cost
) -> str:
    """Give a client one more secret; return it."""
    text, prefix = made("sandbox")
    salt = token_bytes(16)
    await changed(
        url,
        "INSERT INTO gateway.client_secret"
        " (prefix, client_id, salt, digest, cost, created_at, expires_at)"
        f" VALUES ($1, $2, $3, $4, $5, now() - interval '2 days', now() + interval '{life}')",
        prefix,
        client_id,
        salt,
        digest(text, salt, cost=cost),
        cost,
    )
    return text


async def changed(url: str, sql: str, *values: Any) -> None:
    """Change the registry behind its back."""
    connection = await asyncpg.connect(url)
    await connection.execute(sql, *values)
    await connection.close()


async def rows_of(url: str, sql: str, *values: Any) -> list[Any]:
    """Read the registry."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(sql, *values)
    await connection.close()
    return [tuple(row) for row in rows]


def hashed(text: str) -> str:
    """Return the digest under which verifiers know a client or a token."""
    return sha256(text.encode()).hexdigest()


def an_id() -> str:
    """Return an id that no other test uses."""
    return f"client-{UUID(bytes=token_bytes(16))}"


def payload_of(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read
