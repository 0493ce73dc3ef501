"""The transfer requests without a screen: `transfers list`, `transfers accept`, `transfers decline`, and `undo`.

The words are those of the app's dialog. A decision acts on the versions that were listed, and nothing else (D26).
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cli.connection import Stop, Target, call, chosen, tell_unanswered
from cli.exit_codes import CANCELLED, CONFLICT, DONE, FAILED, USAGE
from cli.joining import check_asking, may_buy, prepared, settled
from cli.lists import print_list, same_mailbox, whole
from cli.output import agreed, say, seen
from cli.restoring import take_back
from cli.tables import print_json, print_table
from client.api import Client
from client.protocol import new_key
from contract.pages import MAX_LIMIT
from contract.people import Permission
from contract.subscription import Overview
from contract.transfers import (
    MAX_DECISIONS,
    DecisionReport,
    DecisionSummary,
    Direction,
    Transfer,
    TransfersQuery,
    TransferState,
    UndoReport,
)
from tui.presentation.confirmation import Summary
from tui.presentation.seat_choice import Choice
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.transfer_decisions import Question, earlier_summary
from tui.presentation.transfers import Plan, decision_results, undo_results
from tui.runtime.last_removal import EarlierRemoval, last_removal

__all__ = ["accept", "decline", "list_all", "undo"]

_NOTHING = "Nothing was changed."


def list_all(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Requests of one way, in one state; the oldest first."""
    query = TransfersQuery(
        direction=None if options.way == "all" else Direction(options.way),
        state=None if options.state == "all" else TransferState(options.state),
        limit=MAX_LIMIT,
    )
    found = call(chosen(options, flags), lambda client: _all(client, query))
    if options.json:
        print_list(whole(found))
    else:
        head = ("name", "e-mail", "way", "state", "asked", "expires", "gives up")
        print_table(head, [_row(each) for each in found])
    return DONE


def _row(request: Transfer) -> tuple[str, ...]:
    asked, expires = f"{request.created_at:%Y-%m-%d}", f"{request.expires_at:%Y-%m-%d}"
    return request.name, request.email, request.direction.value, request.state.value, asked, expires, request.gives_up


async def _all(client: Client, query: TransfersQuery) -> list[Transfer]:
    return [each async for page in client.all_pages(client.transfers, query) for each in page.items]


def accept(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Accept requests that wait, all those named or only as many as fit; the exit code."""
    return _decide(options, flags, accepting=True)


def decline(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Decline requests that wait, perhaps with a reason; the exit code."""
    return _decide(options, flags, accepting=False)


def _decide(options: argparse.Namespace, flags: dict[str, Any], *, accepting: bool) -> int:
    check_asking(options)
    if bool(options.emails) == options.all:
        message = "Name the requests by e-mail address, or use --all."
        raise Stop(message, USAGE)
    target = chosen(options, flags)
    overview, requests = call(target, lambda client: _waiting(client, target, options.emails), noted=True, deed=False)
    if not requests:
        return say("No requests are waiting for a decision.", DONE)
    plan = Plan(tuple(requests), accept=accepting, reason="" if accepting else options.reason)
    question = Question(plan, overview, may_buy=may_buy(target, overview.me))
    question = call(target, lambda client: prepared(client, question))
    choice = Choice.FITTING if accepting and options.fitting else Choice.ALL
    last = question.summary(choice if choice in question.choices else Choice.ALL).final
    final = "Undo within 10 minutes with: headcount undo" if last.startswith("z ") else ""
    agreed = settled(options, target, question, choice, final=final, needs=Permission.MANAGE_TRANSFERS)
    if isinstance(agreed, int):
        return agreed
    decided, key = question.decided(agreed.choice), new_key()
    report = call(target, lambda client: client.decide(decided.body, key=key), noted=True)
    return _told(decided, report, agreed.bought, as_json=options.json)


async def _waiting(client: Client, target: Target, emails: Sequence[str]) -> tuple[Overview, list[Transfer]]:
    """The incoming requests that wait, of these addresses or all, once earlier commands without an answer are told."""
    await tell_unanswered(client, target)
    query = TransfersQuery(direction=Direction.INCOMING, state=TransferState.PENDING, limit=MAX_LIMIT)
    found = await _all(client, query)
    overview = await client.overview()
    if not emails:
        if len(found) > MAX_DECISIONS:
            say(
                f"{len(found):,} requests wait; these are the first {MAX_DECISIONS:,}. Run it again for the rest.", DONE
            )
        return overview, found[:MAX_DECISIONS]
    wanted = {same_mailbox(email): email for email in emails}
    missing = wanted.keys() - {same_mailbox(each.email) for each in found}
    if missing:
        names = ", ".join(clean(wanted[each], 80) for each in sorted(missing))
        message = f"No pending request from {names}. {_NOTHING}"
        raise Stop(message, CONFLICT)
    return overview, [each for each in found if same_mailbox(each.email) in wanted]


def _print(summary: Summary, options: argparse.Namespace) -> None:
    """What a decision does: on the standard output, and where a question follows on the terminal in any case."""
    final = "Undo within 10 minutes with: headcount undo" if summary.back else summary.final
    lines = [summary.title, *summary.lines[:1], *summary.items, final]
    said = "\n".join(filter(None, (plain(line) for line in lines)))
    if not options.json:
        print(said)
    if options.json or not (options.yes or options.dry_run or seen()):
        say(said, DONE)


def _told(plan: Plan, report: DecisionReport, bought: str, *, as_json: bool) -> int:
    title, lines, left = decision_results(plan, report)
    if as_json:
        print_json(report)
    else:
        if bought:
            print(bought)
        print("\n".join(plain(line) for line in lines))
    until = f" Undo until {report.undo_until:%H:%M} UTC with: headcount undo" if len(left) < len(lines) else ""
    return say(f"{title}.{until}", FAILED if left else DONE)


def undo(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take back what one did last: a removal while its period lasts (D19), a decision for ten minutes (D27).

    The exit code.
    """
    check_asking(options)
    target = chosen(options, flags)
    last, removal, overview = call(target, _last)
    if removal is not None and (last is None or removal.event.created_at > last.created_at):
        return take_back(target, removal, overview, options)
    if last is None:
        return say("Nothing to undo: no decision of the last 10 minutes, no removal that can be undone.", CONFLICT)
    summary = earlier_summary(last, ())
    _print(replace(summary, lines=[" ".join(map(plain, summary.lines))]), options)
    if options.dry_run:
        return say(_NOTHING, DONE)
    if not options.yes and not agreed(f"{summary.verb}?"):
        return say(_NOTHING, CANCELLED)
    key = new_key()
    return _undone(call(target, lambda client: client.undo_decisions(last.id, key=key), noted=True), options)


async def _last(client: Client) -> tuple[DecisionSummary | None, EarlierRemoval | None, Overview]:
    """The last decision and the last removal that can be taken back."""
    overview = await client.overview()
    decided = next(iter((await client.decisions()).items), None)
    may_restore = Permission.MANAGE_USERS in overview.me.may
    return decided, await last_removal(client, overview) if may_restore else None, overview


def _undone(report: UndoReport, options: argparse.Namespace) -> int:
    title, lines = undo_results(Plan((), accept=True), report)
    if options.json:
        print_json(report)
    else:
        print("\n".join(plain(line) for line in lines))
    return say(f"{title}.", FAILED if report.failed else DONE)
