"""What may be said of webhooks on the command line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from cli.how_many import add_how_many

if TYPE_CHECKING:
    import datetime as dt

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

Making: TypeAlias = Callable[["Commands", str, str, str], argparse.ArgumentParser]
"""Makes a command: where, its name, what runs it, what it does."""

_KINDS = "only these, such as user.added,transfer.*"


def add_webhooks(verbs: "Commands", make: Making) -> list[argparse.ArgumentParser]:
    """All verbs of `headcount webhooks`."""
    listed = make(verbs, "list", "cli.webhooks:list_all", "every webhook and how it goes")
    added = make(verbs, "add", "cli.webhooks:add", "tell an address of events from now on, and print its secret once")
    added.add_argument("url", metavar="URL", help="https://… of whoever is to be told")
    added.add_argument("--kinds", metavar="KINDS", help=f"{_KINDS} (default: all)")
    added.add_argument("--description", metavar="TEXT", help="what it is for")
    shown = make(verbs, "show", "cli.webhooks:show", "one webhook and how it goes")
    changed = make(verbs, "change", "cli.webhooks:change", "another address, another filter, off or on")
    changed.add_argument("--url", metavar="URL")
    changed.add_argument("--kinds", metavar="KINDS", help=f"{_KINDS}; all for everything")
    changed.add_argument("--description", metavar="TEXT")
    state = changed.add_mutually_exclusive_group()
    state.add_argument("--on", dest="enabled", action="store_true", default=None, help="go on where it stopped")
    state.add_argument("--off", dest="enabled", action="store_false", default=None, help="send nothing for now")
    removed = make(verbs, "remove", "cli.webhooks:remove", "delete a webhook")
    rotated = make(verbs, "rotate", "cli.webhooks:rotate", "a new secret, printed once; both sign for a day")
    sent = make(verbs, "deliveries", "cli.webhooks:deliveries", "what was sent, the newest events first")
    sent.add_argument("--state", choices=("waiting", "delivered", "failed"), help="only those")
    add_how_many(sent)
    again = make(verbs, "replay", "cli.webhooks:replay", "send again what was sent, or given up")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("--event", metavar="ID", help="one event, such as evt_12")
    which.add_argument("--since", type=_instant, metavar="ISO8601", help="everything from a moment on")
    which.add_argument("--failed", action="store_true", help="what was given up")
    for command in (shown, changed, removed, rotated, sent, again):
        command.add_argument("id", metavar="ID", help="as headcount webhooks list has it")
    return [listed, added, shown, changed, removed, rotated, sent, again]


def _instant(text: str) -> "dt.datetime":
    import datetime as dt

    try:
        found = dt.datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is no moment such as 2026-12-31T09:00Z"
        raise argparse.ArgumentTypeError(message) from error
