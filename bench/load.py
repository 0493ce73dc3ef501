"""Many connections at once against a server, from a process of its own: `python -m bench.load SOCKET < requests`.

Reads one JSON list of requests (each the bytes of a whole HTTP request, as text) from standard input, shares them among
`CONNECTIONS`, and prints requests a second and the 99th percentile in milliseconds.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

CONNECTIONS = 32


async def load(socket: str, requests: list[str]) -> dict[str, float]:
    """Send them all; every answer has to be a success."""
    waiting = iter(requests)
    times: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_connection(socket, waiting, times) for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    return {"per second": len(times) / took, "p99": sorted(times)[len(times) * 99 // 100] * 1000}


async def _connection(socket: str, waiting: Iterator[str], times: list[float]) -> None:
    reader, writer = await asyncio.open_unix_connection(socket)
    for request in waiting:
        began = time.perf_counter()
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise OSError(head.decode() + (await reader.read(500)).decode())
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(sys.argv[1], json.load(sys.stdin)))))
