"""`headcount server verify` sees what was changed behind the server's back: column by column, row by row."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from billing_desk import DECLINED, LocalBank, add_users, confirm, get, move
from builders import NOW, make_organisation, running
from sqlalchemy import Connection, Table, create_engine, select, text

from server.operations.verify import findings
from server.store.invoices import digest_of, find
from server.store.tables import invoice_lines, invoices, payments, subscriptions

TABLES = (invoices, invoice_lines, payments)
UNSEEN = {
    "payments.gateway": "which gateway was asked is written down once",
    "payments.created_at": "when it was asked for is written down once; when it was settled is in the history",
    "payments.token_id": "whose token asked says nothing once it is settled: only what waits counts",
    "payments.ask_at": "when a payment is asked for again says nothing once it is settled",
    "payments.invoice_id": "the invoice that a refused payment was for is not in the history",
}
"""Columns that may be changed without anybody noticing, and why."""


async def _change(api: httpx.AsyncClient, **change: Any) -> None:
    quote = (await api.post("/v1/quotes", json=change)).json()
    answer = await confirm(api, quote["id"], quote["id"])
    assert answer.status_code in {200, 402}, answer.text


@pytest.fixture(scope="module", name="books")
def books_kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every kind of line, invoice and payment: credits, renewals, users, refusals."""
    with closing(asyncio.new_event_loop()) as loop:  # the tests' own loop stays theirs
        return loop.run_until_complete(_keep_books(tmp_path_factory.mktemp("books")))


async def _keep_books(folder: Path) -> Path:
    bank = LocalBank()
    async with running(folder, gateway=bank) as server:
        team = make_organisation(server, seats=10, plan="professional", users=6, invoiced=True)
        async with team.client() as api:
            server.clock.move_to(NOW + dt.timedelta(days=15))
            await _change(api, plan="business")
            await add_users(api, 6)
            await _change(api, pay_users="all")
            move(server, NOW + dt.timedelta(days=50))
            bank.plan = [DECLINED]
            await _change(api, seats=20)
            await _change(api, plan="enterprise")
            bank.plan = [DECLINED]
            move(server, NOW + dt.timedelta(days=61))
            await _change(api, pay_overdue=True)
            assert len((await get(api, "/v1/invoices"))["items"]) >= 5
    return folder / "headcount.db"


@contextmanager
def altered(books: Path) -> Iterator[Connection]:
    """A connection whose changes nobody keeps."""
    engine = create_engine(f"sqlite:///{books}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        yield connection
        connection.rollback()
    engine.dispose()


def _other(value: Any) -> Any:
    """Something else of the same kind."""
    if value is None:
        return 7
    if isinstance(value, int):
        return value + 1000
    try:
        return (dt.date.fromisoformat(value) + dt.timedelta(days=1)).isoformat()
    except ValueError:
        return value + "x"


def _seen(books: Path, table: Table, column: str) -> bool:
    """Whether each row's alteration of a column is found."""
    with altered(books) as connection:
        rows = connection.execute(text(f"SELECT rowid AS place, {column} AS value FROM {table.name}")).all()  # noqa: S608
    return all(_found(books, table, column, row.place, _other(row.value)) for row in rows)


def _found(books: Path, table: Table, column: str, place: int, value: Any) -> bool:
    with altered(books) as connection:
        query = text(f"UPDATE {table.name} SET {column} = :value WHERE rowid = :place")  # noqa: S608
        connection.execute(query, {"value": value, "place": place})
        try:
            return bool(list(findings(connection)))
        except (ValueError, KeyError):
            return True


@pytest.mark.parametrize(
    ("table", "column"), [pytest.param(table, each.name, id=str(each)) for table in TABLES for each in table.columns]
)
def test_every_column_is_held_to_its_row(books: Path, table: Table, column: str) -> None:
    """Whatever is changed on any invoice, line or payment is found, but for what is listed here with its reason."""
    assert _seen(books, table, column) is (f"{table.name}.{column}" not in UNSEEN)


def test_nothing_is_found_where_nothing_was_changed(books: Path) -> None:
    """The books as the server left them are in order."""
    with altered(books) as connection:
        assert list(findings(connection)) == []
        assert {row.status for row in connection.execute(select(payments.c.status))} == {"succeeded", "declined"}
        assert connection.execute(text("SELECT count(*) FROM invoice_lines WHERE quantity < 0")).scalar_one() >= 2


@pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])
def test_a_row_that_is_gone_is_missed(books: Path, table: Table) -> None:
    """Any one invoice, line or payment taken out is found."""
    with altered(books) as connection:
        places = list(connection.execute(text(f"SELECT rowid FROM {table.name}")).scalars())  # noqa: S608
    for place in places:
        with altered(books) as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.execute(text(f"DELETE FROM {table.name} WHERE rowid = :place"), {"place": place})  # noqa: S608
            assert list(findings(connection)) != []


def test_an_invoice_and_a_payment_made_up_are_found(books: Path) -> None:
    """A row that adds up in itself but was never issued or settled is found too."""
    with altered(books) as connection:
        row = connection.execute(select(payments).where(payments.c.status == "declined")).first()
        assert row is not None
        made_up = row._asdict() | {"id": "pay_x", "gateway_key": "pay_x", "invoice_id": None}
        connection.execute(payments.insert().values(**made_up))
        assert list(findings(connection)) == ["payment pay_x is declined, which the history does not know"]
    with altered(books) as connection:
        last = connection.execute(select(invoices).order_by(invoices.c.serial.desc())).first()
        assert last is not None
        number = last.number_of_kind + 1
        changed = {"id": "inv_x", "serial": last.serial + 1, "number_of_kind": number, "number": f"INV-{number:05d}"}
        changed |= {"quote_id": None, "status": "void"}
        connection.execute(invoices.insert().values(**last._asdict() | changed))
        lines = connection.execute(select(invoice_lines).where(invoice_lines.c.invoice_id == last.id)).all()
        connection.execute(invoice_lines.insert(), [line._asdict() | {"invoice_id": "inv_x"} for line in lines])
        assert list(findings(connection)) == ["invoice inv_x was never issued"]


@pytest.mark.parametrize("more", [1, -1, 10**6])
def test_a_credit_that_no_invoice_left_is_found(books: Path, more: int) -> None:
    """The credit of a subscription is what its invoices left, to the cent."""
    with altered(books) as connection:
        connection.execute(subscriptions.update().values(credit=subscriptions.c.credit + more))
        assert any("credit" in finding for finding in findings(connection))


def test_a_line_rewritten_so_that_it_adds_up_is_found(books: Path) -> None:
    """Somebody who recomputes every sum of an invoice, its digest included, still has the history against them."""
    with altered(books) as connection:
        row = connection.execute(select(invoices).where(invoices.c.status == "paid")).first()
        assert row is not None
        connection.execute(invoice_lines.update().values(description="Something else"))
        changed = find(connection, row.organisation_id, row.id)
        assert changed is not None
        connection.execute(invoices.update().where(invoices.c.id == row.id).values(digest=digest_of(changed)))
        assert f"invoice {row.id} is not what was issued" in list(findings(connection))
