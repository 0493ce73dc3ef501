"""The app: which area is in front, how the connection stands, and the keys that work everywhere."""

import asyncio
import datetime as dt
import importlib
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, cast

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen
from textual.signal import Signal
from textual.timer import Timer

from client.errors import HeadcountError
from contract.events import EventKind
from contract.people import Me
from contract.profile import OwnProfile
from contract.subscription import Overview, PlanKind
from screens.overview.screen import OverviewScreen
from screens.shared.area_screen import AreaScreen
from screens.shared.confirm import Confirm
from screens.shared.live_area import LiveArea
from tui.input.areas import AREAS, CONTRACT_AREAS, PROFILE
from tui.input.commands import BILLED, CHANGING, bindings, for_area, key_names
from tui.input.keymap import Keymap, read_keymap
from tui.presentation.confirmation import Summary
from tui.presentation.errors import told
from tui.presentation.glyphs import Glyphs, glyphs_for
from tui.presentation.tones import theme_name
from tui.runtime.away import Away
from tui.runtime.notifications import News
from tui.runtime.recovery import aftermath, left_over
from tui.runtime.session import Connection, Link, Listeners, Session
from tui.runtime.settings import Settings
from tui.runtime.troubles import Troubles
from tui.terminal.app import TerminalApp
from tui.terminal.first_frame import FirstFrame
from tui.terminal.key_parser import Key
from tui.terminal.preflight import Terminal
from tui.widgets.app_bar import Frame, connection_line
from tui.widgets.table.table import VirtualTable
from tui.widgets.themes import HEADCOUNT

__all__ = ["HeadcountApp"]

PATIENCE = dt.timedelta(seconds=3)
"""How long after the start nothing need be said about an answer that has not come."""

NO_ANSWER = "No answer from the server yet; Headcount keeps trying. q quits; headcount info shows its address."


def _later(module: str, name: str) -> Callable[[], Screen[None]]:
    """A screen that is imported when it is first wanted: the first one shows sooner."""

    def made() -> Screen[None]:
        screen: Screen[None] = getattr(importlib.import_module(f"screens.{module}.screen"), name)()
        return screen

    return made


async def _load_other_screens() -> None:
    """Import the other areas while somebody looks at the first, so that their keys answer at once."""
    for name in tuple(AREAS)[1:]:
        await asyncio.to_thread(importlib.import_module, f"screens.{name}.screen")


def _who(me: Me) -> dict[str, str]:
    """Whose subscription it is and as whom one works, for the frame."""
    role = me.role.value if me.organisation else "no organisation"
    return {"organisation": me.organisation_name, "account": me.account.email, "role": role}


def _why_absent(screen: Screen[object]) -> str:
    """Why a screen lacks commands that it has on other plans."""
    return screen.why_absent() if isinstance(screen, AreaScreen) else ""


