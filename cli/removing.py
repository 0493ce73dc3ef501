"""`headcount users remove`: everybody who matches, counted by the server, shown, removed as one command; and back.

Exit codes: 0 everybody who was counted is removed, 1 some were left alone, 2 nobody is named or can be asked,
130 not agreed to.
"""

import argparse
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import CANCELLED, DONE, FAILED, USAGE
from cli.lists import with_email
from cli.output import agreed, answered, can_ask, say
from cli.restoring import end, followed, restored, tell
from cli.users import filters
from client.api import Client
from client.protocol import new_key
from contract.selections import (
    NewSelection,
    RemoveSelection,
    Selection,
    UsersFilter,
)
from contract.subscription import Overview
from contract.users import UsersQuery
from tui.presentation.seat_sums import Vacancy, vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.users import leaving_line, seated_word
from tui.presentation.wording import count

__all__ = ["remove", "restore"]

_NO_TERMINAL = "Not confirmed: this is not a terminal. Use --yes to remove them or --dry-run to preview."


def remove(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Remove everybody who matches once that was agreed to. The exit code."""
    found = filters(options)
    if not found and not options.all:
        message = "Choose who to remove: --status, --source, --search or --added, or --all for all users."
        raise Stop(message, USAGE)
    asks = not (options.yes or options.dry_run)
    if asks and not can_ask():
        return say(_NO_TERMINAL, USAGE)
    target = chosen(options, flags)

    async def counted(client: Client) -> tuple[Overview, Selection]:
        exceptions = tuple([await _user_id(client, who) for who in dict.fromkeys(options.exceptions)])
        new = NewSelection(filter=UsersFilter.model_validate(found), exceptions=exceptions)
        return await client.overview(), await client.select_users(new)

    overview, selection = call(target, counted)
    tell("\n".join(_summary(selection, overview)))
    if options.dry_run or not selection.count:
        return end(options, selection, DONE)
    if asks and not _typed(selection.count):
        return say("Nobody was removed.", CANCELLED)
    key = new_key()

    async def removed(client: Client) -> Selection:
        removal = RemoveSelection(count=selection.count)
        return await followed(client, await client.remove_selection(selection.id, removal, key=key))

    after = call(target, removed, noted=True)
    tell(f"{count(after.removed, 'user')} removed. Undo with: headcount users restore {after.id}")
    return end(options, after, FAILED if after.gone + after.changed else DONE)


def restore(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Undo a removal, as far as paid seats are free. The exit code."""
    asks = not (options.yes or options.dry_run)
    if asks and not can_ask():
        return say("Not confirmed: this is not a terminal. Use --yes to restore them or --dry-run to preview.", USAGE)
    target = chosen(options, flags)
    selection = call(target, lambda client: client.selection(options.id))
    tell(f"{count(selection.away, 'user')} of this removal {'is' if selection.away == 1 else 'are'} still removed.")
    if options.dry_run or not selection.away:
        return end(options, selection, DONE)
    if asks and not agreed(f"Restore {count(selection.away, 'user')}?"):
        return say("Nobody was restored.", CANCELLED)
    return restored(target, selection, options)


def _summary(selection: Selection, overview: Overview) -> list[str]:
    """Whom it is about, and what it does to the seats."""
    statuses = f"{selection.active:,} {seated_word(overview)}, {selection.not_paid:,} NOT PAID"
    if not selection.count:
        return ["Nobody matches."]
    sums = Vacancy(selection.seats.taken, selection.seats.free) if selection.seats else None
    lines = vacancy_lines(overview, selection.active, selection.not_paid, sums)
    said = [leaving_line(count(selection.count, "user"), selection.count, overview), f"Counted: {statuses}."]
    return [*said, *map(plain, lines)]


async def _user_id(client: Client, who: str) -> str:
    """An id as it is, or the one behind an address.

    Raises:
        Stop: nobody listed has it.
    """
    if who.startswith("usr_") and "@" not in who:
        return who
    if user := await with_email(client, client.users, UsersQuery(), who):
        return user.id
    message = f"{clean(who, 120)} is not on the list of users; nobody was removed."
    raise Stop(message, FAILED)


def _typed(number: int) -> bool:
    """Ask on the terminal for the number itself."""
    typed = answered(f"Type {number} to remove {count(number, 'user')}: ") or ""
    return typed.replace(",", "") == str(number)
