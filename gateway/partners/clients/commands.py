"""What happens to the systems of partners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import choice
from string import ascii_lowercase, digits
from typing import NamedTuple
from uuid import UUID

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from gateway.partners.clients.rules import SECRET_LIFE, Area, check_areas, check_scopes
from gateway.partners.events import (
    ClientRegistered,
    KeyAdded,
    PartnerRegistered,
    SecretIssued,
    owned,
)
from gateway.partners.keys import Key
from gateway.partners.kinds import AREAS, STRONG, scopes_of
from gateway.partners.secrets import kept, made
from gateway.partners.tables import Client, ClientKey, ClientPerimeter, ClientSecret, Organisation

_ID_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner that the registry does not know yet."""

    kind: str
    name: str
    siret: str | None


@dataclass(frozen=True, slots=True)
class System:
    """A system as it is asked for; one with a `key` signs, one without has a secret."""

    name: str
    environment: str
    scopes: Sequence[str]
    perimeter: Sequence[Area]
    key: Key | None = None

    @property
    def authentication(self) -> str:
        """How it proves who it is."""
        return "client_secret_basic" if self.key is None else "private_key_jwt"

    def check(self, kind: str) -> None:
        """Let a kind of partner have this system.

        Raises:
            ScopeNotAllowed, KeyRequired, AreaNotAllowed, AreaTwice: its rights do not fit.
        """
        proved = self.key is not None
        check_scopes(self.scopes, allowed=scopes_of(kind), strong=STRONG, proves_key=proved)
        check_areas(self.perimeter, allowed=AREAS[kind])


class Issued(NamedTuple):
    """A secret that nobody will read again."""

    secret: str
    prefix: str
    expires_at: datetime


class Registered(NamedTuple):
    """A partner and its system, ready to ask for tokens."""

    organisation_id: UUID
    client_id: str
    issued: Issued | None


async def registered(session: WriteSession, partner: Partner, system: System) -> Registered:
    """Make a partner with a system and its credential, approved by nobody.

    For the first partner of an installation, and for those of a sandbox: no route leads here.

    Raises:
        ScopeNotAllowed, KeyRequired, AreaNotAllowed, AreaTwice: its rights do not fit its kind.
    """
    system.check(partner.kind)
    organisation_id = await enrol(session, partner)
    client = await install(session, organisation_id, system)
    issued = await issue(session, client) if system.key is None else None
    return Registered(organisation_id, client.id, issued)


async def enrol(session: WriteSession, partner: Partner) -> UUID:
    """Make a partner; return its id."""
    made_id = uuid7()
    named = Organisation(id=made_id, kind=partner.kind, name=partner.name, siret=partner.siret)
    session.add(named)
    await session.flush()
    fact = PartnerRegistered(organisation_id=made_id, kind=partner.kind)
    await record(session, fact, place=owned(made_id))
    return made_id


async def install(session: WriteSession, organisation_id: UUID, system: System) -> Client:
    """Make a system of a partner, with its rights and, if it signs, its key."""
    client = Client(
        id=_client_id(system.environment),
        organisation_id=organisation_id,
        name=system.name,
        environment=system.environment,
        authentication=system.authentication,
        scopes=list(system.scopes),
    )
    session.add(client)
    await session.flush()
    areas = [ClientPerimeter(client_id=client.id, **area._asdict()) for area in system.perimeter]
    session.add_all(areas)
    fact = ClientRegistered(
        organisation_id=organisation_id,
        client_id=client.id,
        environment=client.environment,
        authentication=client.authentication,
        scopes=list(system.scopes),
    )
    await record(session, fact, place=owned(organisation_id))
    if system.key is not None:
        await add_key(session, client, system.key)
    return client


async def add_key(session: WriteSession, client: Client, key: Key) -> None:
    """Give a system one more public key."""
    session.add(ClientKey(client_id=client.id, **key._asdict()))
    await session.flush()
    fact = KeyAdded(client_id=client.id, kid=key.kid)
    await record(session, fact, place=owned(client.organisation_id))


async def issue(session: WriteSession, client: Client, *, life: timedelta = SECRET_LIFE) -> Issued:
    """Give a system one more secret."""
    text, prefix = made(client.environment)
    known = await kept(text)
    expires_at = await now(session) + life
    session.add(
        ClientSecret(prefix=prefix, client_id=client.id, expires_at=expires_at, **known._asdict())
    )
    await session.flush()
    fact = SecretIssued(client_id=client.id, prefix=prefix, expires_at=expires_at)
    await record(session, fact, place=owned(client.organisation_id))
    return Issued(text, prefix, expires_at)


def _client_id(environment: str) -> str:
    named = "".join(choice(ascii_lowercase + digits) for _ in range(_ID_CHARACTERS))
    return f"{environment}-{named}"
