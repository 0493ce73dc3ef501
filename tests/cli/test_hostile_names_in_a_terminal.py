"""People and requests whose names try to break the terminal, on every screen and dialog of the real program."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hostile import storable
from ptyterm import PtyProgram

from server.catalogue import default_catalogue
from server.http.tokens import make_token
from server.seed.demo import seed_demo
from server.store.database import Database

HEADCOUNT = ["-c", "from cli.main import run; run()"]
CSI = re.compile(r"\x1b\[([?<>=]?[\d;:]*[ $]?)([@-~])")
ALLOWED = set("CGHKmrhlup")
"""The last letters of what the program itself writes: positions, colours, erasing, scrolling, modes, its questions."""

POINTER = "\x1b]22;default\x07"
"""Textual's own: the shape of the mouse pointer."""

KEYS_AND_WHAT_THEY_SHOW = (
    ("2", "of 1"),
    ("\x1b[F", "of 1"),
    ("\r", "Way in"),
    ("\x1b", "of 1"),
    ("e", "Edit"),
    ("\x1b", "of 1"),
    ("/Mallory\r", "of "),
    ("*d", "Remove"),
    ("\x1b", "marked"),
    ("\x1b[6~\x1b[6~\x1b[5~", "of "),
    ("3", "of "),
    ("\r", "Asked"),
    ("\x1b", "of "),
    ("*a", "Accept"),
    ("j" * 40, "Accept"),
    ("y", "accepted"),
    ("\t", "of "),
    ("\t", "of "),
    ("1", "Latest"),
    ("?", "Keys"),
    ("\x1b", "Latest"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose demo is full of such names."""
    folder = tmp_path
    demo = folder / ".local/share/headcount/demo"
    demo.mkdir(parents=True, mode=0o700)
    token = make_token().token
    (demo / "token").write_text(token)
    (demo / "token").chmod(0o600)
    database = Database(f"sqlite:///{demo / 'headcount.sqlite3'}")
    database.open()
    with database.write() as connection:
        now = dt.datetime.now(dt.UTC)
        seed_demo(connection, default_catalogue(), token=token, now=now, hostile=storable())
    database.close()
    return folder


WHOLE = re.compile(rb"\x1b(?:\[[\d;?]*)?\Z")
"""The beginning of a sequence whose end is still on its way."""


def strange(text: str) -> list[str]:
    """Everything in a terminal's input that is neither plain text nor a sequence the program writes itself."""
    rest = CSI.sub(lambda found: "" if found[2] in ALLOWED else f"\x1b{found[0][1:]}", text)
    rest = (
        rest.replace(POINTER, "")
        .replace("\x1bM", "")
        .replace("\x1b>", "")
        .replace("\r\n", "")
        .replace("\n", "")
        .replace("\r", "")
    )
    return [
        f"U+{ord(each):04X} in {rest[max(0, at - 20) : at + 20]!r}"
        for at, each in enumerate(rest)
        if ord(each) < 0x20
        or 0x7F <= ord(each) < 0xA0
        or each in "\u200b\u200c\u200d\u2060\ufeff\u2028\u2029\u180e"
        or "\u202a" <= each <= "\u202e"
        or "\u2066" <= each <= "\u2069"
        or 0xE0000 <= ord(each) <= 0xE0FFF
    ]


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (120, 40)])
def test_no_name_reaches_the_terminal_as_anything_but_text(home: Path, columns: int, lines: int) -> None:
    """Every screen and dialog shows them literally: no control, no direction change, no markup, and no crash."""
    environment = {"HOME": str(home), "XDG_DATA_HOME": None, "XDG_STATE_HOME": None, "XDG_CONFIG_HOME": None}
    with PtyProgram([*HEADCOUNT, "demo"], columns, lines, env=environment) as program:
        program.wait_for_text("● live", 30)
        for keys, shown in KEYS_AND_WHAT_THEY_SHOW:
            program.send(keys)
            program.wait_for_text(shown)
            program.settle(0.15)
        program.send("2")
        program.send("/\x15[@click\r")
        program.wait_for_text("[@click=app.quit]")
        title = program.screen.title
        said = WHOLE.sub(b"", bytes(program.raw)).decode("utf-8", "strict")
        for key in ("\x0c", "R", "e\x0c"):
            start = len(program.raw)
            program.settle(0.3)
            shown = program.text()
            program.send(key)
            program.wait_for(lambda: program.raw.count(b"\x1b[2J", start) == 1)  # noqa: B023 - waited for at once
            program.settle(0.3)
            assert program.text() == shown or key[0] == "e"
        program.send("\x1b\x11")
        program.settle(0.3)
    assert title == ""
    assert strange(said) == []
    assert "HIJACKED" in said
