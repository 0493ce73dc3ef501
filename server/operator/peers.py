"""Who is at the other end of a Unix socket, as the kernel says."""

import socket
import struct

_CREDENTIALS = struct.Struct("3i")


def user_of(connection: socket.socket) -> int | None:
    """The user at the other end; None where the kernel does not tell."""
    asked = getattr(socket, "SO_PEERCRED", None)
    if asked is None:
        return None
    _, user, _ = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, asked, _CREDENTIALS.size))
    return int(user)
