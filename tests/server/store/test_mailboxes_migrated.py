"""A database from before mailboxes were compared by IDNA 2008: new keys, nobody merged, doubts told."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from server.store import schema, sqlite
from server.store.mailboxes import doubtful

BEFORE = "0016"
PEOPLE = {
    "acc_plain": ("plain@x.example", "plain@x.example"),
    "acc_sharp": ("a@stra\u00dfe.example", "a@strasse.example"),
    "acc_local": ("Gro\u00df@x.example", "gross@x.example"),
    "acc_alone": ("c\u200b1@x.example", "c\u200b1@x.example"),
    "acc_around": ("\u2060d1@x.example", "\u2060d1@x.example"),
    "acc_twin": ("b\u200b1@x.example", "b\u200b1@x.example"),
    "acc_right": ("b1@x.example", "b1@x.example"),
    "acc_third": ("b\u00ad1@x.example", "b\u00ad1@x.example"),
    "acc_steps": ("gr\u200boss@x.example", "gr\u200boss@x.example"),
    "acc_number": ("e@10.0.0.1", "e@10.0.0.1"),
}
"""Accounts in the order in which they were made: address, and its key as it was."""

AFTER = {
    "acc_plain": ("plain@x.example", "plain@x.example"),
    "acc_sharp": ("a@stra\u00dfe.example", "a@xn--strae-oqa.example"),
    "acc_local": ("Gro\u00df@x.example", "gro\u00df@x.example"),
    "acc_alone": ("c1@x.example", "c1@x.example"),
    "acc_around": ("d1@x.example", "d1@x.example"),
    "acc_twin": ("b\u200b1@x.example", "b1@x.example:acc_twin"),
    "acc_right": ("b1@x.example", "b1@x.example"),
    "acc_third": ("b\u00ad1@x.example", "b1@x.example:acc_third"),
    "acc_steps": ("gross@x.example", "gross@x.example"),
    "acc_number": ("e@10.0.0.1", "e@10.0.0.1"),
}

TOLD = """\
two accounts have one mailbox: b1@x.example (acc_right, user usr_right of Tidewheel) and b<U+200B>1@x.example \
(acc_twin, user usr_twin of Tidewheel). Both work as before; if the second is not needed: \
headcount users remove usr_twin
two accounts have one mailbox: b1@x.example (acc_right, user usr_right of Tidewheel) and b<U+00AD>1@x.example \
(acc_third, user usr_third of Tidewheel). Both work as before; if the second is not needed: \
headcount users remove usr_third
e@10.0.0.1 (acc_number, user usr_number of Tidewheel) can't be found by its address. The part after the @ is an IP \
address: use a domain name. It works as before; if it is not needed: headcount users remove usr_number
two transfer requests wait for one mailbox, t<U+200B>1@x.example: take one of them back (trf_1)
"""


@pytest.fixture
def engine() -> Iterator[Engine]:
    """The database as the version before left it: everybody a member and a user, two requests to one mailbox."""
    found = sqlite.make_engine(None)
    schema.run_migrations(found, BEFORE)
    with found.begin() as connection:
        _fill(connection)
    yield found
    found.dispose()


def _fill(connection: Connection) -> None:
    run = connection.exec_driver_sql
    run("INSERT INTO organisations (id, name, name_key, created_at) VALUES ('org_1', 'Tidewheel', 'tidewheel', 0)")
    for at, (account, (email, key)) in enumerate(PEOPLE.items()):
        run(
            "INSERT INTO accounts (id, email, email_key, last_name, created_at) VALUES (?, ?, ?, ?, ?)",
            (account, email, key, "Ali\u200cReza", at),
        )
        run(
            "INSERT INTO members (organisation_id, account_id, role, created_at) VALUES ('org_1', ?, 'member', 0)",
            (account,),
        )
    run(
        "INSERT INTO subscriptions (id, organisation_id, owner_account_id, plan, billing_cycle, status, currency,"
        " time_zone, anchor_day, period_start, period_end, seats, users_active, high_water, created_at) VALUES"
        " ('sub_1', 'org_1', 'acc_plain', 'business', 'monthly', 'active', 'EUR', 'UTC', 1, '2025-01-01', '2025-02-01',"
        " 20, 10, 20, 0)"
    )
    for account, (email, key) in PEOPLE.items():
        run(
            "INSERT INTO users (id, subscription_id, account_id, email, email_key, last_name, name_key, last_key,"
            " search_key, status, source, added_at) VALUES (?, 'sub_1', ?, ?, ?, ?, ?, ?, ?, 'active', 'hand', 0)",
            (f"usr_{account[4:]}", account, email, key, "Ali\u200cReza", "ali\u200creza", "ali\u200creza", "old"),
        )
    for at, email in enumerate(["t1@x.example", "t\u200b1@x.example", "t@stra\u00dfe.example"]):
        run(
            "INSERT INTO transfers (id, organisation_id, subscription_id, direction, state, email, email_key,"
            " created_at, sent_at, expires_at) VALUES (?, 'org_1', 'sub_1', 'outgoing', 'pending', ?, ?, 0, 0, 0)",
            (f"trf_{at}", email, email.replace("\u00df", "ss")),
        )
    run(
        "INSERT INTO imports (id, organisation_id, subscription_id, account_id, status, created_at, expires_at)"
        " VALUES ('imp_1', 'org_1', 'sub_1', 'acc_plain', 'planned', 0, 0)"
    )
    for at, email in enumerate(["\u200bi1@x.example", "i\u200b2@x.example", "i3@stra\u00dfe.example"]):
        run(
            "INSERT INTO import_rows (import_number, number, email, email_key, verdict) VALUES (1, ?, ?, ?, 'create')",
            (at, email, email.replace("\u00df", "ss")),
        )


def _rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(query))]


def test_every_mailbox_has_its_key_and_nobody_is_merged(engine: Engine) -> None:
    """Who stands as it should keeps the key, the oldest of others gets it, twins stay beside it; users follow."""
    schema.run_migrations(engine)
    with engine.connect() as connection:
        accounts = _rows(connection, "SELECT id, email, email_key FROM accounts")
        assert {str(account): (email, key) for account, email, key in accounts} == AFTER
        assert _rows(connection, "SELECT account_id, email, email_key FROM users ORDER BY number") == [
            (account, *AFTER[account]) for account in PEOPLE
        ]
        assert _rows(connection, "SELECT account_id, email_key FROM directory ORDER BY number") == [
            (account, AFTER[account][1]) for account in PEOPLE
        ]


def test_what_waits_is_compared_anew_too(engine: Engine) -> None:
    """Requests, of which two to one mailbox both stay, and rows of a file that is not applied yet."""
    schema.run_migrations(engine)
    with engine.connect() as connection:
        assert _rows(connection, "SELECT email, email_key FROM transfers ORDER BY number") == [
            ("t1@x.example", "t1@x.example"),
            ("t\u200b1@x.example", "t1@x.example:trf_1"),
            ("t@stra\u00dfe.example", "t@xn--strae-oqa.example"),
        ]
        assert _rows(connection, "SELECT email, email_key, remark FROM import_rows ORDER BY number") == [
            ("i1@x.example", "i1@x.example", None),
            ("i\u200b2@x.example", None, None),
            ("i3@stra\u00dfe.example", "i3@xn--strae-oqa.example", None),
        ]


def test_names_and_domains_are_found_as_they_are_searched_now(engine: Engine) -> None:
    """The lists' keys and both search indexes are written anew where a text folds otherwise than before."""
    schema.run_migrations(engine)
    with engine.connect() as connection:
        assert {name for (name,) in _rows(connection, "SELECT name_key FROM users")} == {"alireza"}
        assert {name for (name,) in _rows(connection, "SELECT last_key FROM directory")} == {"alireza"}
        for index in ("users_search", "directory_search"):
            assert len(connection.execute(sqlite.matches(index, ["alireza"])).all()) == len(PEOPLE)
            assert len(connection.execute(sqlite.matches(index, ["strasse"])).all()) == 1


def test_the_operator_is_told_who_collides_and_what_to_do(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """A sentence each in the log while it is migrated, and whenever the database is verified."""
    with caplog.at_level(logging.WARNING, "headcount.server"):
        schema.run_migrations(engine)
    with engine.connect() as connection:
        told = list(doubtful(connection))
    assert told == TOLD.splitlines()
    assert [record.getMessage() for record in caplog.records][:4] == told


def test_a_database_without_doubts_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is said where nothing has to be decided."""
    engine = sqlite.make_engine(None)
    with caplog.at_level(logging.WARNING, "headcount.server"):
        schema.run_migrations(engine)
    assert caplog.records == []
    engine.dispose()
