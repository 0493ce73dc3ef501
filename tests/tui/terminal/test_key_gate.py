"""What a terminal says by itself is no key, whole, late or in pieces; what somebody types is, as soon as it can be.

`HEADCOUNT_FUZZ` are the seconds of each fuzzer (0: two hundred stories; an hour for the full count), `HEADCOUNT_SEED`
its seed.
"""

import itertools
import os
import time

import pytest
from terminal_talk import REPLIES, Talk
from textual import events

from tui.terminal import key_gate
from tui.terminal.key_gate import DELAY, HELD, LULL, SILENCE, KeyGate, Kind, typed_in
from tui.terminal.key_parser import Key, KeyParser, key_sequences

FUZZ = float(os.environ.get("HEADCOUNT_FUZZ", "0"))
SEED = int(os.environ.get("HEADCOUNT_SEED", "20261120"))


class Line:
    """Somebody's terminal, as the app reads it, with a clock that only the test moves."""

    def __init__(self, *, mouse: bool = False) -> None:
        self.now = 100.0
        self.parser = KeyParser(mouse=mouse, clock=lambda: self.now)
        self.messages: list[object] = []

    def say(self, *parts: float | str | bytes) -> list[str]:
        """Bytes, and seconds between them; the names of the keys that came of it."""
        before = len(self.messages)
        for part in parts:
            if isinstance(part, float):
                self._wait(part)
            else:
                self.messages += self.parser.feed(part.encode() if isinstance(part, str) else part)
        return self.keys(before)

    def keys(self, since: int = 0) -> list[str]:
        """The names of all keys since then."""
        return [each.key for each in self.messages[since:] if isinstance(each, events.Key)]

    def _wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.parser.wait) is not None and self.now + due <= until:
            self.now += due
            self.messages += self.parser.tick()
        self.now = until
        self.messages += self.parser.tick()


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_an_answer_is_nothing_and_the_key_after_it_is_one(reply: bytes) -> None:
    """In one packet with the key, or right before it."""
    assert Line().say(reply + b"j") == ["j"]
    assert Line().say(reply, 0.2, "j") == ["j"]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("wait", [0.05, DELAY, 0.4, 3.0, SILENCE - 0.5])
def test_an_answer_cut_anywhere_is_nothing_however_late_the_rest_comes(reply: bytes, wait: float) -> None:
    """Cut at each byte: at most Esc is seen, where ESC alone came and nothing after it."""
    for at in range(1, len(reply)):
        seen = Line().say(reply[:at], wait, reply[at:], 0.6, "j")
        early = reply[:at] == b"\x1b" and wait >= DELAY
        if early and reply[1:2] in b"\\(":
            continue  # ESC was Esc, and what follows begins nothing that is known: a key
        assert seen == (["escape", "j"] if early else ["j"]), (reply, at)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_an_answer_byte_by_byte_is_nothing(reply: bytes) -> None:
    """Every byte a while after the one before, the delay of Esc passing in between, as far as ESC alone is not Esc."""
    drops = [part for byte in reply[2:] for part in (0.3, bytes([byte]))]
    assert Line().say(reply[:2], *drops, 0.6, "j") == ["j"]


@pytest.mark.parametrize(("name", "reply"), [(name, REPLIES[name]) for name in ("DA1", "background", "XTVERSION")])
def test_an_answer_cut_behind_its_escape_and_once_more_is_nothing_but_esc(name: str, reply: bytes) -> None:
    """ESC, then its second byte late, then the rest: held back, and recognised."""
    assert Line().say(reply[:1], 0.2, reply[1:2], HELD - 0.1, reply[2:], 0.6, "j") == ["escape", "j"], name


@pytest.mark.parametrize("inside", [b"\rcy", b"yes", b"\x01", b"c", "é".encode()])
@pytest.mark.parametrize("begun", [b"]", b"P", b"_", b"^", b"X"])
def test_a_string_cut_behind_its_escape_is_nothing_whatever_is_in_it(begun: bytes, inside: bytes) -> None:
    """The rest comes in one packet, long after ESC was taken for Esc: nobody types that."""
    for wait in (0.2, 1.9, 5.0):
        assert Line().say("\x1b", wait, begun + inside + b"\x07j") == ["escape", "j"]


