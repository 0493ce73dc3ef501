"""A walk over every call with the largest and the oddest that its limits allow, from every kind of caller.

Meanwhile another client (`bench.watching`) asks for `/healthz` and a page of users. What takes longest is asked again,
up to `ROUNDS` times (what does something, `DEED_ROUNDS` times, each time with other people), and the shortest of the
longest waits counts: a busy machine makes everybody wait now and then. How long others wait when nothing is asked, and
the machine's load, are told beside it. With `--quick` only an owner and nobody ask.
"""

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from bench.applicants import add_applicants
from bench.figures import Figure
from bench.terminal import ROOT, environment
from bench.world import MANY as MANY_USERS
from bench.world import Data, Place, World
from contract.operation import MOST_HEADER_LINES, MOST_HEADERS, MOST_TARGET, Operation
from contract.operations import BATCH_USERS, CREATE_QUOTE, DECIDE_TRANSFERS, OPERATIONS, PLAN_IMPORT, STREAM_EVENTS
from contract.people import Role

GROUP = "bounds"
MOST_WAIT = 60
MOST_MEMORY = 200
ROUNDS = 5
DEED_ROUNDS = 3
IDLE = 5.0
"""Seconds in which nothing is asked."""
MANY = 10_000
BOUNDARY = "bench"
ID = "usr_AAAAAAAAAAAAAAAAAAAA"


_NUMBERS = itertools.count()


