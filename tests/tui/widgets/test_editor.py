"""Typing one line, key by key."""

from tui.presentation.text import clean
from tui.widgets.editor import Editor


def typed(*keys: str, editor: Editor | None = None) -> Editor:
    """An editor after some keys; a single character is that character."""
    editor = editor or Editor()
    for key in keys:
        editor.press(key, key if len(key) == 1 else None)
    return editor


def test_characters_go_in_at_the_caret() -> None:
    """Left, then a letter, puts it before the last one."""
    editor = typed("a", "c", "left", "b")
    assert (editor.text, editor.caret) == ("abc", 2)


def test_keys_of_the_shell_work() -> None:
    """ctrl+w takes a word, ctrl+u everything before, ctrl+k everything after."""
    editor = Editor()
    editor.set("status:not paid")
    assert typed("ctrl+w", editor=editor).text == "status:not "
    assert typed("home", "right", "ctrl+k", editor=editor).text == "s"
    assert typed("ctrl+u", editor=editor).text == ""


def test_a_mark_joins_the_letter_before_it() -> None:
    """Names in any script can be typed key by key, and what a form takes is what was typed."""
    for name in ("नमस्ते", "ที่นี่", "தமிழ்", "e\u0302\u0323", "ç", "שָׁלוֹם"):
        assert typed(*name).text == clean(name)
    assert typed(*"e\u0301x").text == "éx"
    assert typed("\u0301").text == "◌\u0301"


def test_the_caret_steps_over_whole_letters() -> None:
    """It never stands inside a letter with its marks; backspace takes the last mark, delete the letter."""
    editor = Editor()
    editor.set("कि")
    assert typed("left", editor=editor).caret == 0
    assert editor.pieces(8)[1] == ("कि", "reverse")
    assert typed("right", editor=editor).caret == 2
    assert typed("backspace", editor=editor).text == "क"
    editor.set("xคำy")
    assert typed("home", "right", "delete", editor=editor).text == "xy"


def test_digits_only() -> None:
    """A number field takes digits and nothing else, as many as its limit."""
    editor = Editor(digits=True, limit=3)
    typed("4", "x", "-", "2", "0", "7", editor=editor)
    assert (editor.text, editor.refused) == ("420", "At most 3 digits.")
    assert typed("backspace", editor=editor).refused == ""


def test_what_does_not_fit_is_refused_as_a_whole_and_never_cut() -> None:
    """Pasted or typed, digits or text: the field stays as it was, and says its limit."""
    number = Editor(digits=True, limit=7)
    for pasted in ("12.50", "1,5", "-3", "١٢", "4 2"):
        assert not number.insert(pasted)
        assert (number.text, number.refused) == ("", "Digits only.")
    text = Editor(limit=5)
    assert text.insert("abc")
    assert not text.insert("def")
    assert (text.text, text.caret, text.refused) == ("abc", 3, "At most 5 characters.")
    assert not text.insert("x" * 1_000_000)
    assert (text.text, text.refused) == ("abc", "At most 5 characters: this would be 1,000,000.")
    assert not text.insert("\x1b[\u202e")
    assert text.text == "abc"


def test_pasted_controls_are_harmless() -> None:
    """What is pasted is text on one line."""
    editor = Editor()
    editor.insert("a\x1b[31mb\nc")
    assert editor.text == "a␛[31mb␊c"


def test_a_key_without_meaning_is_left_to_others() -> None:
    """F5 is not for the editor."""
    assert Editor().press("f5", None) is False


def test_the_part_around_the_caret_is_seen() -> None:
    """A text longer than its room shows its end while the caret is there."""
    editor = Editor()
    editor.set("a" * 30 + "end")
    before, caret, after = editor.pieces(10)
    assert (before, caret, after) == ("aaaaaaend", (" ", "reverse"), "")