@pytest.mark.parametrize("typed", ["[", "]", "P", "O", "_", "^", "X"])
def test_a_key_that_could_begin_an_answer_is_a_key_after_esc(typed: str) -> None:
    """Esc, a second later the key: it arrives, and so does what is typed after it."""
    names = [Line().say(typed, 0.6)[0], "j", "k"]
    assert Line().say("\x1b", 1.0, typed, HELD, "j", 0.2, "k") == ["escape", *names]
    assert Line().say("\x1b", 3.0, typed) == ["escape", names[0]]
    assert Line().say("\x1b", 1.0, typed, 0.1, typed, 0.6) == ["escape", names[0], names[0]] or typed in "_^X"


def test_esc_is_a_key_after_its_delay_and_not_before() -> None:
    """Alone it is Esc, once."""
    assert Line().say("\x1b", DELAY - 0.01) == []
    assert Line().say("\x1b", DELAY, 5.0) == ["escape"]
    assert Line().say("\x1b\x1b", DELAY) == ["escape", "escape"]


@pytest.mark.parametrize(("sequence", "name"), list(key_sequences().items()))
def test_keys_that_send_sequences_are_keys_also_in_pieces(sequence: str, name: str) -> None:
    """Arrows and function keys of all terminals: one key, none of them a letter, a digit or Enter."""
    line = Line()
    assert line.say(sequence, DELAY) == [name]
    assert Line().say(sequence[:2], 0.4 if len(sequence) > 2 else 0.0, sequence[2:], DELAY) == [name]
    key = line.messages[-1]
    assert isinstance(key, Key)
    assert key.character is None
    assert name not in {"enter", "space"}
    assert len(name) > 1


@pytest.mark.parametrize("typed", [*"cxyaz1+*", "\r", "\t", "\x03"])
def test_a_key_right_behind_esc_is_marked(typed: str) -> None:
    """Esc and a key in one breath are both, but the key is known to have come so, and all of its packet too."""
    line = Line()
    line.say("\x1b" + typed + "y")
    assert line.keys()[0] == "escape"
    assert [each.behind_escape for each in line.messages if isinstance(each, Key)] == [False, True, True]
    line.say("y")
    last = line.messages[-1]
    assert isinstance(last, Key)
    assert not last.behind_escape


@pytest.mark.parametrize(
    "begun", ["\x1b]11;rgb:", "\x1bP1+r", "\x1b_G", "\x1bX", "\x1b^y", "\x1b[?1;", "\x1bO", "\x1b[M"]
)
def test_the_keyboard_is_not_dead_for_good(begun: str) -> None:
    """An end that never comes is waited for until there was silence; then keys are keys again."""
    assert Line().say(begun, SILENCE, "jk") == ["j", "k"]
    assert Line().say(begun, SILENCE - 0.1, "\x1b[A", SILENCE, "j") in (["up", "j"], ["j"])


@pytest.mark.parametrize("begun", ["\x1b]11;rgb:", "\x1bP1+r", "\x1b_G"])
def test_esc_leaves_an_unfinished_string(begun: str) -> None:
    """Esc twice, or Esc and a moment: then keys are keys; but an ST that was cut in two is an ST however late."""
    assert Line().say(begun, 0.3, "\x1b", 0.3, "\x1b", 0.3, "j") == ["escape", "j"]
    assert Line().say(begun, 0.3, "\x1b", LULL, "j") == ["j"]
    assert Line().say(begun, 0.3, "\x1b", SILENCE - 1, "\\", "j") == ["j"]
    assert Line().say(begun, 0.3, "\x1b", 0.3, "[?1;2c", "j") == ["j"]
    for cancel in ("\x07", "\x18", "\x1a"):
        assert Line().say(begun, cancel, "j") == ["j"]


def test_an_unfinished_string_is_not_stored() -> None:
    """A hundred packets of it leave nothing behind: what is kept is counted."""
    gate = KeyGate()
    gate.feed("\x1b]52;c;", 0.0)
    for _ in range(100):
        assert gate.feed("y" * 500, 0.0) == []
    assert len(gate._begun) + len(gate._pasted) + len(gate._pieces) < 100
    gate.feed("\x1b[" + "1" * 5_000, 1.0)
    assert len(gate._begun) <= 64


def test_a_paste_is_one_text_whole_or_in_pieces() -> None:
    """Between its marks everything is text, ESC excepted; what is pasted never acts as keys."""
    line = Line()
    line.say("\x1b[20", 0.3, "0~bob@x.exa", 0.3, "mple\ry\x1b[?1;2c\x1b", 0.3, "[201", 0.3, "~j")
    assert [each.text for each in line.messages if isinstance(each, events.Paste)] == ["bob@x.example\ry[?1;2c"]
    assert line.keys() == ["j"]