class HeadcountApp(TerminalApp[None]):
    """The terminal app over one session."""

    TITLE = "Headcount"
    MODES: ClassVar = {
        "overview": OverviewScreen,
        "users": _later("users", "UsersScreen"),
        "transfers": _later("transfers", "TransfersScreen"),
        "members": _later("members", "MembersScreen"),
        "codes": _later("codes", "CodesScreen"),
        "billing": _later("billing", "BillingScreen"),
        "activity": _later("activity", "ActivityScreen"),
        "profile": _later("profile", "ProfileScreen"),
    }
    DEFAULT_MODE = "overview"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ALLOW_SELECT = False
    CSS = "SearchIcon { display: none; }"
    """Without the palette's magnifying glass: some terminals draw it two cells wide, some not at all."""

    def __init__(
        self,
        session: Session,
        settings: Settings | None = None,
        *,
        settings_text: str = "",
        terminal: Terminal | None = None,
        state_dir: Path = Path(),
        first_frame: FirstFrame | None = None,
    ) -> None:
        self.session = session
        self.settings = settings or Settings()
        self.frame = Frame(profile=session.profile, colour=session.colour, read_only=session.read_only)
        super().__init__(terminal, state_dir, first_frame=first_frame)
        self.glyphs: Glyphs = glyphs_for(ascii_only=self.terminal.ascii_only)
        self.overview_signal: Signal[Overview] = Signal(self, "overview")
        self.changed_signal: Signal[frozenset[EventKind]] = Signal(self, "changed")
        self.own_signal: Signal[OwnProfile] = Signal(self, "own")
        self.keymap = self.read_keys(self.settings, settings_text)
        self.user_keys = self.keymap.keys
        self._countdown: Timer | None = None
        self._others_loaded = False
        self._troubles = Troubles()
        self._opened = self.session.now()
        self.news = News(self, self.settings.attention)
        self.away = Away(session)
        self.register_theme(HEADCOUNT)
        self.theme = theme_name(os.environ, self.settings.screen.theme)

    @staticmethod
    def read_keys(settings: Settings, text: str) -> Keymap:
        """The user's own keys in settings whose file has that text, and what can't be used of them."""
        return read_keymap(settings.keys, text)

    def on_mount(self) -> None:
        """Follow the server from now on."""
        if self.user_keys:
            self.set_keymap(dict(self.user_keys))
        self.session.listeners = Listeners(
            overview=self._new_overview,
            connection=self._new_connection,
            changed=self.changed_signal.publish,
            event=self.news.hear,
            own=self._new_own,
        )
        self._count_down()
        self.run_worker(self.session.run(), group="session", exit_on_error=False)
        self.run_worker(self._tell_first(), group="first", exit_on_error=False)

    async def on_unmount(self) -> None:
        """Leave no connection open; what was told until now has been seen."""
        self.away.seen()
        await self.session.client.aclose()

    async def _tell_first(self) -> None:
        """Say which of the user's keys can't be used, and what became of commands the last run saw no end of."""
        if self.keymap.complaints and isinstance(self.screen, AreaScreen):
            complaints = "; ".join(str(complaint) for complaint in self.keymap.complaints)
            self.screen.show_error(f"Some of your custom keys can't be used: {complaints}")
        client = self.session.client
        try:
            said = await aftermath(client, await left_over(client))
        except HeadcountError:
            return
        if said and isinstance(self.screen, AreaScreen):
            self.screen.show_result("Since your last session: " + " ".join(said), "warn")

    # What the session tells.

    def _new_overview(self, overview: Overview) -> None:
        counts = {
            "users": overview.seats.used + overview.seats.inactive + overview.seats.not_paid,
            "transfers": overview.transfers.incoming,
        }
        areas = CONTRACT_AREAS if overview.plan.kind is PlanKind.CONTRACT else tuple(AREAS)
        self.news.look(overview)
        self._show_frame(counts=counts, areas=areas, **self._news(), **_who(overview.me))
        self.overview_signal.publish(overview)
        if self.current_mode not in (*areas, PROFILE):
            self.call_later(self.action_area, "overview")
        if not self._others_loaded:
            self._others_loaded = True
            self.call_after_refresh(self._load_others)

    def _new_own(self, own: OwnProfile) -> None:
        """Somebody who administers nothing: their own profile is all there is."""
        home = None if own.me.organisation else next(iter(own.memberships), None)
        joined = {"organisation": home.organisation.name, "role": home.role.value} if home else {}
        self._show_frame(counts={}, areas=(PROFILE,), **{**_who(own.me), **joined})
        self.own_signal.publish(own)
        if self.current_mode != PROFILE:
            self.call_later(self.action_area, PROFILE)

    async def _tell_away(self) -> None:
        """Say what happened since somebody looked last, once the first screen stands."""
        if said := await self.away.look():
            self.news.tell_away(said)
            self._show_frame(**self._news())

    def _load_others(self) -> None:
        self.run_worker(self._tell_away(), group="first", exit_on_error=False)
        self.run_worker(_load_other_screens(), group="first", exit_on_error=False)

    def _new_connection(self, connection: Connection) -> None:
        self._show_link(connection)
        live = connection.link is Link.LIVE
        if live and self._countdown is not None:
            self._countdown.stop()
            self._countdown = None
        elif not live:
            self._count_down()
        error = connection.error
        if error and (connection.link is Link.REFUSED or not self.session.is_known):
            self._say_trouble(error.message, told(error))
        elif live:
            self._end_trouble()

    def _count_down(self) -> None:
        """While there is no connection: the seconds to the next attempt, and what is known about the reason."""
        if self._countdown is None:
            self._countdown = self.set_interval(1, self._tick)

    def _tick(self) -> None:
        self._show_link(self.session.connection)
        if reason := self.session.diagnose():
            self._say_trouble(reason, reason)
        elif not self.session.is_known and self.session.now() - self._opened > PATIENCE:
            self._say_trouble("", NO_ANSWER)

    def _say_trouble(self, reason: str, words: str) -> None:
        """Say why there is no connection."""
        screen = self._shown_area()
        if screen is not None and self._troubles.may_say(reason, screen.action_bar.result):
            screen.show_error(words)
            self._troubles.said(reason, screen.action_bar.result)

    def _end_trouble(self) -> None:
        """The connection is there: nothing that was said about it holds any longer."""
        screen = self._shown_area()
        if self._troubles.end(screen.action_bar.result if screen else "") and screen is not None:
            screen.clear_result()

    def _shown_area(self) -> AreaScreen | None:
        """The area in front, once its rows are there."""
        screen = self.screen
        return screen if isinstance(screen, AreaScreen) and screen.has_rows else None

    def _show_link(self, connection: Connection) -> None:
        self._show_frame(link=connection_line(connection, self.session.now(), self.glyphs))

    def _news(self) -> dict[str, object]:
        """The line of what needs attention, and the areas that show it."""
        return {"news": self.news.line, "fresh": self.news.areas}

    def _show_frame(self, **changes: object) -> None:
        facts = {name: getattr(self.frame, name) for name in Frame.__dataclass_fields__}
        self.frame = Frame(**{**facts, **changes})
        for screen in self.screen_stack:
            if isinstance(screen, AreaScreen):
                screen.show_frame(self.frame)

    def now(self) -> dt.datetime:
        """The server's time as of the last overview, for ages and days: a sandbox clock may be elsewhere."""
        told = self.session.overview or self.session.own
        return told.as_of if told else self.session.now()

    def on_area_screen_news_seen(self) -> None:
        """The line about what needs attention was closed."""
        self.news.dismiss()
        self._show_frame(**self._news())

    def takes_behind_escape(self, event: Key) -> bool:
        """Esc and a key in one breath may be alt and that key, or no key: it moves and opens, but changes nothing."""
        screen = self.screen
        if isinstance(screen, ModalScreen):
            return False
        if screen.focused is not None and screen.focused.check_consume_key(event.key, event.character):
            return True
        active = screen.active_bindings.get(event.key)
        if active is None or active.binding.id not in CHANGING:
            return True
        if isinstance(screen, AreaScreen):
            screen.show_result(
                f"Esc and {key_names([event.key])} arrived together: press it again if you meant it.", "dim"
            )
        return False

    # Keys that work everywhere.

    async def action_area(self, area: str) -> None:
        """1, 2, 3 and so on: another area, if the plan has it."""
        there = area in self.frame.areas or area == PROFILE
        if there and area != self.current_mode:
            self.news.dismiss(area)
            self._show_frame(**self._news())
            await self.switch_mode(area)
        elif not there and isinstance(self.screen, AreaScreen):
            self.screen.show_result(self._why_absent(), "dim")

    def _why_absent(self) -> str:
        if self.session.own is not None:
            return "You don't manage a subscription: only your own profile is available."
        known = self.session.overview is not None
        return "This area is not part of your plan." if known else "Still connecting: please wait."

    async def action_next_area(self, step: int) -> None:
        """[ and ]: the neighbour."""
        areas = self.frame.areas
        here = areas.index(self.current_mode) if self.current_mode in areas else min(0, -step)
        await self.action_area(areas[(here + step) % len(areas)])

    def action_refresh_all(self) -> None:
        """R: everything again, the picture included, and a lost connection at once."""
        self.action_redraw()
        for table in self.screen_stack[0].query(VirtualTable):
            table.let_go()
        self.session.touch(*EventKind)
        self.session.retry()

    async def action_help(self) -> None:
        """The keys of this screen."""
        from screens.shared.help import Help

        area = getattr(self.screen, "AREA", "")
        if area:
            await self.push_screen(Help(area, self._unused(self.screen), _why_absent(self.screen)))

    async def action_escape(self) -> None:
        """Close what is open; never quits."""
        if isinstance(self.screen, AreaScreen):
            self.screen.close_something()

    async def action_back(self) -> None:
        """q: back, and from an area quit, whatever is said or open there: what is typed next is not for the app."""
        if not (isinstance(self.screen, AreaScreen) and self.screen.go_back()):
            await self.action_quit()

    def action_cancel(self) -> None:
        """ctrl+c: stop asking for what is being asked for. A command on its way is left alone: it may be done."""
        if not isinstance(self.screen, AreaScreen) or self.screen.cancel_something():
            return
        running = [worker for worker in self.workers if worker.group in {"question", "file"} and worker.is_running]
        for worker in running:
            worker.cancel()
        said = "Cancelled." if running else "Nothing to cancel. q quits, y copies."
        self.screen.show_result(said, "dim")

    async def action_quit(self) -> None:
        """Leave; asks only when something is unfinished."""
        unfinished = [text for screen in self._areas() if (text := screen.unfinished)]
        if not unfinished:
            self.exit()
        elif not (isinstance(self.screen, Confirm) and self.screen.summary.opener == "app.quit"):
            lines = [f"You have {text}." for text in unfinished]
            summary = Summary("Leave Headcount?", "Leave", lines=lines, opener="app.quit")
            await self.push_screen(Confirm(summary), lambda leave: self.exit() if leave else None)

    def _areas(self) -> list[LiveArea]:
        return [screen for stack in self._screen_stacks.values() for screen in stack if isinstance(screen, LiveArea)]

    def _unused(self, screen: Screen[object]) -> frozenset[str]:
        """Ids of the commands that there is no word of on this plan or on this screen."""
        absent = screen.absent_commands() if isinstance(screen, AreaScreen) else frozenset()
        return absent if "billing" in self.frame.areas else absent | BILLED

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every command of the screen that is in front."""
        unused = self._unused(screen)
        for command in for_area(getattr(screen, "AREA", "")):
            if command.palette and command.id not in unused:
                yield SystemCommand(command.label, command.help, self._runner(screen, command.action))
        if why := _why_absent(screen):
            yield SystemCommand("more users", why, partial(cast("AreaScreen", screen).show_result, why, "warn"))

    def _runner(self, screen: Screen[object], action: str) -> Callable[[], object]:
        """What runs an action where its key would have run it: in the focused widget, on the screen, in the app."""
        name = f"action_{action.partition('(')[0]}"
        nodes = [screen.focused, *screen.query(VirtualTable), screen, self]
        target = next((node for node in nodes if node is not None and hasattr(node, name)), screen)
        return lambda: self.run_action(action, target)
