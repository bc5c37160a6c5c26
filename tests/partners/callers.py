"""Partners that the registry holds, and how a test calls in their name."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from joserfc.jwk import ECKey

from chassis.database import Database
from gateway.partners.clients.commands import Partner, System, registered
from gateway.partners.clients.rules import Area
from gateway.partners.keys import Key, read_key
from gateway.partners.kinds import AREAS, EVERYWHERE, STRONG, scopes_of
from tests.callers import issuer

VALUES = {
    EVERYWHERE: "*",
    "region": "44",
    "department": "51",
    "town": "51108",
    "epci": "200066876",
    "funder": "bdt",
    "centre": "grand-est",
}
"""A value of each dimension."""


class Caller(NamedTuple):
    """A partner's system, its secret if it has one, and the header that makes it known here."""

    organisation: UUID
    client: str
    kind: str
    scopes: tuple[str, ...]
    secret: str | None
    prefix: str | None

    @classmethod
    async def registered(
        cls, database: Database, kind: str, *, signs: bool | None = None, name: str = ""
    ) -> "Caller":
        """Register a partner with all the scopes of its kind."""
        signs = kind != "commune" if signs is None else signs
        scopes = tuple(sorted(scopes_of(kind) - (frozenset() if signs else STRONG)))
        dimension = EVERYWHERE if EVERYWHERE in AREAS[kind] else min(AREAS[kind])
        system = System(
            name=f"System of {kind}",
            environment="production",
            scopes=scopes,
            perimeter=[Area(dimension, VALUES[dimension], date(2026, 1, 1), None)],
            key=read_key(public_jwk()) if signs else None,
        )
        async with database.writing() as session:
            made = await registered(session, Partner(kind, name or kind, None), system)
        secret, prefix = made.issued[:2] if made.issued else (None, None)
        return cls(made.organisation_id, made.client_id, kind, scopes, secret, prefix)

    @property
    def path(self) -> str:
        """Where its system is."""
        return f"/v1/partners/{self.organisation}/clients/{self.client}"

    def bearer(self, *scopes: str) -> dict[str, str]:
        """The header of a call with these scopes, or with all that it has."""
        return issuer().bearer(
            sub=self.client,
            org=str(self.organisation),
            kind=self.kind,
            scope=" ".join(scopes or self.scopes),
            perimeter={"everywhere": True} if self.kind == "acv_directorate" else {},
        )


def public_jwk() -> dict[str, str]:
    """The required members of a new public key."""
    made: dict[str, Any] = ECKey.generate_key("P-256").as_dict(private=False)
    return {name: str(made[name]) for name in ("kty", "crv", "x", "y")}


def a_key() -> Key:
    """A public key as the registry keeps it."""
    return read_key(public_jwk())
