"""Sockets that several processes may listen on together."""

import socket


def bound_socket(host: str, port: int, *, shared: bool = True) -> socket.socket:
    """Return a socket bound to the address, not listening yet.

    `shared` lets other processes of the same user bind it too, and the kernel spread the callers;
    otherwise it fails if anyone at all has it.

    Raises:
        OSError: the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made
