"""The user's own keys are checked, and every complaint names its line."""

import pytest

from tui.input.command_table import OFF
from tui.input.commands import BY_ID, bindings, key_names, keys_of
from tui.input.keymap import read_keymap


def reasons(entries: dict[str, str], source: str = "") -> list[str]:
    """What is complained about."""
    return [str(complaint) for complaint in read_keymap(entries, source).complaints]


def test_good_entries_become_textuals_names() -> None:
    """Characters, words and combinations are understood as people write them."""
    found = read_keymap({"users.new": "+", "users.edit": "ctrl+e, F2", "users.undo": "PgUp", "list.filter": ","})
    assert found.keys == {"users.new": "plus", "users.edit": "ctrl+e,f2", "list.filter": "comma"}
    assert "pageup" not in found.keys.values()
    assert "PgUp is already table.page_up" in str(found.complaints[0])


def test_an_unknown_command_is_named_with_its_line() -> None:
    """A misspelt id points at the line and offers the right one."""
    source = '[keys]\n"users.remvoe" = "x"\n'
    assert reasons({"users.remvoe": "x"}, source) == [
        'line 2: "users.remvoe" = "x"  There is no command users.remvoe. Did you mean users.remove?'
    ]


def test_a_misspelt_key_is_not_silently_dead() -> None:
    """`ctlr+x` is refused with what was meant; the command keeps its usual key."""
    found = read_keymap({"users.remove": "ctlr+x"})
    assert found.keys == {}
    assert "ctlr+x is not a key. Did you mean ctrl+x?" in str(found.complaints[0])


@pytest.mark.parametrize("key", ["ctrl+h", "ctrl+i", "ctrl+m", "ctrl+a", "ctrl+b", "backspace", "ctrl+["])
def test_keys_that_terminals_do_not_send_are_refused(key: str) -> None:
    """A key that arrives as another one, or never, is no key for a command."""
    assert len(reasons({"users.remove": key})) == 1


def test_a_clash_on_one_screen_leaves_the_entry_out() -> None:
    """Two meanings on one screen are refused; the same key on two screens is fine."""
    assert "n is already users.new" in reasons({"users.remove": "n"})[0]
    assert "q is already app.back" in reasons({"transfers.accept": "q"})[0]
    assert reasons({"transfers.accept": "n"}) == []


def test_swapping_two_keys_is_no_clash() -> None:
    """What matters is how the keys are in the end."""
    assert read_keymap({"users.new": "d", "users.remove": "n"}).complaints == ()


def test_the_confirming_key_must_differ_from_every_opening_key() -> None:
    """A key that opens a dialog never confirms it too."""
    assert "would both open a dialog (transfers.accept) and confirm it" in reasons({"dialog.yes": "a"})[0]


def test_an_empty_value_switches_a_command_off() -> None:
    """Off means that no key runs it."""
    found = read_keymap({"transfers.decline": ""})
    assert found.keys == {"transfers.decline": OFF}
    assert keys_of("transfers.decline", found.keys) == ()


def test_the_defaults_are_free_of_clashes() -> None:
    """Our own table passes the check that users' keys have to pass."""
    assert read_keymap({each.id: each.keys for each in BY_ID.values() if each.keys != OFF}).complaints == ()


def test_every_binding_has_an_id_and_a_help_sentence() -> None:
    """So that it can be remapped, and found in the help."""
    for binding in bindings("app", "table", "list", "overview", "users", "transfers", "dialog"):
        assert binding.id is not None
        assert BY_ID[binding.id].help.endswith(".")
    assert key_names(["j", "down", "question_mark", "ctrl+p"]) == "j ↓ ? ctrl+p"
