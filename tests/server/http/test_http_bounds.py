"""One request does not stop the server for others: what it may hold is bounded, and long work is done in steps.

Work is counted here (items, characters, comparisons, rows), never time; `python -m bench bounds` measures the waiting.
"""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from builders import Team, add_users, make_organisation, running

from contract.mailbox import email_key
from contract.operation import MOST_HEADER_LINES, MOST_HEADERS, MOST_TARGET, SMALL_BODY, Operation
from contract.operations import BATCH_USERS, OPERATIONS
from contract.profile import ProfileChanges
from contract.quotes import Change
from contract.selections import NewSelection
from contract.transfers import Decisions
from contract.users import MAX_BATCH, UserBatch
from server.http import bodies, reading
from server.http.problems import LONGEST_PART, MAX_ERRORS, ServerProblem
from server.platform import text
from server.store import users

JSON = {"Content-Type": "application/json"}
LARGEST_REFUSAL = 64 * 1024


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """One organisation with a few users."""
    async with running(tmp_path) as server:
        yield make_organisation(server, users=3, seats=5)


def steps_of(raw: bytes, model: Any) -> tuple[Any, list[int]]:
    """What a body is, or why it is refused, and how many items were read between two turns of others."""
    steps, taken = reading.read(raw, model), []
    try:
        while True:
            taken.append(next(steps))
    except StopIteration as end:
        return end.value, taken
    except ServerProblem as problem:
        return problem, taken


