"""Many rows in one go are the same rows as one by one."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, update

from server.store.bulk import FEW, TOGETHER, execute_many
from server.store.database import Database
from server.store.tables import accounts

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, TOGETHER, TOGETHER + 1, 500])
def test_rows_are_converted_and_written_once(tmp_path: Path, count: int) -> None:
    """An insert and an update with a literal beside its parameters write every value as its column says."""
    database = Database(f"sqlite:///{tmp_path / 'bulk.db'}")
    database.open()
    try:
        with database.write() as connection:
            rows = [
                {"id": f"acc_{n}", "email": f"{n}@x.example", "email_key": str(n), "created_at": NOW}
                for n in range(count)
            ]
            execute_many(connection, insert(accounts), rows)
            statement = update(accounts).where(accounts.c.id == bindparam("row"))
            statement = statement.values(position="the same", first_name=bindparam("new"), created_at=bindparam("at"))
            later = NOW + dt.timedelta(days=1)
            execute_many(
                connection, statement, [{"row": row["id"], "new": f"N{row['id']}", "at": later} for row in rows]
            )
        with database.read() as connection:
            found = connection.execute(select(accounts).order_by(accounts.c.created_at)).all()
            assert len(found) == count
            for row in found:
                assert (row.first_name, row.position, row.created_at) == (f"N{row.id}", "the same", later)
    finally:
        database.close()
