"""What the token endpoints take and give: RFC 6749, 7009, 7517, 7523, 8414 and 9068."""

from typing import Any

from pydantic import ConfigDict, Field, model_validator

from chassis.contract import Input, Output
from gateway.partners.tokens.proofs import ASSERTION_TYPE, GRANT

_PRINTABLE = r"^[\x21-\x7e]{1,255}$"


class _Proof(Input):
    """The fields by which a client may prove itself; the other way is `Authorization: Basic`."""

    client_id: str = Field("", pattern=_PRINTABLE, description="Not needed: the proof says")
    client_assertion_type: str = Field("", examples=[ASSERTION_TYPE])
    client_assertion: str = Field(
        "",
        description="RFC 7523: a JWT signed with a registered key of the client, `iss` and `sub`"
        " its id, `aud` the issuer alone, `exp` at most 60 s after `iat`, `jti` used once",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        """Leave out what has no value (RFC 6749, section 3.2)."""
        return {name: value for name, value in given.items() if value != ""}


class TokenIn(_Proof):
    """What a client asks for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"grant_type": GRANT}]})

    grant_type: str = Field(examples=[GRANT], description=f"`{GRANT}`, nothing else")
    scope: str = Field(
        "", description="Scopes separated by spaces, among the client's; all of them if absent"
    )
    resource: str = Field("", description="RFC 8707: this API, if given at all")
    audience: str = Field("", description="The same under another name")


class RevocationIn(_Proof):
    """A token to be refused from now on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "header.claims.signature"}]}
    )

    token: str = Field(max_length=8192)
    token_type_hint: str = Field("", description="Ignored: there is one kind of token")


class Token(Output):
    """An access token; it is a JWT (RFC 9068), to be sent as `Authorization: Bearer`."""

    access_token: str
    token_type: str = Field(description="`Bearer`")
    expires_in: int = Field(ge=1, description="Seconds until it ends")
    scope: str = Field(description="What it allows")


class SigningJwk(Output):
    """A public key of the issuer."""

    kty: str
    crv: str
    x: str
    y: str
    use: str
    alg: str
    kid: str


class SigningJwks(Output):
    """The public keys with which our access tokens are verified."""

    keys: list[SigningJwk]


class Revocations(Output):
    """What verifiers must refuse though its signature is good: names are SHA-256 digests."""

    clients: dict[str, int] = Field(
        description="Of a `client_id`: its tokens issued before this second are refused"
    )
    tokens: dict[str, int] = Field(description="Of a `jti`: when the token would have ended")


class IssuerMetadata(Output):
    """RFC 8414: where tokens come from and what is asked for them."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    service_documentation: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
