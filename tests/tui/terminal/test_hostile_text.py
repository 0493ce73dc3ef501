"""Whatever somebody else typed: no widget lets it reach the terminal as anything but characters."""

import re
from collections.abc import Iterator

import pytest
from disagreeing import CLUSTERS
from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.widget import Widget
from textual.widgets import (
    Button,
    Checkbox,
    Collapsible,
    DataTable,
    Footer,
    Header,
    Input,
    Label,
    ListItem,
    ListView,
    Log,
    OptionList,
    RichLog,
    SelectionList,
    Static,
    TabbedContent,
    TabPane,
    TextArea,
    Tree,
)

from tui.presentation.text import clean
from tui.terminal.app import TerminalApp
from tui.terminal.filters import ControlFence
from tui.terminal.preflight import Terminal

MARK = "Zq"
HOSTILE = {
    "title": "Zq\x1b]0;PWN\x07x",
    "title, ST": "Zq\x1b]2;PWN\x1b\\x",
    "hyperlink": "Zq\x1b]8;;http://evil.test/\x1b\\ok\x1b]8;;\x1b\\",
    "clear": "Zq\x1b[2J\x1b[H\x1b[41mPWN",
    "alternate screen": "Zq\x1b[?1049lPWN",
    "query": "Zq\x1b[c\x1b[21t",
    "graphics": "Zq\x1b_Ga=q\x1b\\Q",
    "reset": "Zq\x1bcRIS",
    "C1 CSI": "Zq\x9b41mPWN",
    "C1 OSC": "Zq\x9d0;PWN\x9c",
    "C1 DCS": "Zq\x90PWN\x9c",
    "bell": "Zq\x07\x07",
    "backspace": "Zq\x08\x08over",
    "shift out": "Zq\x0e\x0f",
    "nul": "Zq\x00",
    "delete": "Zq\x7f",
    "override": "Zq\u202emoc.live",
    "isolate": "Zq\u2066\u2067abc",
    "mark": "Zq\u200f\u061c",
    "BOM": "Zq\ufeffadmin",
    "tags": "Zq\U000e0041\U000e0042",
    "surrogate": "Zq\ud800x",
    "zero width": "Zq\u200b\u2060x",
    "separator": "Zq\u2028\u2029x",
}
DANGEROUS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def widgets(text: str) -> Iterator[Widget]:
    """The text in every common widget, by the ways that do not read markup."""
    yield Static(text, markup=False)
    yield Static(Content(text))
    yield Static(Text(text))
    yield Label(text, markup=False)
    yield Button(Content(text))
    yield Checkbox(Content(text))
    yield Input(text, placeholder=text, select_on_focus=False)
    yield TextArea(text)
    yield OptionList(Content(text))
    yield SelectionList[int]((Content(text), 1))
    yield ListView(ListItem(Label(text, markup=False)))
    yield Collapsible(Static(text, markup=False), title="x", collapsed=False)
    tree: Tree[None] = Tree(Text(text))
    tree.root.add_leaf(Text(text))
    yield tree
    titled = Static("x")
    titled.border_title, titled.border_subtitle = Content(text), Content(text)
    titled.styles.border = ("round", "white")
    yield titled


class Gallery(TerminalApp[None]):
    """Everything that shows text, showing one text."""

    CSS = "Screen { overflow-y: auto; } Screen > * { height: 4; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, text: str, terminal: Terminal) -> None:
        super().__init__(terminal)
        self.text = text
        self.title = text

    def compose(self) -> ComposeResult:
        """All of them."""
        yield Header()
        yield from widgets(self.text)
        with TabbedContent():
            yield TabPane(Content(self.text), Static("x"))
        yield DataTable()
        yield Log()
        yield RichLog()
        yield Footer()

    def on_mount(self) -> None:
        """Fill those that are filled later."""
        table = self.screen.query_one(DataTable)
        table.add_column(Text(self.text))
        table.add_row(Text(self.text))
        self.screen.query_one(Log).write_line(self.text)
        self.screen.query_one(RichLog).write(Text(self.text))
        self.notify(self.text, title="x", markup=False)


async def shown(text: str, terminal: Terminal | None = None) -> str:
    """All characters of all cells of the gallery."""
    app = Gallery(text, terminal or Terminal())
    async with app.run_test(size=(100, 140), notifications=True) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert not any(style is not None and style.link for strip in strips for _, style, _ in strip)
        return "\n".join(strip.text for strip in strips)


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 6))
async def test_the_fence_holds_for_text_nobody_cleaned(first: int) -> None:
    """Through no widget does a control, bidirectional, unseen or surrogate character reach a cell."""
    names = list(HOSTILE.values())[first : first + 6]
    text = await shown(" ".join(names))
    assert text.count(MARK) >= 15 * len(names)
    assert not DANGEROUS.search(text.replace("\n", ""))


async def test_clean_text_is_shown_literally() -> None:
    """Text that was cleaned shows in full, brackets included, and is never read as markup."""
    text = await shown(clean("Zq\x1b[b]x[/b] [@click=app.quit]"))
    assert "Zq␛[b]x[/b] [@click=app.quit]" in text


async def test_ascii_terminals_get_ascii() -> None:
    """With ASCII asked for, borders, arrows and scroll bars of all widgets are ASCII too."""
    text = await shown("Zq Zoë 日", Terminal(ascii_only=True))
    assert text.isascii()
    assert "Zq Zoe ??" in text


async def test_no_colour_means_none() -> None:
    """With NO_COLOR no cell has a colour."""
    app = Gallery("Zq", Terminal(no_color=True))
    async with app.run_test() as pilot:
        await pilot.pause()
        styles = [style for strip in app.screen._compositor.render_strips() for _, style, _ in strip if style]
    assert all(colour is None or colour.is_default for style in styles for colour in (style.color, style.bgcolor))


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
def test_the_fence_keeps_every_width(cluster: str) -> None:
    """What it takes out of a line, the joiner of two emoji included, moves nothing behind it."""
    line = [Segment(f"a{cluster}b"), Segment(cluster)]
    fenced = ControlFence().apply(line, Color(0, 0, 0))
    assert [cell_len(segment.text) for segment in fenced] == [cell_len(segment.text) for segment in line]
    assert "\u200d" not in "".join(segment.text for segment in fenced)
