"""The token endpoints, and the documents that verifiers and clients need."""

from typing import Annotated

import orjson
from fastapi import Body, Request
from starlette.responses import Response

from chassis.answers import Bytes
from chassis.forms import FORM, FormRoute, InvalidForm
from chassis.keeping import Headers
from chassis.lane import Reading, Router
from chassis.openapi import documented
from chassis.problems import BodyTooLarge, UnsupportedMediaType
from chassis.reads import Answer
from gateway.partners.kinds import SCOPES
from gateway.partners.tokens import commands
from gateway.partners.tokens.contract import (
    IssuerMetadata,
    RevocationIn,
    Revocations,
    SigningJwks,
    Token,
    TokenIn,
)
from gateway.partners.tokens.errors import (
    ClientSuspended,
    InvalidClient,
    InvalidScope,
    InvalidTarget,
    PerimeterTooWide,
    UnsupportedGrantType,
)
from gateway.partners.tokens.issuer import Issuer
from gateway.partners.tokens.proofs import GRANT, KeyProof, SecretProof, Shown, proof_in

_JSON = (b"content-type", b"application/json")
_NO_STORE: Headers = [_JSON, (b"cache-control", b"no-store"), (b"pragma", b"no-cache")]
_ASK_AGAIN: Headers = [_JSON, (b"cache-control", b"no-cache")]
_REFUSALS = (InvalidForm, InvalidClient, ClientSuspended, BodyTooLarge, UnsupportedMediaType)
_METHODS = ["private_key_jwt", "client_secret_basic"]


def token_routes(issuer: Issuer) -> Router:
    """Return the endpoints that clients call."""
    router = Router(route_class=FormRoute)

    @router.post(
        "/oauth/token",
        operation_id="issue_token",
        response_model=Token,
        responses=documented(
            *_REFUSALS, InvalidScope, InvalidTarget, PerimeterTooWide, UnsupportedGrantType
        ),
    )
    async def issue_token(
        request: Request, form: Annotated[TokenIn, Body(media_type=FORM)]
    ) -> Response:
        """Give an access token to a client that proves who it is."""
        targets = frozenset(filter(None, (form.resource, form.audience)))
        wish = commands.Wish(form.grant_type, form.scope or None, targets)
        token, life, scope = await commands.issue(issuer, _proof(request, form), wish=wish)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": life, "scope": scope}
        return Bytes(orjson.dumps(body), _NO_STORE)

    @router.post(
        "/oauth/revoke",
        operation_id="revoke_token",
        response_class=Response,
        responses=documented(*_REFUSALS),
    )
    async def revoke_token(
        request: Request, form: Annotated[RevocationIn, Body(media_type=FORM)]
    ) -> Response:
        """Take back a token of the client; nothing is said about those of others."""
        request_id = request.scope["state"]["request_id"]
        proof = _proof(request, form)
        await commands.revoke(issuer, proof, token=form.token, request_id=request_id)
        return Bytes(b"", _NO_STORE)

    return router


def published_routes(issuer: Issuer) -> Router:
    """Return the documents that verifiers and clients read."""
    router = Router()

    @router.read("/.well-known/jwks.json", answer=SigningJwks)
    async def show_signing_keys(_reads: Reading) -> Answer:
        """Show the public keys of access tokens; a key is here before it signs."""
        return Bytes(orjson.dumps(issuer.keys.jwks), _ASK_AGAIN)

    @router.read("/.well-known/acdt-revocations", answer=Revocations)
    async def show_revocations(_reads: Reading) -> Answer:
        """Show which clients and tokens to refuse though their signature is good."""
        return Bytes(orjson.dumps(await issuer.revocations()), _NO_STORE)

    @router.read("/.well-known/oauth-authorization-server", answer=IssuerMetadata)
    async def show_issuer(reads: Reading) -> Answer:
        """Show where tokens come from and how clients prove themselves (RFC 8414)."""
        return reads.computed(_metadata(issuer.url))

    return router


def _proof(request: Request, form: TokenIn | RevocationIn) -> SecretProof | KeyProof:
    shown = Shown(
        tuple(request.headers.getlist("authorization")),
        form.client_id or None,
        form.client_assertion_type or None,
        form.client_assertion or None,
    )
    return proof_in(shown)


def _metadata(url: str) -> IssuerMetadata:
    algorithms = list(commands.ALGORITHMS)
    return IssuerMetadata(
        issuer=url,
        token_endpoint=f"{url}/oauth/token",
        revocation_endpoint=f"{url}/oauth/revoke",
        jwks_uri=f"{url}/.well-known/jwks.json",
        service_documentation=f"{url}/docs",
        scopes_supported=list(SCOPES),
        response_types_supported=[],
        grant_types_supported=[GRANT],
        token_endpoint_auth_methods_supported=_METHODS,
        token_endpoint_auth_signing_alg_values_supported=algorithms,
        revocation_endpoint_auth_methods_supported=_METHODS,
        revocation_endpoint_auth_signing_alg_values_supported=algorithms,
    )
