"""Changes of the credentials of a system: rotation, revocation, and what to do after a leak."""

from urllib.parse import urlencode

from fastapi import Response

from chassis.admission import Bounds
from chassis.lane import Router
from chassis.openapi import documented
from chassis.preconditions import etag
from chassis.writes import ShownOnceRoute, WriteRoute, Writes
from gateway.partners.clients.store import locked
from gateway.partners.credentials import commands
from gateway.partners.credentials.contract import (
    AddedKey,
    IssuedSecret,
    KeyIn,
    Leak,
    LeakIn,
    LeakLinks,
    Revocation,
    RevocationIn,
    SecretIn,
)
from gateway.partners.errors import (
    ClientIsSuspended,
    ClientNotFound,
    KeyAlreadyThere,
    TooManyCredentials,
    UnfitKey,
    UnknownCredential,
    WrongProof,
)
from gateway.partners.keys import read_key
from gateway.partners.paths import ClientInPath, OrganisationId

router = Router(route_class=WriteRoute)
showing = Router(route_class=ShownOnceRoute)

_NEW = (ClientNotFound, WrongProof, ClientIsSuspended, TooManyCredentials)


@showing.post(
    "/v1/partners/{organisation_id}/clients/{client_id}/secrets",
    operation_id="issue_secret",
    status_code=201,
    responses=documented(*_NEW),
)
async def issue_secret(
    writes: Writes,
    limits: Bounds,
    *,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    body: SecretIn,
    response: Response,
) -> IssuedSecret:
    """Issue a second secret while the first still works; at most two live at once."""
    client = await locked(writes, organisation_id, client_id, limits=limits)
    issued = await commands.issue_secret(writes, client, days=body.days)
    response.headers["ETag"] = etag(client.version)
    return IssuedSecret(client_id=client_id, version=client.version, **issued._asdict())


@router.post(
    "/v1/partners/{organisation_id}/clients/{client_id}/keys",
    operation_id="add_key",
    status_code=201,
    responses=documented(*_NEW, KeyAlreadyThere, UnfitKey),
)
async def add_key(
    writes: Writes,
    limits: Bounds,
    *,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    body: KeyIn,
    response: Response,
) -> AddedKey:
    """Add a public key while the others still work."""
    key = read_key(body.jwk.members())
    client = await locked(writes, organisation_id, client_id, limits=limits)
    await commands.add_key(writes, client, key)
    response.headers["ETag"] = etag(client.version)
    return AddedKey(
        client_id=client_id, kid=key.kid, algorithm=key.algorithm, version=client.version
    )


@router.post(
    "/v1/partners/{organisation_id}/clients/{client_id}/revocations",
    operation_id="revoke_credential",
    status_code=201,
    responses=documented(ClientNotFound, UnknownCredential),
)
async def revoke_credential(
    writes: Writes,
    limits: Bounds,
    *,
    organisation_id: OrganisationId,
    client_id: ClientInPath,
    body: RevocationIn,
    response: Response,
) -> Revocation:
    """Revoke a secret or a key at once; all tokens of the system are refused from now on."""
    client = await locked(writes, organisation_id, client_id, limits=limits)
    field, value = ("prefix", body.prefix) if body.prefix else ("kid", str(body.kid))
    named = commands.Named(field, value)
    revoked = await commands.revoke(writes, client, named=named, reason=body.reason)
    response.headers["ETag"] = etag(revoked.version)
    return Revocation(**revoked._asdict())


@router.post(
    "/v1/leaked-credentials",
    operation_id="report_leak",
    status_code=201,
    responses=documented(UnknownCredential),
)
async def report_leak(writes: Writes, limits: Bounds, body: LeakIn) -> Leak:
    """Revoke a secret that was found where it must not be, and say what it was used for since."""
    revoked, owner = await commands.report_leak(
        writes, body.credential, seen_at=body.seen_at, where=body.where, limits=limits
    )
    client = f"/v1/partners/{owner.organisation_id}/clients/{owner.client_id}"
    seen = urlencode({"credential": revoked.credential, "since": body.seen_at.isoformat()})
    links = LeakLinks(client=client, calls=f"{client}/calls?{seen}")
    return Leak(**revoked._asdict(), links=links)
