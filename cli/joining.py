"""People join, without a screen: one summary for every way in, one question, and seats bought with the same yes."""

import argparse
from dataclasses import dataclass
from typing import TypeVar

from cli.connection import Stop, Target, call
from cli.exit_codes import CANCELLED, CONFLICT, DONE, FAILED, NOT_ALLOWED, USAGE
from cli.output import agreed, answered, can_ask, say, seen
from cli.purchase import check_number, needs_number, summary
from client.api import Client
from client.protocol import new_key
from contract.people import Me, Permission, Role
from contract.problems import ProblemCode
from contract.quotes import Change, Quote
from contract.subscription import Overview, SubscriptionStatus
from contract.users import BatchMode
from tui.presentation.confirmation import Summary
from tui.presentation.joining import Question
from tui.presentation.one_account import why_nobody
from tui.presentation.quote_summary import done, verb
from tui.presentation.remedies import REMEDIES
from tui.presentation.seat_choice import Choice
from tui.presentation.tones import plain

__all__ = ["NO_TERMINAL", "Agreed", "check_asking", "may_buy", "prepared", "settled", "wanted_choice"]

NO_TERMINAL = "Not confirmed: this is not a terminal. Use --yes to confirm or --dry-run to preview."
NOTHING = "Nothing was changed."


Q = TypeVar("Q", bound=Question)


@dataclass(frozen=True, slots=True)
class Agreed:
    """Yes, to this choice; `bought` says what was bought for it, empty for nothing."""

    choice: Choice
    bought: str = ""


def check_asking(options: argparse.Namespace) -> None:
    """Before anything is asked of the server: somebody can be asked, or need not be.

    Raises:
        Stop: neither.
    """
    if not (options.yes or options.dry_run or can_ask()):
        raise Stop(NO_TERMINAL, USAGE)


def wanted_choice(options: argparse.Namespace) -> Choice:
    """Those that fit, for `--fitting` and its mode; else all of them."""
    full = options.fitting or options.mode == BatchMode.UNTIL_FULL.value
    return Choice.FITTING if full else Choice.ALL


def may_buy(target: Target, me: Me) -> bool:
    """Whether seats may be bought by this profile."""
    return not target.profile.read_only and Permission.CONFIRM_QUOTES in me.may


async def prepared(client: Client, question: Q) -> Q:
    """The question with what the server says it comes to."""
    return question.previewed(await client.preview_joining(question.joining)) if question.joining else question


def settled(
    options: argparse.Namespace,
    target: Target,
    question: Question,
    choice: Choice = Choice.ALL,
    *,
    final: str = "",
    needs: Permission = Permission.MANAGE_USERS,
    code: int = DONE,
    beside: bool = False,
) -> Agreed | int:
    """Print what it comes to, ask, and buy the missing seats where that was said: a yes, or the exit code.

    `final` is printed in place of the summary's own last line, `code` is what a dry run that could be done ends with.
    With `beside` all of it goes to the standard error.
    """
    buying = getattr(options, "buy", False)
    choice = Choice.BUYING if buying else choice
    if (code_of_refusal := _refused_at_once(target, question, choice, needs)) is not None:
        return code_of_refusal
    quote = _priced(options, target, question) if buying and question.room.over else None
    if isinstance(quote, int):
        return quote
    choice = choice if choice in question.choices else Choice.ALL
    said = question.summary(choice)
    lines = _lines(said, final, quote, target)
    alone = beside or options.json
    if not alone:
        print("\n".join(lines))
    if alone or not (options.yes or options.dry_run or seen()):
        say("\n".join(lines), DONE)
    if options.dry_run:
        return _would(target, question.overview, needs, code)
    if quote is not None and (wrong := check_number(options, quote, target)):
        return say(wrong, USAGE)
    if not options.yes and not _yes(options, target, said.verb, quote):
        return say(NOTHING, CANCELLED)
    return Agreed(choice, _buy(target, quote) if quote else "")


def _refused_at_once(target: Target, question: Question, choice: Choice, needs: Permission) -> int | None:
    """Say why nobody can join, by the plan (D17) or for want of a seat: the exit code; None when somebody may."""
    may = not target.profile.read_only and needs in question.overview.me.may
    if may and question.joining and (why := why_nobody(question.overview)):
        return say(f"{why} {REMEDIES[ProblemCode.PLAN_HAS_NO_SUB_ACCOUNTS].command}", FAILED)
    if choice is Choice.FITTING and not question.room.fit:
        return say(f"No free seat for any of them. {NOTHING}", CONFLICT)
    return None


def _priced(options: argparse.Namespace, target: Target, question: Question) -> Quote | int:
    """What the missing seats cost; why they can't be bought, as the exit code."""
    room = question.room
    if not room.buy:
        me = question.overview.me
        allowed = may_buy(target, me)
        why = "seats can't be bought here" if allowed else f"your role ({me.role.value}) may not buy seats"
        if allowed and me.role is Role.ADMIN and me.spending_left is not None:
            why = f"that is above your limit: {me.spending_left} of it is left this month"
        return say(f"{NOTHING} {why[0].upper()}{why[1:]}; leave --buy out to add them NOT PAID.", NOT_ALLOWED)
    seats = question.overview.seats.paid + room.buy
    del options
    return call(target, lambda client: client.quote(Change(seats=seats)), noted=True, deed=False)


def _lines(said: Summary, final: str, quote: Quote | None, target: Target) -> list[str]:
    """The summary as plain text, without the keys of a dialog; then the price of the seats."""
    until = next((place for place, each in enumerate(said.lines) if not plain(each)), len(said.lines))
    last = final or said.final
    if quote is None:
        lines = [said.title, *map(plain, said.lines[:until]), *map(plain, said.items)]
    else:
        lines = [said.title, *map(plain, said.items), *summary(quote, target.profile.spending_limit)]
    return [each for each in (*lines, last) if each]


def _yes(options: argparse.Namespace, target: Target, doing: str, quote: Quote | None) -> bool:
    if quote is None:
        return agreed(f"{doing}?")
    question = f"{verb(quote)}, {doing[:1].lower()}{doing[1:]}?"
    if needs_number(options, quote, target):
        answer = answered(f"{question} Type {quote.seats_after} to confirm: ") or ""
        return answer.replace(",", "") == str(quote.seats_after)
    return agreed(question)


def _buy(target: Target, quote: Quote) -> str:
    key = new_key()
    return done(call(target, lambda client: client.confirm(quote.id, key=key), noted=True), quote)


def _would(target: Target, overview: Overview, needs: Permission, code: int) -> int:
    """Whether it would be allowed, as far as that can be told: the exit code it would have."""
    if target.profile.read_only or needs not in overview.me.may:
        return say("Preview only: this profile is read-only, so it can't be done.", NOT_ALLOWED)
    if overview.subscription.status is SubscriptionStatus.ENDED:
        return say("Preview only: the subscription has ended.", CONFLICT)
    return say(NOTHING, code)
