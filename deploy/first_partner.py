"""The first partners of an installation: those who approve all the others."""

from datetime import UTC, datetime
from pathlib import Path

from joserfc.jwk import ECKey
from sqlalchemy import distinct, func, literal, select

from chassis.database import WriteSession
from deploy.databases import Databases
from deploy.keyrings import PARTNERS, keep
from deploy.registry import registry
from deploy.sandbox import private_pem, signing_system
from gateway.partners.clients.commands import Partner, registered
from gateway.partners.clients.rules import Area
from gateway.partners.kinds import scopes_of
from gateway.partners.tables import Client

APPROVE = "partners:approve"
NEEDED = 2
"""Organisations that must approve a request for access."""
_NATIONAL = ("acv_directorate", "ministry", "cnam_national")
"""Kinds that approve, everywhere."""


class NotTheFirst(Exception):
    """The installation has who approves, or this kind never does; the message says which."""


async def first_partner(databases: Databases, folder: Path, *, kind: str, name: str) -> Path:
    """Make a partner whose system approves; return the file of its private key.

    Raises:
        NotTheFirst: two organisations can approve already, or this kind may not.
        DatabaseTrouble: the database is unfit or out of reach.
    """
    async with registry(databases) as session:
        return await make_first(session, folder, kind=kind, name=name)


async def make_first(session: WriteSession, folder: Path, *, kind: str, name: str) -> Path:
    """Make it in a transaction.

    Raises:
        NotTheFirst: two organisations can approve already, or this kind may not.
    """
    if kind not in _NATIONAL:
        raise NotTheFirst(f"the first partners are of kind {' or '.join(_NATIONAL)}")
    await _check_needed(session)
    key, scopes = ECKey.generate_key("P-256"), sorted(scopes_of(kind))
    area = Area("everywhere", "*", datetime.now(UTC).date(), None)
    system = signing_system("Administration", "production", scopes=scopes, area=area, key=key)
    made = await registered(session, Partner(kind, name, None), system)
    keyring = {"signing_client_id": made.client_id, "private_key": private_pem(key)}
    return keep(folder / PARTNERS, made.client_id, keyring=keyring)


async def _check_needed(session: WriteSession) -> None:
    approving = select(func.count(distinct(Client.organisation_id))).where(
        Client.environment == "production", literal(APPROVE) == func.any(Client.scopes)
    )
    if (await session.scalar(approving) or 0) >= NEEDED:
        raise NotTheFirst("two organisations can approve: ask for access at /v1/access-requests")
