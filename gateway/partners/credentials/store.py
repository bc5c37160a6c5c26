"""The SQL of secrets and keys."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from chassis.database import WriteSession
from chassis.identity import Limits
from chassis.perimeters import bounds, inside
from gateway.partners.clients.actions import LIVE_KEY, LIVE_SECRET
from gateway.partners.clients.store import PERIMETER
from gateway.partners.tables import Client, ClientKey, ClientSecret


class Owner(NamedTuple):
    """Whose a secret is."""

    organisation_id: UUID
    client_id: str


async def live_secrets(session: WriteSession, client_id: str) -> int:
    """Return how many secrets of a system work."""
    asked = select(func.count()).select_from(ClientSecret)
    return await session.scalar(asked.where(ClientSecret.client_id == client_id, LIVE_SECRET)) or 0


async def live_keys(session: WriteSession, client_id: str) -> int:
    """Return how many keys of a system work."""
    asked = select(func.count()).select_from(ClientKey)
    return await session.scalar(asked.where(ClientKey.client_id == client_id, LIVE_KEY)) or 0


async def secret(session: WriteSession, client_id: str, prefix: str) -> ClientSecret | None:
    """Return a secret of a system."""
    asked = select(ClientSecret).where(ClientSecret.client_id == client_id)
    return await session.scalar(asked.where(ClientSecret.prefix == prefix))


async def key(session: WriteSession, client_id: str, kid: str) -> ClientKey | None:
    """Return a key of a system."""
    asked = select(ClientKey).where(ClientKey.client_id == client_id)
    return await session.scalar(asked.where(ClientKey.kid == kid))


async def owner(session: WriteSession, prefix: str, *, limits: Limits | None) -> Owner | None:
    """Return whose a secret is, if its system is within the limits."""
    asked = select(Client.organisation_id, Client.id).join(
        ClientSecret, ClientSecret.client_id == Client.id
    )
    asked = asked.where(ClientSecret.prefix == prefix)
    if limits is not None:
        asked = asked.where(inside(PERIMETER, limits))
    found = (await session.execute(asked, bounds(limits))).one_or_none()
    return None if found is None else Owner(*found)
