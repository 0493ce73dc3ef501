"""Typing one line, key by key."""

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


def test_digits_only() -> None:
    """A number field takes digits and nothing else, as many as its limit."""
    editor = Editor(digits=True, limit=3)
    typed("4", "x", "-", "2", "0", "7", editor=editor)
    assert editor.text == "420"


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
