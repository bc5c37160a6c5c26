"""What happens to a request for access."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func

from chassis.clock import now
from chassis.database import WriteSession
from chassis.events import record
from chassis.identifiers import uuid7
from chassis.identity import Principal
from gateway.partners.access_requests import store
from gateway.partners.access_requests.desk import Source
from gateway.partners.access_requests.rules import (
    COLLECTION,
    LIFE,
    WINDOW,
    Opinion,
    Pressure,
    check_collectable,
    check_pressure,
    doubts,
    judged,
    place_of,
    standing,
)
from gateway.partners.clients import commands as clients
from gateway.partners.clients.rules import Area
from gateway.partners.clients.store import asker_of, known
from gateway.partners.errors import AccessRequestNotFound
from gateway.partners.events import (
    ANYWHERE,
    AccessDecided,
    AccessJudged,
    AccessRequested,
    CredentialsCollected,
)
from gateway.partners.keys import Key
from gateway.partners.kinds import AREAS, EVERYWHERE
from gateway.partners.tables import AccessOpinion, AccessRequest
from gateway.partners.towns_client import Communes

_CLAIM_BYTES = 32
_NO_CLAIM = bytes(32)
"""Compared with where there is no request: a wrong claim and a wrong id take the same time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A system, for a new partner or for one that the registry knows."""

    new: clients.Partner | None
    known: UUID | None
    system: clients.System
    motive: str
    source: Source
    communes: Communes | None

    @property
    def asker(self) -> str | None:
        """The partner it is for: by its id if it is known, else by its SIREN if it has one."""
        if self.known is not None:
            return f"partner {self.known}"
        siret = self.new.siret if self.new else None
        return f"siren {siret[:9]}" if siret else None


class Receipt(NamedTuple):
    """What whoever asks must keep."""

    id: UUID
    status: str
    claim: str
    kid: str | None
    expires_at: datetime


class Standing(NamedTuple):
    """Where a request stands after an opinion."""

    id: UUID
    status: str
    client_id: str | None
    version: int


class Collected(NamedTuple):
    """Credentials as they are shown once."""

    client_id: str
    authentication: str
    secret: str | None
    prefix: str | None
    expires_at: datetime | None


async def ask(session: WriteSession, asked: Asked) -> Receipt:
    """Keep a request that its rights do not forbid, of who did not send too many."""
    new, system = asked.new, asked.system
    kind, siret = (new.kind, new.siret) if new else await asker_of(session, asked.known)
    system.check(kind)
    warnings = _warnings(asked, kind=kind, siret=siret)
    expires_at = await _admitted(session, asked) + LIFE
    claim = token_urlsafe(_CLAIM_BYTES)
    request = AccessRequest(
        id=uuid7(),
        organisation_id=asked.known,
        kind=new and new.kind,
        organisation_name=new and new.name,
        siret=new and new.siret,
        client_name=system.name,
        environment=system.environment,
        authentication=system.authentication,
        jwk=system.key and {**system.key.jwk, "kid": system.key.kid, "alg": system.key.algorithm},
        scopes=list(system.scopes),
        perimeter=[area.as_json() for area in system.perimeter],
        areas_warnings=warnings,
        motive=asked.motive,
        claim_digest=sha256(claim.encode()).digest(),
        source=asked.source.digest,
        asker=asked.asker,
        expires_at=expires_at,
    )
    session.add(request)
    await session.flush()
    fact = AccessRequested(
        request_id=request.id,
        organisation_id=asked.known,
        kind=kind,
        environment=system.environment,
    )
    await record(session, fact, place=ANYWHERE)
    kid = system.key.kid if system.key else None
    return Receipt(request.id, "pending", claim, kid, expires_at)


async def _admitted(session: WriteSession, asked: Asked) -> datetime:
    """Return the instant of a request that does not come upon too many others."""
    source = asked.source
    found = await store.pressure(session, source=source.digest, window=WINDOW, asker=asked.asker)
    asked_at = await now(session)
    check_pressure(Pressure(*found), most=source.most, now=asked_at)
    return asked_at


def _warnings(asked: Asked, *, kind: str, siret: str | None) -> list[dict[str, str]]:
    """Return the areas that are not known to be the asker's; all are of those who may have all."""
    if EVERYWHERE in AREAS[kind]:
        return []
    areas = asked.system.perimeter
    places = [place_of(*area[:2], kind=kind, communes=asked.communes) for area in areas]
    found = doubts(places, siren=siret and siret[:9])
    return [
        {"dimension": area.dimension, "value": area.value, "reason": reason}
        for area, reason in zip(areas, found, strict=True)
        if reason is not None
    ]


