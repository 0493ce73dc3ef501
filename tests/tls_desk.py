"""Servers with certificates that are good, or wrong in one way each.

The certificates in `tests/data/tls` are made for this: signed by `authority.pem` but for the self-signed one.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client_desk import me

TLS = Path(__file__).parent / "data" / "tls"
ANSWER = me().model_dump_json().encode()
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)


@contextlib.asynccontextmanager
async def serving(certificate: str, *, asks_for_ours: bool = False) -> AsyncIterator[str]:
    """The address of a server with one of the certificates, which answers every call with who one is.

    In threads, as a server on asyncio ends a handshake without saying why.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)
    if asks_for_ours:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(TLS / "authority.pem")

    def converse(connection: socket.socket) -> None:
        connection.settimeout(10)
        with (
            contextlib.suppress(OSError),
            context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured,
        ):
            try:
                secured.do_handshake()
            except ssl.SSLError:
                _read_on(secured)
                raise
            while secured.recv(4096):
                secured.sendall(GOOD)

    def accept() -> None:
        with contextlib.suppress(OSError), ThreadPoolExecutor() as pool:
            while True:
                pool.submit(converse, listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = asyncio.create_task(asyncio.to_thread(accept))
        try:
            yield f"https://localhost:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            await accepting


def _read_on(secured: ssl.SSLSocket) -> None:
    """Take what the other side still sends, as a close with unread bytes would take back why the handshake failed."""
    secured.shutdown(socket.SHUT_WR)
    while socket.socket.recv(secured, 4096):
        pass