class Counted(str):
    """A text that counts how often it is compared."""

    __slots__ = ()
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        Counted.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
async def test_every_call_refuses_what_is_larger_than_it_needs(team: Team, operation: Operation) -> None:
    """Address, headers and body have a limit at every call; the refusal has its code, its limit, and is short."""
    path = operation.path.replace("{id}", "usr_A")
    async with team.client(**JSON) as api:
        long = await api.request(operation.method, path, params={"a": "x" * MOST_TARGET})
        assert (long.status_code, long.json()["code"]) == (414, "address_too_long")
        wide = await api.request(operation.method, path, headers={"X-Wide": "x" * MOST_HEADERS})
        assert (wide.status_code, wide.json()["code"]) == (431, "headers_too_large")
        lines = await api.request(operation.method, path, headers={f"X-{n}": "" for n in range(MOST_HEADER_LINES)})
        assert lines.json()["code"] == "headers_too_large"
        refusals = [long, wide, lines]
        if operation.method != "GET" and not operation.upload:
            large = await api.request(operation.method, path, content=b" " * (operation.most_bytes + 1))
            assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
            assert str(operation.most_bytes) in large.json()["detail"]
            keys = b"{" + b",".join(b'"%s%d":1' % (b"k" * 300, n) for n in range(operation.most_bytes // 320)) + b"}"
            refusals += [large, await api.request(operation.method, path, content=keys)]
        assert all(len(answer.content) < LARGEST_REFUSAL for answer in refusals)


def test_small_calls_take_small_bodies() -> None:
    """Only files and lists of thousands may be larger than 64 KiB, and a batch is the largest of these."""
    large = {each.name for each in OPERATIONS if each.most_bytes > SMALL_BODY}
    assert large == {
        "add_members_to_subscription",
        "batch_users",
        "create_quote",
        "decide_transfers",
        "plan_import",
        "select_users",
        "send_import_transfers",
    }
    assert max(each.most_bytes for each in OPERATIONS if not each.upload) == BATCH_USERS.most_bytes


async def test_parameters_are_counted_before_they_are_read(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query string of thousands of names is refused without being taken apart."""
    read: list[bytes] = []

    def parse(given: bytes, **_: Any) -> list[tuple[str, str]]:
        read.append(given)
        return []

    monkeypatch.setattr(bodies, "parse_qsl", parse)
    async with team.client() as api:
        answer = await api.get("/v1/me?" + "&".join(["a"] * 8000))
    assert (answer.status_code, answer.json()["detail"], read) == (422, "At most 100 parameters.", [])


def test_doubled_parameters_are_found_with_one_comparison_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing every name with every other grows with the square of their number: counted are comparisons."""
    names = [(Counted(f"n{number // 2}"), "1") for number in range(bodies.MAX_PARAMETERS)]
    monkeypatch.setattr(bodies, "parse_qsl", lambda *_, **__: names)
    Counted.comparisons = 0
    with pytest.raises(ServerProblem) as refused:
        bodies.parse_query(b"", None)
    assert len(refused.value.errors) == bodies.MAX_PARAMETERS // 2
    assert Counted.comparisons <= 4 * bodies.MAX_PARAMETERS


ODD = {
    "items that are none": (UserBatch, '{"add":[%s]}', "[]"),
    "wrong items": (UserBatch, '{"add":[%s]}', '{"a":[]}'),
    "ids that are none": (UserBatch, '{"remove":[%s]}', "1"),
    "unknown keys": (ProfileChanges, "{%s}", '"k%d":1'),
    "decisions without versions": (Decisions, '{"accept":[%s]}', '{"id":"trf_a"}'),
    "exceptions": (NewSelection, '{"filter":{},"exceptions":[%s]}', "null"),
    "users to pay": (Change, '{"pay_users":[%s]}', "{}"),
}


@pytest.mark.parametrize(("model", "whole", "item"), ODD.values(), ids=ODD.keys())
def test_reading_ends_with_the_hundredth_error(
    model: Any, whole: str, item: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of half a million things that are wrong, a hundred are looked at: values are counted, not their time."""
    looked_at = 0
    value = reading._Reader._value

    def counted(self: Any) -> Any:
        nonlocal looked_at
        looked_at += 1
        return value(self)

    monkeypatch.setattr(reading._Reader, "_value", counted)
    items = (item % number if "%d" in item else item for number in range(200_000))
    problem, _ = steps_of((whole % ",".join(items)).encode(), model)
    assert problem.code == "validation_failed"
    assert len(problem.errors) == MAX_ERRORS
    assert looked_at <= 2 * MAX_ERRORS + 5


def test_a_batch_is_read_in_steps_and_once() -> None:
    """Ten thousand users are read two hundred at a time, long ones fewer: the most items between two turns."""
    people = [{"email": f"p{number}@a.example", "first_name": "x" * 150} for number in range(MAX_BATCH)]
    batch, steps = steps_of(json.dumps({"mode": "atomic", "add": people}).encode(), UserBatch)
    assert len(batch.add) == MAX_BATCH
    assert batch.mode.value == "atomic"
    assert max(steps) <= reading.ITEMS_AT_ONCE
    assert sum(steps) >= MAX_BATCH - reading.ITEMS_AT_ONCE
    long = [{"email": f"p{number}@a.example", "position": "\U0001f600" * 200} for number in range(1000)]
    _, steps = steps_of(json.dumps({"add": long}).encode(), UserBatch)
    assert max(steps) <= reading.TEXT_AT_ONCE // 2400 + 1


def test_a_list_ends_at_its_limit() -> None:
    """The item after the last that may be there is not looked at."""
    problem, steps = steps_of(b'{"remove":[' + b",".join([b'"usr_A"'] * (MAX_BATCH + 1)) + b",oops", UserBatch)
    assert [(each.pointer, each.code) for each in problem.errors] == [("/remove", "too_long")]
    assert sum(steps) <= MAX_BATCH


ENDLESS = {
    "value": b'{"mode":"' + b"x" * 500_000,
    "item": b'{"add":[{"email":"' + b"x" * 500_000,
    "key": b'{"' + b"x" * 500_000,
    "number": b'{"a":' + b"1" * 500_000,
    "blanks": b"{" + b" " * 500_000 + b"}",
    "deep": b'{"a":' + b"[" * 500_000,
}


@pytest.mark.parametrize("raw", ENDLESS.values(), ids=ENDLESS.keys())
def test_no_value_is_endless(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a value without end the decoder is given no more than a value may be long: counted are characters."""
    given: list[int] = []
    decoder = reading._DECODER

    class Watched:
        def raw_decode(self, text: str) -> tuple[Any, int]:
            given.append(len(text))
            return decoder.raw_decode(text)

    monkeypatch.setattr(reading, "_DECODER", Watched())
    problem, _ = steps_of(raw, UserBatch)
    assert problem.code == "bad_request"
    assert sum(given) <= 3 * reading.MOST_VALUE


def test_refusals_do_not_repeat_what_was_sent() -> None:
    """A key of any length is cut in its pointer and in the sentence."""
    problem, _ = steps_of(b'{"' + b"k" * 10_000 + b'":1}', ProfileChanges)
    assert len(problem.errors[0].pointer) == 1 + LONGEST_PART
    assert len(problem.detail) < 2 * LONGEST_PART


@pytest.mark.parametrize("role", ["nobody", "viewer"])
async def test_who_may_not_is_refused_before_the_body_is_read(team: Team, role: str) -> None:
    """Token and role are looked at first: of a body of megabytes nothing is taken."""
    from contract.people import Role

    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield b" " * 1000

    token = "" if role == "nobody" else team.token_of(Role.VIEWER)
    async with team.server.client(token, **JSON) as api:
        answer = await api.post("/v1/users/batch", content=body())
    assert answer.status_code in {401, 403}
    assert taken <= 1


async def test_others_are_answered_while_a_batch_is_done(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long write runs beside the event loop; who reads meanwhile sees what was there before, who writes waits."""
    loop = asyncio.get_running_loop()
    began, go_on = asyncio.Event(), asyncio.Event()
    add = users.add

    def held(connection: Any, rows: Any) -> None:
        add(connection, rows)
        if len(rows) > 1:
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)

    monkeypatch.setattr(users, "add", held)
    people = [{"email": f"p{number}@a.example", "first_name": "Somebody"} for number in range(100)]
    async with team.client() as api:
        batch = asyncio.create_task(api.post("/v1/users/batch", json={"add": people}))
        await began.wait()
        assert (await api.get("/v1/users?count=true")).json()["total"] == 3
        assert (await api.get("/healthz")).status_code == 200
        single = asyncio.create_task(api.post("/v1/users", json={"email": "single@a.example"}))
        await asyncio.sleep(0.01)
        assert not single.done()
        go_on.set()
        assert (await batch).json()["done"] == 100
        assert (await single).status_code == 201
        assert (await api.get("/v1/users?count=true")).json()["total"] == 104


async def test_a_long_write_that_fails_leaves_nothing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in the thread undoes the whole transaction, and the next write goes on as usual."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    people = [{"email": f"p{number}@a.example", "first_name": "Somebody"} for number in range(100)]
    async with team.client() as api:
        with monkeypatch.context() as patched:
            patched.setattr(users, "add", broken)
            assert (await api.post("/v1/users/batch", json={"add": people})).status_code == 500
        assert (await api.get("/v1/users?count=true")).json()["total"] == 3
        assert (await api.post("/v1/users/batch", json={"add": people})).json()["done"] == 100


async def test_a_long_answer_is_whole(team: Team) -> None:
    """A list of more than five hundred results is written item by item, and nothing of it is missing."""
    listed = add_users(team, 700, start=10)
    async with team.client() as api:
        report = (await api.post("/v1/users/batch", json={"remove": [each.id for each in listed]})).json()
    assert (report["done"], report["failed"]) == (700, 0)
    assert [each["user"]["id"] for each in report["results"]] == [each.id for each in listed]


def test_marks_are_put_in_order_a_hundred_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordering the marks behind a letter takes the square of their number: counted are characters at once."""
    longest = 0
    normalize = unicodedata.normalize

    def counted(form: Any, value: str) -> str:
        nonlocal longest
        longest = max(longest, len(value))
        return normalize(form, value)

    monkeypatch.setattr("server.platform.text.unicodedata.normalize", counted)
    assert text.fold("é" + "\u0301\u0316" * 16_000 + "Ö") == "eo"
    assert email_key("a@" + "ü" * 30_000 + ".example") is None
    assert longest <= 254