def test_a_paste_without_end_is_dropped_and_one_without_limit_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a list is not what was pasted; of one that is too long the beginning is."""
    monkeypatch.setattr(key_gate, "MOST_PASTED", 1_000)
    line = Line()
    assert line.say("\x1b[200~yes\rn", SILENCE, "j") == ["j"]
    assert line.say("\x1b[200~yes\rn", 0.5, "\x1b", LULL, "j") == ["j"]
    assert not [each for each in line.messages if isinstance(each, events.Paste)]
    gate = KeyGate()
    pieces = gate.feed("\x1b[200~" + "a" * 1_005 + "\x1b[201~j", 0.0)
    assert [(piece.kind, len(piece.text)) for piece in pieces] == [(Kind.PASTE, 1_000), (Kind.CHARACTER, 1)]


def test_the_mouse_is_heard_only_where_it_was_asked_for() -> None:
    """SGR reports are the mouse's where it is on, and nothing where it is off; other encodings are never asked for."""
    for mouse in (True, False):
        line = Line(mouse=mouse)
        line.say("\x1b[<0;3;4M\x1b[<0;3;4m\x1b[32;3;4M\x1b[M #$j")
        assert [type(each).__name__ for each in line.messages] == ["MouseDown", "MouseUp"] * mouse + ["Key"]


@pytest.mark.parametrize(
    "tail", ["1;2c", "?62;1;4c", "rgb:1c1c/1c1c/1c1c\x07", "24;80R", "1+r544e=78\x1b\\", "2026;2$y"]
)
def test_the_end_of_an_answer_that_another_program_began_to_read_is_nothing(tail: str) -> None:
    """At the start, and back from an editor; what is typed in those moments arrives."""
    line = Line()
    line.parser.begin()
    assert line.say(tail + "j", 0.1, "2/dee") == ["j", "2", "slash", "d", "e", "e"]


def test_lines_typed_at_a_question_lose_what_the_terminal_said() -> None:
    """`y` behind an answer is `y`; behind an unfinished one, or right behind ESC, it is nothing."""
    assert typed_in("\x1b[?1;2cy\n") == "y\n"
    assert typed_in("\x1b]11;rgb:1c1c/1c1c/1c1c\x07y\x1b[24;80R\n") == "y\n"
    assert typed_in("\x1b]11;rgb:1c1c/y\n") == ""
    assert typed_in("\x1by\n") == ""
    assert typed_in("plain ü\n") == "plain ü\n"


def test_talk_of_all_kinds_lets_every_typed_key_through_and_nothing_else() -> None:
    """The fuzzer: a terminal that talks, late and in pieces, and somebody who types in between."""
    talk, end, cases = Talk(SEED), time.monotonic() + FUZZ, 0
    chance = Talk(SEED + 1).chance
    while time.monotonic() < end or cases < 200:
        line, typed = Line(), []
        story: list[float | str | bytes] = []
        for _ in range(chance.randrange(1, 8)):
            reply = talk.reply()
            pieces = list(talk.pieces(reply))
            # ESC alone, then nothing for a while, is the Esc key whatever comes later: the tests above
            if pieces[0][1] == b"\x1b" and len(pieces) > 1:
                pieces = [(0.0, b"".join(each for _, each in pieces))]
            story += itertools.chain.from_iterable(pieces)
            if chance.random() < 0.7:
                key = chance.choice("jkxyc1+*[]\rPdaz")
                typed.append(Line().say(key)[0])
                story += [chance.choice((0.0, 0.05, 0.7)), key]
        assert line.say(*story, 0.7) == typed, (SEED, cases, story)
        cases += 1
    print(f"{cases:,} stories, seed {SEED}")  # noqa: T201 - the figure is what one wants to know


def test_broken_talk_never_types_anything_but_what_stands_behind_it() -> None:
    """Binary and endless: what begins with ESC is a listed key, Esc, or nothing, until the keyboard is back."""
    talk, chance, cases, end = Talk(SEED + 2), Talk(SEED + 3).chance, 0, time.monotonic() + FUZZ
    while time.monotonic() < end or cases < 200:
        line = Line()
        broken = talk.reply()[: chance.randrange(2, 60)]
        junk = bytes(chance.choices([*range(0x20, 0x7F)], k=chance.randrange(30)))
        line.say(b"\x1b]" + junk + broken, chance.choice((0.0, 0.3, 3.0)), junk, SILENCE, "j")
        assert line.keys()[-1:] == ["j"], (SEED, cases, broken, junk)
        cases += 1
    print(f"{cases:,} broken ones, seed {SEED}")  # noqa: T201 - as above
