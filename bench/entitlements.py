"""Entitlements: requests a second, beside a bare Starlette endpoint with the same body on the same kind of socket."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.figures import Figure, median
from bench.server import running
from bench.terminal import ROOT
from bench.world import World
from contract.entitlements import Entitlement, EntitlementReason

REQUESTS = 1000
TWICE = 2.0
"""The goal: at least half as many a second as the bare endpoint."""


def measure(world: World) -> list[Figure]:
    """Both in turns, on the largest database."""
    data = world.seeded(world.many)
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    with running(world, data, world.many) as server, _bare(world.path("bare")) as bare:
        listed = server.get("/v1/users", limit=200, offset=world.many // 2)["items"]
        paths = [f"/v1/entitlements/{each['email']}" for each in listed]
        for _ in range(world.rounds + 1):
            rates["ours"].append(_rate(server.socket, paths, data.token))
            rates["bare"].append(_rate(bare, paths, data.token))
    ours, peer = median(rates["ours"][1:]), median(rates["bare"][1:])
    versus = f"{ours:,.0f} a second at {world.many:,} users; a bare Starlette endpoint {peer:,.0f}"
    return [Figure("entitlements", "an answer, to a bare endpoint with the same body", peer / ours, "×", TWICE, versus)]


async def _hello(request: Request) -> Response:
    """The least that such an endpoint can do."""
    del request
    answer = Entitlement(entitled=True, reason=EntitlementReason.ACTIVE)
    return Response(answer.model_dump_json(), media_type="application/json")


@contextmanager
def _bare(path: Path) -> Iterator[Path]:
    """The peer, in a thread as ours is."""
    app = Starlette(routes=[Route("/v1/entitlements/{id:path}", _hello)])
    server = uvicorn.Server(uvicorn.Config(app, uds=str(path), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield path
    finally:
        server.should_exit = True
        thread.join()


def _rate(path: Path, targets: list[str], token: str) -> float:
    """Requests a second of one client in a process of its own, which does not share our interpreter's lock."""
    command = [sys.executable, "-m", "bench.entitlements", str(path), token, *targets]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return float(done.stdout)


def ask(path: str, token: str, targets: list[str]) -> float:
    """Requests a second over one connection that is kept, one after the other."""
    heads = [f"GET {each} HTTP/1.1\r\nHost: headcount\r\nAuthorization: Bearer {token}\r\n\r\n" for each in targets]
    requests = [head.encode() for head in heads]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        start = perf_counter()
        for number in range(REQUESTS):
            connection.sendall(requests[number % len(requests)])
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200"), answer
        return REQUESTS / (perf_counter() - start)


if __name__ == "__main__":
    print(ask(sys.argv[1], sys.argv[2], sys.argv[3:]))
