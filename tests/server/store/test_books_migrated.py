"""A database from before there were grants and credit notes: what was never invoiced was granted, numbers stay."""

import pytest
from sqlalchemy import Connection

from server.store import schema, sqlite


def put(connection: Connection, table: str, **values: object) -> None:
    """A row, with something in every column that has to have something."""
    info = connection.exec_driver_sql(f"PRAGMA table_info('{table}')").all()
    needed = {row.name: 1 if "INT" in row.type else "x" for row in info if row.notnull and row.dflt_value is None}
    found = {**needed, **values}
    names, marks = ", ".join(found), ", ".join("?" for _ in found)
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(found.values()))  # noqa: S608


NOVEMBER = {"period_start": "2026-11-01", "period_end": "2026-12-01"}


@pytest.mark.parametrize(("price", "paid", "granted"), [(600, 2, 3), (600, 5, 0), (600, 0, 5), (None, 0, 0)])
def test_what_was_never_invoiced_was_granted(price: int | None, paid: int, granted: int) -> None:
    """Five seats, of which two were bought: three were founded; an invoice keeps its number, and the next counts on."""
    engine = sqlite.make_engine(None)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    schema.run_migrations(engine, "0016")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        put(connection, "organisations", id="org_1", name_key="a")
        put(connection, "accounts", id="acc_1", email="a", email_key="a")
        ids = {"organisation_id": "org_1", "owner_account_id": "acc_1"}
        put(connection, "subscriptions", id="sub_1", **ids, **NOVEMBER, seats=5, high_water=5, unit_price=price)
        of = {"organisation_id": "org_1", "subscription_id": "sub_1", "net": 0, "tax": 0, "total": 0}
        put(connection, "invoices", id="inv_1", serial=1, number="INV-00001", status="paid", **of)
        put(connection, "invoices", id="inv_2", serial=2, number="INV-00002", status="void", **of)
        for invoice, quantity in (("inv_1", paid), ("inv_2", 9)):
            put(connection, "invoice_lines", invoice_id=invoice, quantity=quantity, unit_price=600, **NOVEMBER)
    schema.run_migrations(engine)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT granted_seats FROM subscriptions").scalar() == granted
        rows = connection.exec_driver_sql("SELECT kind, number, number_of_kind FROM invoices ORDER BY serial").all()
        assert [tuple(row) for row in rows] == [("invoice", "INV-00001", 1), ("invoice", "INV-00002", 2)]
    engine.dispose()
