"""A database from before the directory: everybody is in it after the migration."""

from sqlalchemy import text

from server.store import schema, sqlite


def test_who_was_a_member_before_is_in_the_directory() -> None:
    """Names are folded, the search index is written, and a later member joins them."""
    engine = sqlite.make_engine(None)
    schema.run_migrations(engine, "0005")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisations (id, name, name_key, created_at) VALUES ('org_1', 'A', 'a', 0)"
        )
        for number, (first, position) in enumerate([("Žofie", "Großhändlerin"), ("", "")], 1):
            connection.exec_driver_sql(
                "INSERT INTO accounts (id, email, email_key, first_name, position, created_at)"
                " VALUES (?, ?, ?, ?, ?, 0)",
                (f"acc_{number}", f"a{number}@b.example", f"a{number}@b.example", first, position),
            )
        connection.exec_driver_sql(
            "INSERT INTO members (organisation_id, account_id, role, created_at) VALUES ('org_1', 'acc_1', 'owner', 0)"
        )
    schema.run_migrations(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO members (organisation_id, account_id, role, created_at) VALUES ('org_1', 'acc_2', 'member', 0)"
        )
        rows = connection.execute(text("SELECT account_id, role, status, name_key, position_key FROM directory")).all()
        found = [row[0] for row in connection.execute(sqlite.matches("directory_search", ["zofie", "gross"]))]
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("acc_1", "owner", "", "zofie", "grosshandlerin"),
        ("acc_2", "member", "", "a2@b.example", ""),
    ]
    assert found == [1]
