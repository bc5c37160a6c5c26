"""When an attachment may be asked for, and whether there is something to take back."""

from collections.abc import Collection

from gateway.partners.errors import ClientIsSuspended, UnknownIssuer


def check_attachable(issuer: str, *, issuers: Collection[str], status: str) -> None:
    """Let a partner ask that a person acts for one of its systems.

    Args:
        issuer: the name of the issuer that vouches for the person.
        issuers: the names of those that are configured.
        status: of the system.

    Raises:
        UnknownIssuer: nobody could show a token of this issuer.
        ClientIsSuspended: the system may not call.
    """
    if issuer not in issuers:
        raise UnknownIssuer
    if status == "suspended":
        raise ClientIsSuspended


def is_live(status: str) -> bool:
    """Return whether an attachment may still be taken back.

    Args:
        status: as it was last decided, however long ago.
    """
    return status in {"pending", "granted"}
