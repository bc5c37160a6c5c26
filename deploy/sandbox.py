"""The sandbox partners of `make run`: one of every kind, for newcomers to act as any of them.

They approve and suspend like real ones: so they are made where nobody else's data are, or where the
installation asks for them, and never beside a real partner (docs/decisions/0070).
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from joserfc.jwk import ECKey
from sqlalchemy import func, select

from chassis.database import WriteSession
from deploy.keyrings import SANDBOX, Keyring, keep, kept
from deploy.progress import say
from gateway.partners.clients.commands import Partner, System, install, registered
from gateway.partners.clients.rules import Area
from gateway.partners.keys import read_key
from gateway.partners.kinds import STRONG, scopes_of
from gateway.partners.tables import Client, ClientSecret

ENVIRONMENT = "sandbox"
_SINCE = date(2026, 1, 1)
_SOON = timedelta(days=7)
_PARTNERS: tuple[tuple[str, str, str, str], ...] = (
    ("acv_directorate", "Direction fictive du programme ACV", "everywhere", "*"),
    ("ministry", "Ministère fictif des Bacs à sable", "everywhere", "*"),
    ("region_prefecture", "Préfecture fictive de la région Grand Est", "region", "44"),
    ("department_prefecture", "Préfecture fictive de la Marne", "department", "51"),
    ("cnam_national", "Cnam fictif, siège", "everywhere", "*"),
    ("cnam_centre", "Cnam fictif, centre du Grand Est", "region", "44"),
    ("funder", "Banque fictive des Essais", "funder", "banque-fictive"),
    ("commune", "Ville fictive de Châlons-en-Champagne", "town", "51108"),
    ("epci", "Agglomération fictive de Châlons", "epci", "200066876"),
    ("region", "Région fictive Grand Est", "region", "44"),
    ("panel_body", "Organisme fictif du jury", "region", "44"),
    ("evaluator", "Évaluateur fictif", "everywhere", "*"),
)
"""Kind, name, and what the perimeter names. No SIRET: every valid one may be somebody's."""


async def make_sandbox(session: WriteSession, folder: Path) -> None:
    """Make the sandbox partners that are missing, and keep their credentials in `folder`."""
    missing = [one for one in _PARTNERS if not await _works(session, folder / SANDBOX, one[0])]
    if not missing:
        return
    if await has_real_partner(session):
        say("no sandbox partner is made: the registry has real ones")
        return
    for kind, name, dimension, value in missing:
        area = Area(dimension, value, _SINCE, None)
        keyring = await _made(session, Partner(kind, name, None), area)
        keep(folder / SANDBOX, kind, keyring=keyring)
    say(f"sandbox partners: {len(missing)} made, their credentials are in {folder / SANDBOX}")


async def has_real_partner(session: WriteSession) -> bool:
    """Tell whether a client works on what is real."""
    asked = select(Client.id).where(Client.environment != ENVIRONMENT).limit(1)
    return await session.scalar(asked) is not None


async def _made(session: WriteSession, partner: Partner, area: Area) -> Keyring:
    """Make a partner with a system that has a secret, and one with a key if its kind approves."""
    scopes = scopes_of(partner.kind)
    plain = System("Essai avec un secret", ENVIRONMENT, sorted(scopes - STRONG), [area])
    made = await registered(session, partner, plain)
    secret = "" if made.issued is None else made.issued.secret
    keyring = {"client_id": made.client_id, "client_secret": secret}
    if not scopes & STRONG:
        return keyring
    key = ECKey.generate_key("P-256")
    signing = signing_system(
        "Essai avec une clé", ENVIRONMENT, scopes=sorted(scopes), area=area, key=key
    )
    client = await install(session, made.organisation_id, signing)
    return keyring | {"signing_client_id": client.id, "private_key": private_pem(key)}


def signing_system(
    name: str, environment: str, *, scopes: list[str], area: Area, key: ECKey
) -> System:
    """Return a system that proves a private key."""
    public = {name: str(value) for name, value in key.as_dict(private=False).items()}
    members = {name: public[name] for name in ("kty", "crv", "x", "y")}
    return System(name, environment, scopes, [area], read_key(members))


def private_pem(key: ECKey) -> str:
    """Return a private key as files keep it."""
    return key.as_pem(private=True).decode()


async def _works(session: WriteSession, folder: Path, kind: str) -> bool:
    """Tell whether a kept secret is still one of this registry, for some days more.

    Its rights must be those of this release: an older sandbox lacks what was built since.
    """
    keyring = kept(folder, kind)
    if keyring is None:
        return False
    latest = select(func.max(ClientSecret.expires_at)).where(
        ClientSecret.client_id == keyring["client_id"], ClientSecret.revoked_at.is_(None)
    )
    expires_at: datetime | None = await session.scalar(latest)
    scopes = select(Client.scopes).where(Client.id == keyring["client_id"])
    given = set(await session.scalar(scopes) or ())
    if not given >= scopes_of(kind) - STRONG:
        return False
    return expires_at is not None and expires_at > datetime.now(UTC) + _SOON
