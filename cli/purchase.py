"""A change with a price, without a screen: ask for the quote, show all of it, confirm it once, say what became of it.

The words are those of the app's dialogs. What is charged is what was shown: a price that moved meanwhile ends with 4.
"""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

from cli.connection import Target, call, chosen, tell_unanswered
from cli.exit_codes import CANCELLED, DONE, NOT_ALLOWED, USAGE
from cli.output import agreed, answered, can_ask, say, seen
from cli.tables import print_json
from client.api import Client
from client.errors import QuoteStale
from client.protocol import new_key
from contract.money import Money
from contract.people import Me, Permission, Role
from contract.quotes import Change, Quote
from tui.presentation.limit_words import left_words
from tui.presentation.quote_summary import confirmation_summary, done, moved_words, verb
from tui.presentation.tones import plain
from tui.presentation.unusual import is_vouched_for, slip_words
from tui.presentation.wording import count

__all__ = ["WhatToChange", "quote_and_confirm"]

WhatToChange = Callable[[Client], Awaitable[Change]]
"""Makes the change out of what was typed; it may ask the server what is meant."""

_NO_TERMINAL = "Not confirmed: this is not a terminal. Use --yes to confirm or --dry-run to preview."


def quote_and_confirm(options: argparse.Namespace, flags: dict[str, Any], wanted: WhatToChange) -> int:
    """Price a change and make it, or with `--dry-run` only say what it would cost and come to. The exit code."""
    asks = not (options.yes or options.dry_run)
    if asks and not can_ask():
        return say(_NO_TERMINAL, USAGE)
    target = chosen(options, flags)
    quote, me = call(target, lambda client: _priced(client, wanted, target), noted=True, deed=False)
    if not options.json:
        print("\n".join(summary(quote, target.profile.spending_limit)))
    if options.dry_run:
        if options.json:
            print_json(quote)
        return _would(quote, me, target)
    wrong = check_number(options, quote, target)
    if wrong:
        return say(wrong, USAGE)
    if asks and not _agreed(quote, shown=not options.json and seen(), typed=needs_number(options, quote, target)):
        return say("Nothing was changed.", CANCELLED)
    return _confirm(target, quote, as_json=options.json)


async def _priced(client: Client, wanted: WhatToChange, target: Target) -> tuple[Quote, Me]:
    """The quote and who asks for it, once it is said what became of earlier commands without an answer."""
    await tell_unanswered(client, target)
    quote = await client.quote(await wanted(client))
    return quote, await client.me()


def summary(quote: Quote, limit: Money | None = None) -> list[str]:
    """What it changes, what it does, what it costs, and what can't be undone, as lines of plain text.

    `limit` is the profile's.
    """
    said = confirmation_summary(quote, title="", opener="", limit=limit)
    lines = [*said.lines, *said.items, *said.money, said.final]
    return [plain(line) for line in lines if line]


def _would(quote: Quote, me: Me, target: Target) -> int:
    """Whether confirming would be allowed, as far as that can be told beforehand: the exit code it would have."""
    if target.profile.read_only or Permission.CONFIRM_QUOTES not in me.may:
        return say("Preview only: this profile is read-only, so it can't be done.", NOT_ALLOWED)
    if (quote.change.cancel or quote.change.resume) and me.role is not Role.OWNER:
        return say("Preview only: only the owner can do it.", NOT_ALLOWED)
    limit = me.spending_limit
    alone = limit and limit.currency == quote.due_now.currency and quote.due_now.amount > limit.amount
    if alone or (quote.spending and not quote.spending.allowed):
        left = f" {left_words(me)}." if left_words(me) else ""
        return say(f"Preview only: it exceeds the monthly limit of {limit}.{left}", NOT_ALLOWED)
    return say("Nothing was changed.", DONE)


def needs_number(options: argparse.Namespace, quote: Quote, target: Target) -> bool:
    """Whether the number of seats has to be typed: it may be a slip, or is much, and nothing vouches for it."""
    return seats_to(options) is None and bool(slip_words(quote, target.profile.spending_limit))


def check_number(options: argparse.Namespace, quote: Quote, target: Target) -> str:
    """Why it is not done: `--seats-to` names another number, or `--yes` alone is not enough; empty when neither."""
    limit, named = target.profile.spending_limit, seats_to(options)
    if named is not None and named != quote.seats_after:
        return (
            f"Nothing was changed: it comes to {count(quote.seats_after, 'seat')}, not to the {named:,} of --seats-to."
        )
    slip = slip_words(quote, limit)
    if not options.yes or named is not None or not slip or is_vouched_for(quote, limit):
        return ""
    return (
        f"Nothing was changed. {slip} --yes alone does not confirm that: add --seats-to {quote.seats_after}, or set "
        f"spending_limit in profile {target.name}."
    )


def seats_to(options: argparse.Namespace) -> int | None:
    """The number of seats that was said to be the right one; None where the command has no such option."""
    named: int | None = getattr(options, "seats_to", None)
    return named


def _agreed(quote: Quote, *, shown: bool, typed: bool) -> bool:
    """Ask on the terminal, where the price stands above the question wherever else it was written to.

    `typed`: for the number of seats instead of yes.
    """
    if not shown:
        say("\n".join(summary(quote)), DONE)
    if typed:
        answer = answered(f"{verb(quote)}? Type {quote.seats_after} to confirm: ") or ""
        return answer.replace(",", "") == str(quote.seats_after)
    return agreed(f"{verb(quote)}?")


def _confirm(target: Target, quote: Quote, *, as_json: bool) -> int:
    key = new_key()
    try:
        confirmation = call(target, lambda client: client.confirm(quote.id, key=key), noted=True)
    except QuoteStale as error:
        _say_what_moved(quote, error)
        raise
    if as_json:
        print_json(confirmation)
    else:
        print(done(confirmation, quote))
    return DONE


def _say_what_moved(quote: Quote, error: QuoteStale) -> None:
    moved = moved_words(quote, error.fresh) if error.fresh else ""
    if moved:
        say(moved, DONE)
