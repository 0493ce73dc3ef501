"""What is refused, what is repaired, and what is found out about a terminal."""

import json
import subprocess
import sys
from typing import Any

import pytest
from ptyterm import ROOT, PtyProgram

PROBE = """
import json, os, sys
from tui.terminal.preflight import Unsuitable, preflight
try:
    found = preflight(slow="slow" in sys.argv)
except Unsuitable as reason:
    print("NO:", reason)
else:
    names = [name for name in dir(found) if not name.startswith("_")]
    facts = {name: getattr(found, name) for name in names if isinstance(getattr(found, name), (int, bool))}
    facts |= {name: os.environ.get(name) for name in ("TEXTUAL_FPS", "TEXTUAL_COLOR_SYSTEM", "COLUMNS")}
    facts["encoding"] = sys.__stderr__.encoding
    facts["heavy"] = sorted({"textual", "rich", "asyncio", "dataclasses"} & set(sys.modules))
    print("FACTS" + json.dumps(facts) + "END")
"""


def probe(*arguments: str, size: tuple[int, int] = (80, 24), **env: Any) -> dict[str, object]:
    """What preflight finds on a terminal with this environment."""
    with PtyProgram(["-c", PROBE, *arguments], *size, env) as program:
        program.wait()
        text = program.raw.decode()
    facts: dict[str, object] = json.loads(text[text.index("FACTS") + 5 : text.index("END")]) if "FACTS" in text else {}
    return facts | {"text": text}


def test_a_good_terminal() -> None:
    """Nothing is wrong, nothing heavy was imported."""
    facts = probe(size=(120, 40))
    assert (facts["columns"], facts["lines"]) == (120, 40)
    assert not facts["ascii_only"]
    assert not facts["sixteen_colours"]
    assert not facts["no_color"]
    assert facts["erases_with_background"]
    assert facts["heavy"] == []


@pytest.mark.parametrize("term", ["dumb", "", "unknown", "emacs"])
def test_a_terminal_without_cursor_movement_is_refused(term: str) -> None:
    """The message says what to set and where to go instead."""
    text = str(probe(TERM=term)["text"])
    assert "NO: TERM=" in text
    assert "headcount events" in text


def test_no_terminal_is_refused() -> None:
    """A pipe on standard input is no terminal."""
    done = subprocess.run([sys.executable, "-c", PROBE], input="", capture_output=True, text=True, check=True, cwd=ROOT)
    assert "NO: Standard input is not a terminal" in done.stdout


@pytest.mark.parametrize(
    ("env", "sixteen", "true"),
    [
        ({"TERM": "xterm-256color"}, False, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "linux"}, True, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False, True),
        ({"TERM": "xterm-ghostty"}, False, False),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, True, False),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, False, True),
    ],
)
def test_colours(env: dict[str, Any], sixteen: bool, true: bool) -> None:  # noqa: FBT001 - parameters of a table
    """How many colours there are follows TERM, COLORTERM and Textual's own switch."""
    facts = probe(**env)
    assert (facts["sixteen_colours"], facts["true_colours"]) == (sixteen, true)


def test_what_textual_would_choke_on_is_repaired() -> None:
    """A misspelt colour system, a frozen size and an empty NO_COLOR are taken away."""
    facts = probe(TEXTUAL_COLOR_SYSTEM="colourful", COLUMNS="33", NO_COLOR="")
    assert facts["TEXTUAL_COLOR_SYSTEM"] is None
    assert facts["COLUMNS"] is None
    assert not facts["no_color"]


def test_an_eight_bit_locale() -> None:
    """Output becomes UTF-8, and ASCII is used, since nobody knows what the terminal can show."""
    facts = probe(PYTHONIOENCODING="latin-1")
    assert facts["encoding"] == "utf-8"
    assert facts["ascii_only"]


def test_special_terminals() -> None:
    """The Linux console gets ASCII, GNU screen no erasing in colour, a slow line fewer frames, NO_COLOR none."""
    assert probe(TERM="linux")["ascii_only"]
    assert probe(TERM="vt220")["ascii_only"]
    assert not probe(TERM="screen-256color")["erases_with_background"]
    assert probe(TERM="screen-256color", TMUX="x,1,0")["erases_with_background"]
    assert probe("slow")["TEXTUAL_FPS"] == "15"
    assert probe(NO_COLOR="1")["no_color"]
    assert probe(size=(40, 10))["lines"] == 10


def test_the_first_frame_comes_before_everything() -> None:
    """What runs before the first frame imports nothing that takes time."""
    code = "import sys, tui.terminal.first_frame, tui.terminal.preflight; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy = {"textual", "rich", "asyncio", "dataclasses", "inspect", "re", "typing", "signal", "contextlib"}
    assert not heavy & set(done.stdout.split())
