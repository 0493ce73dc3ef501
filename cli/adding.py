"""`headcount users add`: users by hand, with the summary of every way in."""

import argparse
from typing import Any

from pydantic import ValidationError

from cli.connection import Stop, call, chosen, tell_unanswered
from cli.exit_codes import DONE, FAILED, USAGE
from cli.joining import Agreed, check_asking, may_buy, prepared, settled, wanted_choice
from cli.output import say
from cli.tables import print_json
from client.api import Client
from client.protocol import new_key
from contract.mailbox import NotAnAddressError, Written, email_key, mailbox, split_name, visible, written
from contract.subscription import Overview
from contract.users import MAX_BATCH, BatchMode, NewUser, UserBatch, UserBatchReport
from tui.presentation.additions import Addition
from tui.presentation.lines import line
from tui.presentation.seat_choice import payment_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain
from tui.presentation.users import named, outcome, reason
from tui.presentation.wording import count

__all__ = ["add"]

_TOO_MANY = f"At most {MAX_BATCH:,} users can be added at once; headcount users import takes a file of any length."


def add(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Add users, or with `--dry-run` only say what they come to. The exit code."""
    people = _people(options)
    check_asking(options)
    target = chosen(options, flags)

    async def asked(client: Client) -> Addition[NewUser]:
        await tell_unanswered(client, target)
        overview = await client.overview()
        question = Addition(
            people=len(people),
            names=[_who(each) for each in people],
            chosen=people,
            overview=overview,
            opener="users.new",
            may_buy=may_buy(target, overview.me),
        )
        return await prepared(client, question)

    question = call(target, asked, noted=True, deed=False)
    agreed = settled(options, target, question, wanted_choice(options))
    if isinstance(agreed, int):
        return agreed
    coming = people[: question.many(agreed.choice)]
    body, key = UserBatch(add=tuple(coming), mode=BatchMode(options.mode)), new_key()
    report = call(target, lambda client: client.batch_users(body, key=key), noted=True)
    return _told(options, coming, report, agreed, question.overview)


def _people(options: argparse.Namespace) -> list[NewUser]:
    """Who is meant, each address once.

    Raises:
        Stop: one is no address, or they are too many.
    """
    found: dict[str, NewUser] = {}
    for new in (each for text in options.emails for each in _persons(text)):
        found.setdefault(email_key(new.email) or new.email, new)
    if len(found) > MAX_BATCH:
        raise Stop(_TOO_MANY, USAGE)
    return list(found.values())


def _persons(text: str) -> list[NewUser]:
    """Whoever stands in what was typed: an address, a name beside it, or several as a mail program writes them."""
    return [_person(each, text) for each in written(text)]


def _person(found: Written, text: str) -> NewUser:
    try:
        mailbox(found.email)
        first, last = split_name(found.name)
        return NewUser(email=found.email, first_name=first, last_name=last)
    except NotAnAddressError as error:
        message = f"{clean(visible(text), 80)}: {clean(str(error), 200)} Nothing was changed."
    except ValidationError:
        message = f"{clean(visible(text), 80)}: the name or the address is too long. Nothing was changed."
    raise Stop(message, USAGE)


def _who(new: NewUser) -> str:
    return named(new.first_name, new.last_name, new.email)


def _told(
    options: argparse.Namespace, people: list[NewUser], report: UserBatchReport, agreed: Agreed, overview: Overview
) -> int:
    if options.json:
        print_json(report)
    else:
        if agreed.bought:
            print(agreed.bought)
        for result in report.results:
            said = outcome(result.user) if result.user else reason(result.problem) if result.problem else ""
            remark = clean(result.user.remark, 300) if result.user else ""
            who = _who(people[result.index])
            print(plain(line("✓ " if result.user else "! ", who, "  ", said, f"  {remark}" if remark else "")))
        for each in payment_lines(overview, report.next_payment):
            print(plain(each))
    failed = f", {report.failed:,} not done" if report.failed else ""
    return say(f"{count(report.done, 'user')} added{failed}.", FAILED if report.failed else DONE)
