"""Undoing a removal: a selection as the server goes through it, or users by name; and who was left alone."""

import argparse
import asyncio
from collections.abc import Sequence

from cli.connection import Target, call
from cli.exit_codes import CANCELLED, DONE, FAILED
from cli.output import agreed, say
from cli.progress import Progress
from cli.tables import print_json
from client.api import Client
from client.errors import Refused
from client.protocol import new_key
from contract.selections import LeftBecause, Selection, SelectionStatus
from contract.subscription import Overview
from contract.users import User, UserBatchReport, UserResult
from tui.presentation.errors import told
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.users import earlier_summary, restored_line
from tui.presentation.wording import count
from tui.runtime.last_removal import EarlierRemoval

__all__ = ["end", "followed", "restored", "take_back", "tell"]

_LOOK_EVERY = 0.5
_LEFT = {
    LeftBecause.GONE: "already removed by someone else",
    LeftBecause.CHANGED: "changed since the count",
    LeftBecause.CAME: "added since the count",
    LeftBecause.NO_SEAT: "no free paid seat",
    LeftBecause.NOT_RESTORABLE: "listed again, or changed since",
}


def take_back(target: Target, found: EarlierRemoval, overview: Overview, options: argparse.Namespace) -> int:
    """List those again who were removed last, once that was agreed to. The exit code."""
    summary = earlier_summary(found.users, found.away, found.event.created_at, overview)
    tell("\n".join(plain(line) for line in (summary.title, *summary.lines, *summary.items)))
    if options.dry_run:
        return say("Nothing was changed.", DONE)
    if not options.yes and not agreed(f"{summary.verb}?"):
        return say("Nothing was changed.", CANCELLED)
    selection = found.selection
    if selection is not None:
        return restored(target, selection, options)
    after = call(target, lambda client: _listed_again(client, found.users), noted=True)
    for user, result in zip(found.users, after, strict=True):
        tell(plain(restored_line(user, result)))
    results = [UserResult(index=place, user=each) for place, each in enumerate(after) if isinstance(each, User)]
    report = UserBatchReport(done=len(results), failed=len(after) - len(results), results=tuple(results))
    if options.json:
        print_json(report)
    tell(f"{count(report.done, 'user')} restored.")
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


def restored(target: Target, selection: Selection, options: argparse.Namespace) -> int:
    """Undo the removal of a selection; the exit code."""
    key = new_key()

    async def command(client: Client) -> Selection:
        return await followed(client, await client.restore_selection(selection.id, key=key))

    after = call(target, command, noted=True)
    tell(f"{count(after.restored - selection.restored, 'user')} restored.")
    return end(options, after, FAILED if after.no_seat + after.not_restorable else DONE)


async def followed(client: Client, selection: Selection) -> Selection:
    """The selection when it is done; ctrl+c ends the looking on, not the work."""
    restoring = selection.status is SelectionStatus.RESTORING
    with Progress(selection.removed if restoring else selection.count) as progress:
        while selection.underway:
            progress.done(selection.restored if restoring else selection.removed)
            await asyncio.sleep(_LOOK_EVERY)
            selection = await client.selection(selection.id)
    return selection


def end(options: argparse.Namespace, selection: Selection, code: int) -> int:
    """Who was left alone, and the whole as JSON if that was asked for."""
    for each in selection.left:
        tell(f"! {clean(each.name, 60)} <{clean(each.email, 120)}>: {_LEFT[each.because]}")
    if more := _left(selection) - len(selection.left):
        tell(f"! and {more:,} more")
    if options.json:
        print_json(selection)
    return code


def _left(selection: Selection) -> int:
    """How many were left alone by the command that ran last."""
    return selection.gone + selection.changed + selection.came + selection.no_seat + selection.not_restorable


def tell(text: str) -> None:
    """What is for people, not for a program that reads the output."""
    say(text, DONE)
