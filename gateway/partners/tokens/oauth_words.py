"""Refusals of the token endpoints in the words of RFC 6749, beside those of RFC 9457."""

import structlog

from chassis.problems import InternalFault, Problem, TryAgain
from gateway.partners.tokens.errors import (
    InvalidClient,
    InvalidScope,
    InvalidTarget,
    PerimeterTooWide,
    UnsupportedGrantType,
)
from gateway.partners.tokens.issuer import Issuer

PLACE = "/oauth/"
"""Where these endpoints are."""
_WORDS: tuple[tuple[type[Problem], str], ...] = (
    (InvalidClient, "invalid_client"),
    (InvalidScope, "invalid_scope"),
    (InvalidTarget, "invalid_target"),
    (PerimeterTooWide, "unauthorized_client"),
    (UnsupportedGrantType, "unsupported_grant_type"),
    (TryAgain, "temporarily_unavailable"),
)
_SAID_OTHERWISE = str.maketrans('"\\', "'/")
"""What `error_description` may not hold (RFC 6749, section 5.2)."""


def said_in_oauth(refusal: Problem, request_id: str, *, issuer: Issuer) -> None:
    """Give a refusal its `error`; tell our log, and whose proof it was, what the caller is not."""
    refusal.extra["error"] = _word(refusal)
    described = refusal.detail.en.translate(_SAID_OTHERWISE)
    refusal.extra["error_description"] = described.encode("ascii", "replace").decode()
    if isinstance(refusal, InvalidClient):
        structlog.get_logger().info(
            "client refused", request_id=request_id, client=refusal.client, why=refusal.why
        )
        if refusal.client is not None:
            issuer.refused(refusal.client, refusal.why, request_id=request_id)


def _word(refusal: Problem) -> str:
    for kind, word in _WORDS:
        if isinstance(refusal, kind):
            return word
    if refusal.status >= InternalFault.status:
        return "temporarily_unavailable"
    return "invalid_request"