async def judge(
    session: WriteSession, request_id: UUID, *, caller: Principal, verdict: str, motive: str
) -> Standing:
    """Keep the opinion of the caller's organisation; the one that decides, decides at once."""
    request = await store.locked(session, request_id)
    if request is None:
        raise AccessRequestNotFound
    organisation = UUID(caller.organisation)
    status = judged(
        standing(request.status, expires_at=request.expires_at, now=await now(session)),
        given=await _given(session, request_id),
        said=Opinion(str(organisation), verdict),
        asker=str(request.organisation_id),
    )
    session.add(
        AccessOpinion(
            request_id=request_id,
            organisation_id=organisation,
            client_id=caller.client,
            actor=caller.actor,
            verdict=verdict,
            motive=motive,
        )
    )
    fact = AccessJudged(request_id=request_id, organisation_id=organisation, verdict=verdict)
    await record(session, fact, place=ANYWHERE)
    if status != "pending":
        await _decide(session, request, status)
    request.version += 1
    request.updated_at = func.now()
    return Standing(request_id, status, request.client_id, request.version)


async def collect(session: WriteSession, request_id: UUID, *, claim: str) -> Collected:
    """Hand over the credentials of a granted request to whoever asked for it."""
    request = await store.locked(session, request_id)
    digest = _NO_CLAIM if request is None else request.claim_digest
    proved = compare_digest(sha256(claim.encode()).digest(), digest)
    if request is None or not proved:
        raise AccessRequestNotFound
    check_collectable(
        standing(request.status, expires_at=request.expires_at, now=await now(session))
    )
    client = await known(session, str(request.client_id))
    request.status = "collected"
    request.version += 1
    request.updated_at = func.now()
    fact = CredentialsCollected(request_id=request_id, client_id=client.id)
    await record(session, fact, place=ANYWHERE)
    if client.authentication == "private_key_jwt":
        return Collected(client.id, client.authentication, None, None, None)
    issued = await clients.issue(session, client)
    return Collected(client.id, client.authentication, *issued)


async def _given(session: WriteSession, request_id: UUID) -> list[Opinion]:
    return [
        Opinion(str(organisation), verdict)
        for organisation, verdict in await store.OPINIONS.given(session, request_id)
    ]


async def _decide(session: WriteSession, request: AccessRequest, status: str) -> None:
    """Note and tell what was decided; if access is granted, make what was asked for."""
    client_id = None
    if status == "granted":
        client_id = await _made(session, request)
        request.expires_at = await now(session) + COLLECTION
    request.status, request.client_id = status, client_id
    fact = AccessDecided(request_id=request.id, status=status, client_id=client_id)
    await record(session, fact, place=ANYWHERE)


async def _made(session: WriteSession, request: AccessRequest) -> str:
    """Make the partner, if it is new, and the system that a request asks for."""
    organisation_id = request.organisation_id
    if organisation_id is None:
        name, kind = request.organisation_name or "", request.kind or ""
        partner = clients.Partner(kind, name, request.siret)
        organisation_id = await clients.enrol(session, partner)
    client = await clients.install(session, organisation_id, _system(request))
    return client.id


def _system(request: AccessRequest) -> clients.System:
    key = None
    if request.jwk is not None:
        members = {name: request.jwk[name] for name in request.jwk.keys() - {"kid", "alg"}}
        key = Key(request.jwk["kid"], request.jwk["alg"], members)
    return clients.System(
        name=request.client_name,
        environment=request.environment,
        scopes=request.scopes,
        perimeter=[Area.of(area) for area in request.perimeter],
        key=key,
    )
