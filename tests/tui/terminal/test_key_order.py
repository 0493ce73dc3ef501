"""Keys that arrive together have their effect one after the other."""

from pathlib import Path

from ptyterm import PtyProgram
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Input, Label

from tui.terminal.app import TerminalApp
from tui.terminal.key_parser import Key

DEMO = "tests/tui/terminal/demo_app.py"


class Typing(TerminalApp[None]):
    """`i` moves the focus into an input, `n` opens a screen that counts its own `n`."""

    BINDINGS = [("i", "type"), ("n", "open"), ("x", "count"), ("q", "quit")]  # noqa: RUF012 - Textual's shape

    AUTO_FOCUS = None
    pressed = 0

    def compose(self) -> ComposeResult:
        """A label and an input without the focus."""
        yield Label("here")
        yield Input()

    def action_type(self) -> None:
        """Type from now on."""
        self.screen.query_one(Input).focus()

    def action_open(self) -> None:
        """Another screen."""
        self.push_screen(Counting())

    def action_count(self) -> None:
        """An `x` that came to the app itself."""
        self.pressed += 1


class Counting(Screen[None]):
    """Keeps every `x` for itself."""

    BINDINGS = [("x", "count")]  # noqa: RUF012 - Textual's shape
    pressed = 0

    def action_count(self) -> None:
        """One more."""
        self.pressed += 1


async def burst(app: App[None], keys: str) -> None:
    """Keys as they come in one packet."""
    from textual import events

    for key in keys:
        app.post_message(events.Key(key, key))


async def test_letters_after_a_change_of_focus_are_text() -> None:
    """`ixxx` in one packet types xxx; none of it runs the command of that letter."""
    app = Typing()
    async with app.run_test() as pilot:
        await burst(app, "ixxx")
        await pilot.pause(0.1)
        assert app.screen.query_one(Input).value == "xxx"
        assert app.pressed == 0


async def test_keys_after_an_opened_screen_are_for_that_screen() -> None:
    """`nxx` in one packet opens the screen, which then gets both."""
    app = Typing()
    async with app.run_test() as pilot:
        await burst(app, "nxx")
        await pilot.pause(0.1)
        assert isinstance(app.screen, Counting)
        assert (app.screen.pressed, app.pressed) == (2, 0)


async def test_no_key_is_lost_when_many_come_at_once() -> None:
    """Two hundred keys in one packet are two hundred keys."""
    app = Typing()
    async with app.run_test() as pilot:
        await burst(app, "x" * 200)
        while app.pressed < 200:
            await pilot.pause()
        assert app.pressed == 200


async def test_keys_behind_the_one_that_leaves_are_nothing() -> None:
    """`q` and more in one packet: the app closes cleanly, with nobody left to hand the rest to."""
    app = Typing()
    async with app.run_test() as pilot:
        await burst(app, "qxx")
        await pilot.pause(0.1)
    assert app.return_code == 0


class Refusing(Typing):
    """Takes no `x` behind Esc; another key arrives just before its turn."""

    def _done(self, number: int) -> None:
        if self._waiting and self._waiting[0].key == "x":
            self.post_message(Key("4", "4"))
        super()._done(number)

    def takes_behind_escape(self, event: Key) -> bool:  # noqa: ARG002 - as the one it replaces
        """No."""
        return False


async def test_a_key_waits_for_those_before_it_also_behind_one_that_was_refused() -> None:
    """Esc and x together, then 1 2 3; 4 comes when it is the turn of x: what is typed is 1234."""
    app = Refusing()
    async with app.run_test() as pilot:
        await pilot.press("i")
        for key in (Key("escape", None), Key("x", "x", behind_escape=True), *(Key(each, each) for each in "123")):
            app.post_message(key)
        await pilot.pause(0.1)
        assert app.screen.query_one(Input).value == "1234"


def test_a_burst_on_a_real_terminal_ends_where_single_keys_would(tmp_path: Path) -> None:
    """The same through a pty: pasted keys and typed keys leave the same screen."""
    screens = []
    for at_once in (True, False):
        with PtyProgram([DEMO], env={"HEADCOUNT_TEST_STATE": str(tmp_path)}) as program:
            program.wait_for_text("user3@")
            program.settle(0.2)
            for part in ["\x1b[B" * 7 + "\x1b[A" * 2] if at_once else ["\x1b[B"] * 7 + ["\x1b[A"] * 2:
                program.type(part)
            program.settle(0.3)
            screens.append(program.cells())
    assert screens[0] == screens[1]