class Attack(NamedTuple):
    """One request: `chunked` sends the body without saying how long it is.

    `deed` makes the body of each round, of a request that has to succeed.
    """

    name: str
    operation: Operation
    body: bytes = b""
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    chunked: bool = False
    deed: Callable[[int], bytes] | None = None

    def sent(self, token: str) -> Iterator[bytes]:
        """The request, in pieces."""
        path = self.operation.path.replace("{id}", ID)
        lines = [f"{self.operation.method} {path}{self.query} HTTP/1.1", "Host: headcount", "Connection: close"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not any(name == "Content-Type" for name, _ in self.headers):
            lines.append("Content-Type: application/json")
        if not any(name == "Idempotency-Key" for name, _ in self.headers):
            lines.append(f"Idempotency-Key: bench-{next(_NUMBERS)}")
        lines.append("Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {len(self.body)}")
        yield ("\r\n".join(lines) + "\r\n\r\n").encode()
        if not self.chunked:
            yield self.body
            return
        for start in range(0, len(self.body), 1 << 16):
            piece = self.body[start : start + (1 << 16)]
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        yield b"0\r\n\r\n"


def measure(world: World) -> list[Figure]:
    """All figures of this group."""
    data = world.sample()
    callers = _callers(data)
    if world.many < MANY_USERS:
        callers = {name: callers[name] for name in ("nobody", Role.OWNER.value)}
    requests = add_applicants(data.file, MANY * DEED_ROUNDS)
    found: dict[str, float] = {}
    sent, left = 0, 0
    with world.server(data) as place, _watching(place) as watch, _peak(place) as memory:
        watch()
        time.sleep(IDLE)
        idle = watch()
        for name, tokens, attack in _walk(callers, place.token, requests):
            if time.monotonic() > world.until:
                left += 1
                continue
            for token in tokens:
                found[name] = max(found.get(name, 0.0), _longest(place, attack, token, watch))
                sent += 1
            if found[name] > MOST_WAIT:
                told = f"  {name}: {found[name]:.0f} ms; memory {memory[0]:.0f} MiB; load {os.getloadavg()[0]:.1f}"
                print(told, file=sys.stderr, flush=True)
        watch()
        time.sleep(IDLE)
        idle = max(idle, watch())
    worst = sorted(found, key=lambda name: -found[name])
    told = ", ".join(f"{name} {found[name]:.0f}" for name in worst[:5])
    kinds = f"{len(found):,} of {len(found) + left:,}" if left else f"{len(found):,}"
    beside = (
        f"{kinds} kinds of requests, {len(callers)} kinds of callers, {sent:,} sent; "
        f"nothing asked {idle:.0f} ms; load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores; most: {told}"
    )
    late = sum(found[name] > MOST_WAIT for name in found)
    return [
        Figure(GROUP, "longest others wait, any call at its limits", found[worst[0]], "ms", MOST_WAIT, beside),
        Figure(GROUP, "requests that keep others waiting longer than that", late, "", 0, ""),
        Figure(
            GROUP,
            "memory of the server, any call at its limits",
            memory[0],
            "MiB",
            MOST_MEMORY,
            "looked at 50 times a second",
        ),
    ]


def _walk(callers: dict[str, str], owner: str, requests: list[str]) -> Iterator[tuple[str, list[str], Attack]]:
    """What is sent by whom: what does something by the owner alone, what is refused by everybody."""
    everybody = list(callers.values())
    for attack in _deeds(requests):
        yield f"{attack.operation.name}: {attack.name}", [owner], attack
    for operation in OPERATIONS:
        for attack in _attacks(operation):
            yield f"{operation.name}: {attack.name}", everybody, attack


def _attacks(operation: Operation) -> Iterator[Attack]:
    name = next(iter(operation.query.model_fields)) if operation.query else "a"
    for query in ("a", f"{name}=1", "a=%00", f"{name}=%F0%9F%98%80"):
        yield Attack(
            f"query of {query}", operation, query="?" + "&".join([query] * (MOST_TARGET // (len(query) + 1) - 20))
        )
    yield Attack("query at the limit", operation, query=f"?{name}=" + "%20" * 5000)
    yield Attack("query beyond it", operation, query="?" + "a&" * 30_000)
    lines = tuple((f"x-{number}", "a") for number in range(MOST_HEADER_LINES - 8))
    yield Attack("many headers", operation, headers=lines)
    long = MOST_HEADERS - 600
    for header, value in (
        ("If-Match", '"1",' * (long // 4)),
        ("Cookie", "a=b;" * (long // 4)),
        ("If-None-Match", " " * 9 + '"' * long),
    ):
        yield Attack(f"long {header}", operation, headers=((header, value),))
    yield Attack("long Idempotency-Key", operation, headers=(("Idempotency-Key", "k" * long),))
    yield Attack(
        "long Content-Type", operation, headers=(("Content-Type", "application/json;" + "a=b;" * (long // 4)),)
    )
    if operation is STREAM_EVENTS:
        yield Attack("long Last-Event-ID", operation, headers=(("Last-Event-ID", "evt_" + "1" * long),))
    if operation.method != "GET" and not operation.upload:
        yield from _bodies(operation)


def _bodies(operation: Operation) -> Iterator[Attack]:
    most = operation.most_bytes
    yield Attack("blanks", operation, b"{" + b" " * (most - 2) + b"}")
    yield Attack("unknown keys", operation, b"{" + b",".join(b'"%x":1' % n for n in range(most // 11)) + b"}")
    yield Attack("depth", operation, b'{"a":' + b"[" * (most - 10))
    yield Attack("one long key", operation, b'{"' + b"\\" * (most - 10) + b'":1}')
    yield Attack("beyond the limit, announced", operation, b"{" + b" " * most + b"}")
    yield Attack("beyond the limit, in pieces", operation, b"{" + b" " * most * 2 + b"}", chunked=True)
    for name, field in operation.body.model_fields.items() if operation.body else ():
        for item in ("[]", "1", '{"a":[]}', '"a"', '{"email":"a@b.example","position":"' + "x" * 200 + '"}'):
            begin = f'{{"{name}":['.encode()
            yield Attack(
                f"{name} of {item[:20]}",
                operation,
                begin + b",".join([item.encode()] * ((most - 40) // (len(item) + 1))) + b"]}",
            )
        if _is_list(field.annotation):
            yield Attack(f"{name} of ids", operation, _ids(name, ID[:-5]))
        yield Attack(
            f"{name} of keys",
            operation,
            f'{{"{name}":{{'.encode() + b",".join(b'"%x":1' % n for n in range(most // 12)) + b"}}",
        )
        yield Attack(f"long {name}", operation, f'{{"{name}":"'.encode() + b"\\u0041" * ((most - 40) // 6) + b'"}')


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_is_list, get_args(annotation)))


def _ids(name: str, prefix: str) -> bytes:
    return f'{{"{name}":['.encode() + b",".join(b'"%s%05d"' % (prefix.encode(), n) for n in range(MANY)) + b"]}"


def _deeds(requests: list[str]) -> Iterator[Attack]:
    """The largest that is allowed and does something."""

    def people(number: int) -> bytes:
        person = b'{"email":"new.%05d@many%d.example","first_name":"Ann %d","last_name":"Many"}'
        return b",".join(person % (n, number, n) for n in range(MANY))

    def named(number: int) -> bytes:
        some = requests[number * MANY : (number + 1) * MANY]
        return ",".join(f'{{"id":"{each}","version":1}}' for each in some).encode()

    yield Attack(f"add {MANY:,}", BATCH_USERS, deed=lambda number: b'{"add":[' + people(number) + b"]}")
    yield Attack(f"add {MANY:,} again", BATCH_USERS, deed=lambda _: b'{"add":[' + people(0) + b"]}")
    yield Attack(
        f"add {MANY:,} again, all or none", BATCH_USERS, deed=lambda _: b'{"mode":"atomic","add":[' + people(0) + b"]}"
    )
    yield Attack("pay for all", CREATE_QUOTE, deed=lambda _: b'{"pay_users":"all"}')
    yield Attack(f"accept {MANY:,}", DECIDE_TRANSFERS, deed=lambda number: b'{"accept":[' + named(number) + b"]}")
    yield Attack(f"accept {MANY:,} again", DECIDE_TRANSFERS, deed=lambda _: b'{"accept":[' + named(0) + b"]}")
    for name, file in _files():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'.encode()
        media = (("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),)
        yield Attack(name, PLAN_IMPORT, head + file + f"\r\n--{BOUNDARY}--\r\n".encode(), headers=media)
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a{{}}"\r\n\r\n\r\n'
    parts = "".join(part.format(n) for n in range(MANY)).encode()
    yield Attack("form of many parts", PLAN_IMPORT, parts, headers=media)
    lines = f"--{BOUNDARY}\r\n".encode() + b"".join(b"x-%d: a\r\n" % n for n in range(50_000))
    yield Attack("form of many headers", PLAN_IMPORT, lines, headers=media)
    yield Attack(
        "form of one long header", PLAN_IMPORT, f"--{BOUNDARY}\r\nx: ".encode() + b"a" * (8 << 20), headers=media
    )


def _files() -> Iterator[tuple[str, bytes]]:
    yield "file of 100,000 columns", b"email" + b",a" * 100_000 + b"\na@b.example" + b",b" * 100_000 + b"\n"
    yield "file of one line", b"a" * (31 << 20)
    yield "file of delimiters", (b",;\t|" * 16_000 + b"\n") * 480
    yield "file of quotation marks", b"email,name\n" + b'"' * (16 << 20)
    yield "file of open quotation marks", b"email,name\n" + b'"a\n' * 4_000_000
    yield "file of blank lines", b"\n" * (31 << 20)
    yield "file of short rows", b"email\n" + b"a\n" * 200_000
    yield (
        "file of addresses",
        b"email,first_name,last_name\n" + b"".join(b"p.%d@many.example,Ann,Many\n" % n for n in range(100_000)),
    )


def _callers(data: Data) -> dict[str, str]:
    """A token of every role there is, a wrong one, and none."""
    from server.catalogue import default_catalogue  # noqa: F401 - the store's types are ready with it
    from server.operations.provisioning import give_token
    from server.platform.clock import Clock
    from server.store import organisations
    from server.store.database import Database

    database, now = Database(f"sqlite:///{data.file}"), Clock().now()
    database.open()
    callers = {"nobody": "", "a wrong token": "hc_" + "x" * 70}
    with closing(database), database.write() as connection:
        found = connection.exec_driver_sql("SELECT organisation_id FROM subscriptions ORDER BY created_at, id")
        newest: str = found.scalars().all()[0]
        for role in Role:
            address = f"{role.value}@bench.example"
            account = organisations.add_account(connection, email=address, email_key=address, now=now)
            organisations.add_member(
                connection, organisation_id=newest, account_id=account, role=role, now=now, spending_limit=0
            )
            callers[role.value] = give_token(connection, newest, account, now)
    return callers


def _longest(place: Place, attack: Attack, token: str, watch: Any) -> float:
    """The shortest of the longest waits."""
    longest = MOST_WAIT + 1.0
    for number in range(DEED_ROUNDS if attack.deed else ROUNDS):
        each = attack._replace(body=attack.deed(number)) if attack.deed else attack
        watch()
        status = _send(place.socket, each, token)
        if attack.deed and status not in {b"200", b"201"}:
            message = f"{attack.name} was to be done, and was answered {status!r}"
            raise OSError(message)
        longest = min(longest, watch()) if number else watch()
        if longest <= MOST_WAIT:
            break
    return longest


@contextmanager
def _peak(place: Place) -> Iterator[list[float]]:
    """The most memory that the server has, in MiB, as a list of one."""
    most, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], place.memory() / (1 << 20))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    yield most
    over.set()
    looking.join()


def _send(path: Path, attack: Attack, token: str) -> bytes:
    """Send it, and wait for the end of the answer, of which the status is told; a stream is left."""
    begin = b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(120)
        connection.connect(str(path))
        with suppress(BrokenPipeError, ConnectionResetError):
            for piece in attack.sent(token):
                connection.sendall(piece)
        with suppress(ConnectionResetError):
            while piece := connection.recv(1 << 16):
                begin = begin or piece[:12]
                if attack.operation.stream:
                    break
    return begin[9:12]


@contextmanager
def _watching(place: Place) -> Iterator[Any]:
    """The longest wait since it was asked last."""
    command = [sys.executable, "-m", "bench.watching", str(place.socket), place.token]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment({}), cwd=ROOT
    ) as process:
        sent, told = process.stdin, process.stdout
        assert sent is not None
        assert told is not None

        def longest() -> float:
            sent.write("\n")
            sent.flush()
            return float(told.readline())

        yield longest
        sent.close()
