"""Ports that are kept from everybody else until their server listens, and while it is down."""

import socket

HOST = "127.0.0.1"


def hold(port: int, host: str = HOST) -> socket.socket:
    """A socket bound to this port, or with 0 to a free one; it does not listen.

    While it is open, only who asks for this very port gets it: a listener may bind beside it (both have
    SO_REUSEADDR), while "any free port" and outgoing connections pass it by.

    Raises:
        OSError: somebody listens there.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError:
        held.close()
        raise
    return held


def hold_near(wanted: int) -> socket.socket:
    """The wanted port if nobody listens there, else any."""
    try:
        return hold(wanted)
    except OSError:
        return hold(0)


def number(held: socket.socket) -> int:
    port: int = held.getsockname()[1]
    return port
