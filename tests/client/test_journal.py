"""Intentions on disk: there before the network, readable after any crash."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from client_desk import NOW
from hypothesis import given
from hypothesis import strategies as st

from client.errors import NotNoted
from client.journal import COMPACT_ABOVE, Intention, Journal, what_became
from contract.events import Actor, Event, EventKind, EventObject, EventsQuery
from contract.pages import Page


def intention(key: str = "k-1") -> Intention:
    """A command about to be sent."""
    return Intention(key=key, method="POST", path="/v1/users", summary="Add a user by hand", at=NOW)


def test_what_has_no_answer_is_found_again(tmp_path: Path) -> None:
    """The next start lists what was begun and not settled, oldest first."""
    journal = Journal(tmp_path)
    for key in ("k-1", "k-2", "k-3"):
        journal.begin(intention(key))
    journal.settle("k-2")
    assert Journal(tmp_path).unfinished() == [intention("k-1"), intention("k-3")]


def test_nothing_was_ever_begun(tmp_path: Path) -> None:
    """Asking does not create anything."""
    assert Journal(tmp_path / "state").unfinished() == []
    assert not (tmp_path / "state").exists()


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """Files are 0600 in a folder of 0700."""
    journal = Journal(tmp_path / "state")
    journal.begin(intention())
    modes = {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "state").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_line_costs_nothing_else(tmp_path: Path, cut: int) -> None:
    """A machine that died while writing leaves half a line: the others stay, and the next is written whole."""
    journal = Journal(tmp_path)
    journal.begin(intention("k-1"))
    journal.begin(intention("k-2"))
    file = tmp_path / "intentions.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    journal.begin(intention("k-3"))
    keys = [each.key for each in journal.unfinished()]
    assert keys == (["k-1", "k-2", "k-3"] if cut == 1 else ["k-1", "k-3"])


@given(st.binary(max_size=300))
def test_any_content_is_survived(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in the file, new intentions are kept."""
    folder = tmp_path_factory.mktemp("journal")
    (folder / "intentions.jsonl").write_bytes(content)
    journal = Journal(folder)
    journal.begin(intention("k-9"))
    assert "k-9" in [each.key for each in journal.unfinished()]


def test_it_stays_small(tmp_path: Path) -> None:
    """Answered intentions are dropped once the file has grown; open ones never."""
    journal = Journal(tmp_path)
    journal.begin(intention("open"))
    for number in range(600):
        journal.begin(intention(f"k-{number}"))
        journal.settle(f"k-{number}")
    assert (tmp_path / "intentions.jsonl").stat().st_size <= COMPACT_ABOVE
    assert journal.unfinished() == [intention("open")]


def test_it_holds_neither_bodies_nor_queries(tmp_path: Path) -> None:
    """A line has six fields, none of which can carry what somebody typed."""
    Journal(tmp_path).begin(intention())
    fields = {"key", "method", "path", "summary", "items", "at"}
    assert set(json.loads((tmp_path / "intentions.jsonl").read_text())) == fields


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody can make us write elsewhere."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "intentions.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotNoted):
        Journal(tmp_path / "state").begin(intention())
    with pytest.raises(NotNoted):
        Journal(tmp_path / "state").unfinished()
    assert not (tmp_path / "elsewhere").exists()


def _write_many(folder: Path, name: str) -> None:
    journal = Journal(folder)
    for number in range(150):
        journal.begin(intention(f"{name}-{number}"))
        if number % 10:
            journal.settle(f"{name}-{number}")


def test_several_programs_share_it(tmp_path: Path) -> None:
    """Two apps with the same profile lose nothing of each other, not even while one compacts."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(tmp_path, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    expected = {f"{name}-{number}" for name in ("a", "b") for number in range(0, 150, 10)}
    assert {each.key for each in Journal(tmp_path).unfinished()} == expected


async def test_what_became_of_it() -> None:
    """The server's events tell by the key whether a command was done."""
    done = Event(
        id="evt_7",
        type=EventKind.USER_ADDED,
        created_at=NOW,
        actor=Actor(label="Ada"),
        object=EventObject(type="user", id="usr_1", label="Zoë"),
    )

    class History:
        """What a client can tell of the past."""

        async def events(self, query: EventsQuery, /) -> Page[Event]:
            """Only the first command left a trace."""
            return Page[Event](items=(done,) if query.idempotency_key == "k-1" else ())

    assert (await what_became(History(), intention("k-1"))).done
    assert (await what_became(History(), intention("k-1"))).events == (done,)
    assert not (await what_became(History(), intention("k-2"))).done
