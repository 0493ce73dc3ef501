"""A long write keeps the event loop waiting for nothing: who wants to write awaits its end, others are answered."""

import ast
import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import NOW

import server
from contract.money import Money
from server.payments.sandbox import SandboxGateway
from server.platform.clock import Clock
from server.store import sqlite
from server.store.database import Database


def _calls_of(coroutine: ast.AsyncFunctionDef) -> Iterator[ast.Attribute]:
    """The methods that a coroutine calls itself: not those that functions inside it call in their own time."""
    waiting: list[ast.AST] = [*coroutine.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func
        waiting += ast.iter_child_nodes(node)


def test_no_coroutine_blocks_the_event_loop_with_a_write() -> None:
    """`Database.write` waits in its place for a long write to end: coroutines use `writing`, all of them."""
    looked_at, wrong = 0, []
    for path in Path(server.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.AsyncFunctionDef) or node.name == "writing":
                continue
            looked_at += 1
            wrong += [
                f"{path.name}: {node.name}"
                for called in _calls_of(node)
                if called.attr == "write" and "database" in ast.unparse(called.value)
            ]
    assert looked_at > 100
    assert wrong == []


@pytest.mark.parametrize("who", ["short write", "gateway"])
async def test_a_short_write_awaits_the_end_of_a_long_one(tmp_path: Path, who: str) -> None:
    """While a write is under way in its thread the loop goes round; the short one is done afterwards."""
    database = Database(f"sqlite:///{tmp_path / 'some.db'}")
    database.open()
    done: list[str] = []
    began, go_on = threading.Event(), threading.Event()

    def long_one(_: object) -> None:
        began.set()
        assert go_on.wait(10)
        done.append("long")

    async def short_one() -> None:
        if who == "gateway":
            await SandboxGateway(database, Clock(source=lambda: NOW)).charge("pay_1", Money(amount=100, currency="EUR"))
        else:
            async with database.writing() as connection:
                connection.exec_driver_sql("PRAGMA user_version = 1")
        done.append("short")

    long_task = asyncio.create_task(database.write_aside(long_one))
    await asyncio.to_thread(began.wait, 10)
    short_task = asyncio.create_task(short_one())
    for _ in range(10):
        await asyncio.sleep(0)
    assert done == []
    go_on.set()
    await asyncio.gather(long_task, short_task)
    assert done == ["long", "short"]
    database.close()


def test_connections_keep_few_pages(tmp_path: Path) -> None:
    """What a connection may keep of the file is a matter of a few MiB, however many connections there are."""
    engine = sqlite.make_engine(tmp_path / "some.db")
    with engine.connect() as connection:
        kept = [-connection.exec_driver_sql("PRAGMA cache_size").scalar_one()]
    engine.dispose()
    reader = sqlite.Reader(tmp_path / "some.db")
    with reader.read() as connection:
        kept.append(-connection.exec_driver_sql("PRAGMA cache_size").scalar_one())
    reader.close()
    assert kept == [sqlite.WRITER_CACHE, sqlite.READER_CACHE]
    assert kept[0] + 3 * kept[1] <= 32 << 10
