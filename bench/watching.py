"""Another client, in a process of its own: `python -m bench.watching SOCKET TOKEN`.

It asks for `/healthz` and a page of users in turns, over one connection, for as long as it runs. For every line on
standard input it prints the longest wait since the last one, in milliseconds.
"""

import http.client
import select
import socket
import sys
import time

ASKED = ("/healthz", "/v1/users?limit=50")
PAUSE = 0.002


class _Local(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("headcount", timeout=120)
        self._path = path

    def connect(self) -> None:
        """Called when the first request is sent."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def main(path: str, token: str) -> None:
    """Ask until standard input ends."""
    connection, longest, number = _Local(path), 0.0, 0
    headers = {"Authorization": f"Bearer {token}"}
    while True:
        began = time.perf_counter()
        connection.request("GET", ASKED[number % len(ASKED)], headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise OSError(answer.status)
        longest = max(longest, time.perf_counter() - began)
        number += 1
        if select.select([sys.stdin], [], [], PAUSE)[0]:
            if not sys.stdin.readline():
                return
            print(f"{longest * 1000:.1f}", flush=True)
            longest = 0.0


if __name__ == "__main__":
    main(*sys.argv[1:])
