"""A database from before events could be found: what happened until then is found after the migration."""

from contract.events import Actor, Event, EventKind, EventObject, EventRequest
from server.store import event_lists, schema, sqlite
from server.store.event_lists import Wanted
from server.store.events import link


def test_what_happened_before_is_found() -> None:
    """More events than are read at once, of two organisations: each finds its own, in order."""
    engine = sqlite.make_engine(None)
    schema.run_migrations(engine, "0012")
    with engine.begin() as connection:
        for name, many in (("a", 1100), ("b", 3)):
            connection.exec_driver_sql(
                "INSERT INTO organisations (id, name, name_key, created_at) VALUES (?, ?, ?, 0)",
                (f"org_{name}", name, name),
            )
            for seq in range(1, many + 1):
                body = _body(seq)
                connection.exec_driver_sql(
                    "INSERT INTO events (organisation_id, seq, kind, created_at, body, prev_hash, hash)"
                    " VALUES (?, ?, 'user.added', ?, ?, '', ?)",
                    (f"org_{name}", seq, seq, body, link("", body)),
                )
    schema.run_migrations(engine)
    with engine.begin() as connection:
        everything = event_lists.match(who="jane", about="silva", kind="user") or ""
        for name, many in (("a", 1100), ("b", 3)):
            wanted = Wanted(f"org_{name}", 0, many, everything)
            assert event_lists.count(connection, wanted) == many
            newest = event_lists.bodies(connection, wanted, limit=2)
            assert [Event.model_validate_json(each).id for each in newest] == [f"evt_{many}", f"evt_{many - 1}"]
    engine.dispose()


def _body(seq: int) -> str:
    event = Event(
        id=f"evt_{seq}",
        type=EventKind.USER_ADDED,
        created_at="2026-11-20T14:02:00Z",
        actor=Actor(account_id="acc_1", label="jane@acme.example"),
        object=EventObject(type="user", id=f"usr_{seq}", label="Ana Silva"),
        request=EventRequest(),
    )
    return event.model_dump_json()
