"""When a system may have one more credential."""

from gateway.partners.errors import ClientIsSuspended, TooManyCredentials, WrongProof


def check_new(status: str, *, fits: bool, live: int, most: int) -> None:
    """Let a system have one more credential of a kind.

    Args:
        status: of the system.
        fits: whether it proves itself with this kind.
        live: how many of the kind work now.
        most: how many may work at once.

    Raises:
        WrongProof: it proves itself otherwise.
        ClientIsSuspended: it may not call.
        TooManyCredentials: `live` is `most` already.
    """
    if not fits:
        raise WrongProof
    if status == "suspended":
        raise ClientIsSuspended
    if live >= most:
        raise TooManyCredentials
