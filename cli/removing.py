"""`headcount users remove`: everybody who matches, counted by the server, shown, removed as one command; and back.

Exit codes: 0 everybody who was counted is removed, 1 some were left alone, 2 nobody is named or can be asked,
130 not agreed to.
"""

import argparse
import asyncio
from collections.abc import Sequence
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CANCELLED, DONE, FAILED, USAGE
from cli.lists import with_email
from cli.output import agreed, answered, can_ask, say
from cli.progress import Progress
from cli.tables import print_json
from cli.users import filters
from client.api import Client
from client.errors import Refused
from client.protocol import new_key
from contract.selections import (
    LeftBecause,
    NewSelection,
    RemoveSelection,
    Selection,
    SelectionStatus,
    UsersFilter,
)
from contract.subscription import Overview
from contract.users import User, UserBatchReport, UserResult, UsersQuery
from tui.presentation.errors import told
from tui.presentation.seat_sums import Vacancy, vacancy_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.users import earlier_summary, leaving_line, restored_line, seated_word
from tui.presentation.wording import count
from tui.runtime.last_removal import EarlierRemoval

__all__ = ["remove", "restore", "take_back"]

_LOOK_EVERY = 0.5
_NO_TERMINAL = "Nobody was removed: without a terminal say --yes to remove them, or --dry-run to see whom."
_LEFT = {
    LeftBecause.GONE: "removed by somebody else meanwhile",
    LeftBecause.CHANGED: "changed since the count",
    LeftBecause.CAME: "added since the count",
    LeftBecause.NO_SEAT: "no paid seat is free",
    LeftBecause.NOT_RESTORABLE: "listed again, or changed since",
}


def remove(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Remove everybody who matches once that was agreed to. The exit code."""
    found = filters(options)
    if not found and not options.all:
        message = "Say whom to remove: --status, --source, --search or --added, or --all for everybody."
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
    _tell("\n".join(_summary(selection, overview)))
    if options.dry_run or not selection.count:
        return _end(options, selection, DONE)
    if asks and not _typed(selection.count):
        return say("Nobody was removed.", CANCELLED)
    key = new_key()

    async def removed(client: Client) -> Selection:
        removal = RemoveSelection(count=selection.count)
        return await _followed(client, await client.remove_selection(selection.id, removal, key=key))

    after = call(target, removed, noted=True)
    _tell(f"{count(after.removed, 'user')} removed. headcount users restore {after.id} takes it back.")
    return _end(options, after, FAILED if after.gone + after.changed else DONE)


def restore(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take a removal back, as far as paid seats are free. The exit code."""
    asks = not (options.yes or options.dry_run)
    if asks and not can_ask():
        return say("Nobody was restored: without a terminal say --yes, or --dry-run to see how many.", USAGE)
    target = chosen(options, flags)
    selection = call(target, lambda client: client.selection(options.id))
    _tell(f"{count(selection.away, 'user')} of this removal {'is' if selection.away == 1 else 'are'} still away.")
    if options.dry_run or not selection.away:
        return _end(options, selection, DONE)
    if asks and not agreed(f"Restore {count(selection.away, 'user')}?"):
        return say("Nobody was restored.", CANCELLED)
    return _restored(target, selection, options)


def take_back(target: Target, found: EarlierRemoval, overview: Overview, options: argparse.Namespace) -> int:
    """List those again whom one removed last, once that was agreed to. The exit code."""
    summary = earlier_summary(found.users, found.away, found.event.created_at, overview)
    _tell("\n".join(plain(line) for line in (summary.title, *summary.lines, *summary.items)))
    if options.dry_run:
        return say("Nothing was done.", DONE)
    if not options.yes and not agreed(f"{summary.verb}?"):
        return say("Nothing was done.", CANCELLED)
    selection = found.selection
    if selection is not None:
        return _restored(target, selection, options)
    after = call(target, lambda client: _listed_again(client, found.users), noted=True)
    for user, result in zip(found.users, after, strict=True):
        _tell(plain(restored_line(user, result)))
    results = [UserResult(index=place, user=each) for place, each in enumerate(after) if isinstance(each, User)]
    report = UserBatchReport(done=len(results), failed=len(after) - len(results), results=tuple(results))
    if options.json:
        print_json(report)
    _tell(f"{count(report.done, 'user')} restored.")
    return FAILED if report.failed else DONE


async def _listed_again(client: Client, users: Sequence[User]) -> list[User | str]:
    """Each as it is afterwards, or why not; a server that fails ends it."""
    found: list[User | str] = []
    for user in users:
        try:
            found.append(await client.restore_user(user.id, key=new_key()))
        except Refused as error:
            found.append(told(error))
    return found


def _restored(target: Target, selection: Selection, options: argparse.Namespace) -> int:
    key = new_key()

    async def restored(client: Client) -> Selection:
        return await _followed(client, await client.restore_selection(selection.id, key=key))

    after = call(target, restored, noted=True)
    _tell(f"{count(after.restored - selection.restored, 'user')} restored.")
    return _end(options, after, FAILED if after.no_seat + after.not_restorable else DONE)


def _summary(selection: Selection, overview: Overview) -> list[str]:
    """Whom it is about, and what it does to the seats."""
    statuses = f"{selection.active:,} {seated_word(overview)}, {selection.not_paid:,} NOT PAID"
    if not selection.count:
        return ["Nobody matches."]
    sums = Vacancy(selection.seats.taken, selection.seats.free) if selection.seats else None
    lines = vacancy_lines(overview, selection.active, selection.not_paid, sums)
    said = [leaving_line(count(selection.count, "user"), selection.count, overview), f"Counted: {statuses}."]
    return [*said, *map(plain, lines)]


async def _followed(client: Client, selection: Selection) -> Selection:
    """The selection when it is done; ctrl+c ends the looking on, not the work."""
    restoring = selection.status is SelectionStatus.RESTORING
    with Progress(selection.removed if restoring else selection.count) as progress:
        while selection.underway:
            progress.done(selection.restored if restoring else selection.removed)
            await asyncio.sleep(_LOOK_EVERY)
            selection = await client.selection(selection.id)
    return selection


async def _user_id(client: Client, who: str) -> str:
    """An id as it is, or the one behind an address.

    Raises:
        Stop: nobody listed has it.
    """
    if who.startswith("usr_") and "@" not in who:
        return who
    if user := await with_email(client, client.users, UsersQuery(), who):
        return user.id
    message = f"Nobody is listed as {clean(who, 120)}; nobody was removed."
    raise Stop(message, FAILED)


def _typed(number: int) -> bool:
    """Ask on the terminal for the number itself."""
    typed = answered(f"Type {number} to remove {count(number, 'user')}: ") or ""
    return typed.replace(",", "") == str(number)


def _end(options: argparse.Namespace, selection: Selection, code: int) -> int:
    """Who was left alone, and the whole as JSON if that was asked for."""
    for each in selection.left:
        _tell(f"! {clean(each.name, 60)} <{clean(each.email, 120)}>: {_LEFT[each.because]}")
    if more := _left(selection) - len(selection.left):
        _tell(f"! and {more:,} more")
    if options.json:
        print_json(selection)
    return code


def _left(selection: Selection) -> int:
    """How many were left alone by the command that ran last."""
    return selection.gone + selection.changed + selection.came + selection.no_seat + selection.not_restorable


def _tell(text: str) -> None:
    say(text, DONE)
