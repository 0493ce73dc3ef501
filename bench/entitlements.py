"""Entitlements: what an answer costs, beside a bare Starlette endpoint with the same body on a socket of its kind."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

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
"""The goal: at least half as many answers in the same time as the bare endpoint gives."""


def measure(world: World) -> list[Figure]:
    """Both in turns, on the largest database."""
    data = world.seeded(world.many)
    costs: dict[str, list[Cost]] = {"ours": [], "bare": []}
    with running(world, data, world.many) as server, _bare(world.path("bare")) as (bare, thread):
        listed = server.get("/v1/users", limit=200, offset=world.many // 2)["items"]
        paths = [f"/v1/entitlements/{each['email']}" for each in listed]
        for _ in range(world.rounds + 1):
            costs["ours"].append(_cost(server.socket, server.thread, paths, data.token))
            costs["bare"].append(_cost(bare, thread, paths, data.token))
    ours, peer = (_typical(costs[name][1:]) for name in ("ours", "bare"))
    versus = f"{ours.work * 1e6:,.0f} µs at {world.many:,} users; a bare Starlette endpoint {peer.work * 1e6:,.0f} µs"
    asked = f"{ours.rate:,.0f} a second over one connection; a bare Starlette endpoint {peer.rate:,.0f}"
    return [
        _figure("processor time of an answer, to a bare endpoint with the same body", ours.work / peer.work, versus),
        _figure("time of an answer to one client, to the same", peer.rate / ours.rate, asked),
    ]


def _figure(name: str, ratio: float, beside: str) -> Figure:
    return Figure("entitlements", name, ratio, "×", TWICE, beside)


class Cost(NamedTuple):
    """What answers cost: answers a second to one client, and seconds of work of the server's thread for each."""

    rate: float
    work: float


def _typical(costs: list[Cost]) -> Cost:
    return Cost(median([each.rate for each in costs]), median([each.work for each in costs]))


async def _hello(request: Request) -> Response:
    """The least that such an endpoint can do."""
    del request
    answer = Entitlement(entitled=True, reason=EntitlementReason.ACTIVE)
    return Response(answer.model_dump_json(), media_type="application/json")


@contextmanager
def _bare(path: Path) -> Iterator[tuple[Path, int]]:
    """The peer, in a thread as ours is: its socket and its thread."""
    app = Starlette(routes=[Route("/v1/entitlements/{id:path}", _hello)])
    server = uvicorn.Server(uvicorn.Config(app, uds=str(path), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield path, thread.ident or 0
    finally:
        server.should_exit = True
        thread.join()


def _cost(path: Path, thread: int, targets: list[str], token: str) -> Cost:
    """Asked by one client in a process of its own, which does not share our interpreter's lock."""
    clock = time.pthread_getcpuclockid(thread)
    before = time.clock_gettime(clock)
    command = [sys.executable, "-m", "bench.entitlements", str(path), token, *targets]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return Cost(float(done.stdout), (time.clock_gettime(clock) - before) / REQUESTS)


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
