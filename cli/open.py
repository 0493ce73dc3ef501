"""Open the app: on the demo, on a profile, or, when there is none, by offering the demo.

The order is what makes it quick: look at the terminal, paint the known frame, start the server, and only then import
Textual and everything that rests on it. Whatever this module imports at its top delays that first frame.
"""

import os
import sys

from cli.output import answered, can_ask
from tui.runtime.paths import config_file, find
from tui.terminal.preflight import Terminal, Unsuitable, preflight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from client.profile import Profile
    from tui.runtime.settings import Settings
    from tui.terminal.first_frame import FirstFrame


class OpenError(Exception):
    """The app can't open; said once the terminal is given back."""


_OFFER = """No profile is configured yet.

  Enter       opens the demo: a sample organisation; no money moves, no port is opened
  q, Enter    leaves

To sign in to a server, by browser or with a token:  headcount login --url https://…
"""


def open_demo(flags: "dict[str, Any]", *, fresh: bool) -> int:
    """The app on the sample organisation. Returns the exit code."""
    try:
        terminal = _look(flags)
    except Unsuitable as error:
        return _refuse(str(error))
    from tui.terminal.first_frame import painted
    from tui.terminal.splash import splash

    try:
        with painted(terminal, splash(terminal)) as frame:
            return _demo(terminal, flags, frame, fresh=fresh)
    except OpenError as error:
        return _refuse(str(error))


def _demo(terminal: Terminal, flags: "dict[str, Any]", frame: "FirstFrame", *, fresh: bool) -> int:
    _import_swiftly()
    from cli.demo import DemoError, running

    paths = find(os.environ)
    try:
        with running(paths, fresh=fresh) as demo:
            from client.profile import Profile
            from tui.runtime.settings import SettingsError, survey

            try:
                settings = survey(paths.config_file, flags=flags).for_app(None)
            except SettingsError as error:
                raise OpenError(str(error)) from error
            profile = Profile(url=f"unix://{demo.socket}", token_file=demo.token_file)
            return _run(terminal, settings, "demo", profile, frame, diagnose=demo.trouble, last_seen=demo.last_seen)
    except DemoError as error:
        raise OpenError(str(error)) from error


def open_profile(flags: "dict[str, Any]") -> int:
    """The app on the configured profile; without one, the offer to open the demo."""
    written = config_file(os.environ)
    if not os.path.exists(written):  # noqa: PTH110 - pathlib would take longer to import than the frame to paint
        return _without_settings(flags)
    try:
        terminal = _look({**_screen_of(written), **flags.get("screen", {})})
    except Unsuitable as error:
        return _refuse(str(error))
    from tui.terminal.first_frame import painted
    from tui.terminal.splash import splash

    try:
        with painted(terminal, splash(terminal)) as frame:
            code = _chosen(terminal, flags, frame)
    except OpenError as error:
        return _refuse(str(error))
    return _offer_demo(flags) if code is None else code


def _without_settings(flags: "dict[str, Any]") -> int:
    """There is no profile to open; a flag or the environment may name one all the same."""
    from tui.runtime.settings import SettingsError, survey

    try:
        survey(find(os.environ).config_file, flags=flags).chosen_profile()
    except SettingsError as error:
        return _refuse(str(error))
    return _offer_demo(flags)


def _chosen(terminal: Terminal, flags: "dict[str, Any]", frame: "FirstFrame") -> int | None:
    """The app on the profile that the settings choose; None when they have none."""
    _import_swiftly()
    from tui.runtime.settings import SettingsError, survey

    try:
        found = survey(find(os.environ).config_file, flags=flags)
        chosen = found.chosen_profile()
        settings = found.for_app(chosen[0] if chosen else None)
    except SettingsError as error:
        raise OpenError(str(error)) from error
    if chosen is None:
        return None
    wanted = _look(settings.screen.model_dump())
    terminal = wanted._replace(ascii_only=wanted.ascii_only or terminal.ascii_only)
    return _run(terminal, settings, *chosen, frame)


def _screen_of(path: str) -> dict[str, bool]:
    """What file and environment seem to say of the screen, read in a millisecond: enough to paint the first frame.

    The settings are read properly while it stands, and what they say counts.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            lines = file.readlines()
    except OSError:
        lines = []
    pairs = [line.partition("=")[::2] for line in lines]
    found = {name.strip(): value.split("#")[0].strip() == "true" for name, value in pairs}
    for name in ("ascii", "slow", "mouse"):
        if said := os.environ.get(f"HEADCOUNT_{name.upper()}"):
            found[name] = said.lower() in {"1", "true", "yes", "on"}
    return found


def _offer_demo(flags: "dict[str, Any]") -> int:
    if not can_ask():
        return _refuse("No profile is configured yet. Make one with: headcount login --url https://…")
    typed = answered(f"{_OFFER}\n> ")
    return open_demo(flags, fresh=False) if typed == "" else 0


def _look(flags: "dict[str, Any]") -> Terminal:
    screen = flags.get("screen", flags)
    return preflight(
        ascii_only=bool(screen.get("ascii", False)),
        slow=bool(screen.get("slow", False)),
        mouse=bool(screen.get("mouse", True)),
    )


def _import_swiftly() -> None:
    """Spare what costs start-up and brings nothing: looking for garbage while modules load, and pydantic's plug-ins.

    Those would be looked for among all installed packages; the demo's server, a child, spares them too.
    """
    import gc

    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")


def _loaded() -> None:
    """Look for garbage again, but never among what the modules hold: that stays as long as the app."""
    import gc

    gc.freeze()
    gc.enable()


def _run(
    terminal: Terminal,
    settings: "Settings",
    name: str,
    profile: "Profile",
    frame: "FirstFrame",
    *,
    diagnose: "Callable[[], str]" = str,
    last_seen: "Path | None" = None,
) -> int:
    from client.journal import Journal
    from client.profile import open_client
    from tui.app import HeadcountApp
    from tui.runtime.away import LookedAt
    from tui.runtime.paths import private_folder
    from tui.runtime.session import Session
    from tui.runtime.snapshot_cache import LastSeen

    _loaded()
    paths = find(os.environ)
    state = private_folder(paths.state)
    client = open_client(profile, name=name, journal=Journal(private_folder(state / "unanswered" / name)))
    session = Session(
        client,
        name,
        colour=profile.colour or "",
        read_only=profile.read_only,
        spending_limit=profile.spending_limit,
        diagnose=diagnose,
        last_seen=LastSeen(last_seen or private_folder(state / "last-seen") / name),
        looked=LookedAt(last_seen.with_name("looked-at") if last_seen else private_folder(state / "looked-at") / name),
    )
    written = paths.config_file.read_text() if settings.keys else ""
    app = HeadcountApp(session, settings, settings_text=written, terminal=terminal, state_dir=state, first_frame=frame)
    return app.run_safely(frame.attributes)


def wrong_keys(settings: "Settings", text: str) -> "list[tuple[int, str]]":
    """What can't be used of the keys of one's own, in a file with that text: its line (or 0), and why."""
    from tui.app import HeadcountApp

    complaints = HeadcountApp.read_keys(settings, text).complaints
    return [(each.line, f"{each.text}: {each.reason}") for each in complaints]


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2
