"""The external issuers of an installation: whose tokens the gateway takes, and with which keys.

Keys come from here alone: what a token says of keys is not looked at.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.jwks import public_keys
from chassis.jws import TEXT, InvalidToken, read_object

LARGEST_KEYS = 65_536
"""Bytes of a key set."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Claim = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]


class ExternalIssuer(BaseModel):
    """One issuer. Exactly one of `jwks`, `jwks_file` and `jwks_url` pins its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    issuer: Annotated[str, Field(pattern=TEXT.pattern)]
    audience: Annotated[str, Field(pattern=TEXT.pattern)]
    algorithms: Annotated[frozenset[Literal["ES256", "EdDSA", "RS256"]], Field(min_length=1)]
    jwks: dict[str, Any] | None = None
    jwks_file: Path | None = None
    jwks_url: str | None = None
    subject_claim: Claim = "sub"
    organisation_claim: Claim | None = None
    person_claim: Claim | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        pins = [pin for pin in (self.jwks, self.jwks_file, self.jwks_url) if pin is not None]
        if len(pins) != 1:
            raise ValueError("exactly one of jwks, jwks_file and jwks_url is expected")
        if not _is_safe(self.issuer):
            raise ValueError("issuer is an https address, or one of this machine")
        if self.jwks_url is not None and not _is_safe(self.jwks_url):
            raise ValueError("jwks_url is an https address, or one of this machine")
        pinned = self.pinned()
        if pinned is not None and not public_keys(pinned, self.algorithms):
            raise ValueError("the key set has no key that signs")
        return self

    def pinned(self) -> dict[str, Any] | None:
        """Return the keys that the configuration holds; `None` if they are at an address.

        Raises:
            ValueError: the file cannot be read, or is not a key set.
        """
        if self.jwks_file is None:
            return self.jwks
        try:
            with self.jwks_file.open("rb") as stream:
                return read_object(stream.read(LARGEST_KEYS))
        except OSError as error:
            raise ValueError(f"jwks_file cannot be read: {error.strerror}") from None
        except InvalidToken:
            raise ValueError("jwks_file is not one JSON object") from None


def distinct(issuers: tuple[ExternalIssuer, ...]) -> tuple[ExternalIssuer, ...]:
    """Return issuers of which no two share a name or an address.

    Raises:
        ValueError: two do.
    """
    for member in ("name", "issuer"):
        values = [getattr(one, member) for one in issuers]
        if len(set(values)) < len(values):
            raise ValueError(f"two external issuers share one {member}")
    return issuers


def _is_safe(address: str) -> bool:
    """Tell whether nobody on the way can change what an address answers."""
    parts = urlsplit(address)
    there = bool(parts.hostname) and parts.username is None and not parts.fragment
    return there and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
