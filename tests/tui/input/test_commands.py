"""The table of commands and what is made from it."""

from tui.input.areas import TITLES
from tui.input.command_table import COMMANDS
from tui.input.commands import BY_ID, CHANGING, for_area, scopes_of


def test_an_area_offers_its_own_commands_first() -> None:
    """Own ones, then what lists share, then what is everywhere; nothing of another area."""
    found = [command.id for command in for_area("transfers")]
    assert found[0] == "transfers.accept"
    assert found.index("table.down") < found.index("app.help")
    assert not any(command.startswith(("users.", "overview.")) for command in found)


def test_ids_are_unique_and_scopes_are_known() -> None:
    """An id names one command, and its scope is bound somewhere."""
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    known = {scope for area in TITLES for scope in scopes_of(area)} | {"dialog"}
    assert {command.scope for command in COMMANDS} == known


def test_nothing_is_on_a_key_that_terminals_or_multiplexers_take() -> None:
    """No backspace, no alt, none of tmux's and screen's own keys."""
    keys = {key for command in COMMANDS for key in command.keys.split(",")}
    assert not keys & {"backspace", "ctrl+a", "ctrl+b", "ctrl+d", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+enter"}
    assert not any(key.startswith("alt+") for key in keys)


def test_every_command_that_changes_something_is_known_as_such() -> None:
    """What asks, what acts at once, and what a role may not do, but for those that only open a form to be filled in."""
    from screens.billing.screen import BillingScreen
    from screens.codes.screen import CodesScreen
    from screens.imports.screen import ImportScreen
    from screens.members.screen import MembersScreen
    from screens.transfers.screen import TransfersScreen
    from screens.users.screen import UsersScreen

    forms = {"users.new", "users.edit", "users.import", "transfers.send", "codes.new", "codes.edit"}
    forms |= {"imports.mend", "imports.columns", "imports.encoding"}
    areas = (UsersScreen, MembersScreen, CodesScreen, TransfersScreen, BillingScreen, ImportScreen)
    named = {command_id for area in areas for command_id in area.CHANGES}
    assert named - forms <= CHANGING <= set(BY_ID)
    assert {command.id for command in COMMANDS if command.asks} <= CHANGING
