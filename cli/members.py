"""The directory without a screen: `members list`, `members show`, `members add`."""

import argparse
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import DONE, FAILED, USAGE
from cli.joining import Agreed, check_asking, may_buy, prepared, settled, wanted_choice
from cli.lists import gathered, how_many, print_list, same_mailbox, tell_rest, with_email
from cli.output import say
from cli.tables import print_json, print_table
from client.api import Client
from client.protocol import new_key
from contract.members import Member, MembersQuery, NewFromMembers
from contract.people import Role
from contract.subscription import Overview
from contract.users import MAX_BATCH, BatchMode, UserBatchReport
from tui.presentation.additions import Addition
from tui.presentation.members import adding_question, adding_results, listing_word, profile_lines
from tui.presentation.seat_choice import Choice, payment_lines
from tui.presentation.text import clean
from tui.presentation.tones import plain

__all__ = ["add", "list_all", "show"]


def list_all(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Members by name, as many as were asked for."""
    query = MembersQuery(
        search=options.search or "",
        role=Role(options.role) if options.role else None,
        listed=None if options.listed is None else options.listed == "yes",
    )
    members = call(chosen(options, flags), lambda client: gathered(client, client.members, query, how_many(options)))
    if options.json:
        print_list(members)
        return DONE
    rows = [(each.name, each.email, each.position, each.role, listing_word(each)) for each in members.items]
    print_table(("name", "e-mail", "position", "role", "user"), rows)
    tell_rest(members)
    return DONE


def show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """One member's profile."""

    async def profile(client: Client) -> Any:
        return await client.member((await _member(client, options.email)).id)

    member = call(chosen(options, flags), profile)
    if options.json:
        print_json(member)
        return DONE
    print("\n".join(plain(line) for line in profile_lines(member)))
    return DONE


def add(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Put members on the subscription, or with `--dry-run` only say how the seats work out. The exit code."""
    emails = list({same_mailbox(email): email for email in options.emails}.values())
    if len(emails) > MAX_BATCH:
        message = f"At most {MAX_BATCH:,} members can be added at once."
        raise Stop(message, USAGE)
    check_asking(options)
    target = chosen(options, flags)

    async def asked(client: Client) -> tuple[Addition[Member], list[Member]]:
        overview, members = await client.overview(), [await _member(client, email) for email in emails]
        coming = [member for member in members if member.status is None]
        question = adding_question(coming, overview, may_buy=may_buy(target, overview.me))
        return await prepared(client, question), [member for member in members if member.status is not None]

    question, already = call(target, asked)
    listed = [f"{clean(member.email, 100)} is on the subscription already." for member in already]
    agreed = _agreed(options, target, question, listed)
    if isinstance(agreed, int):
        return agreed
    # who is on it already is named too, so that the answer says so of each
    members = [*question.chosen[: question.many(agreed.choice)], *already]
    body = NewFromMembers(ids=tuple(each.id for each in members), mode=BatchMode(options.mode))
    key = new_key()
    report = call(target, lambda client: client.add_members(body, key=key), noted=True)
    return _told(options, members, report, agreed, question.overview)


def _agreed(options: argparse.Namespace, target: Target, question: Addition[Member], listed: list[str]) -> Agreed | int:
    """Yes, or the exit code; where nobody is left to add there is nothing to ask."""
    if listed and not options.json:
        print("\n".join(listed))
    if not question.people:
        return say("Nothing was changed.", FAILED) if options.dry_run else Agreed(Choice.ALL)
    choice = wanted_choice(options)
    return settled(options, target, question, choice, code=FAILED if listed else DONE)


async def _member(client: Client, email: str) -> Member:
    if member := await with_email(client, client.members, MembersQuery(), email):
        return member
    message = f"No member has the address {clean(email, 80)}."
    raise Stop(message, FAILED)


def _told(
    options: argparse.Namespace, members: list[Member], report: UserBatchReport, agreed: Agreed, overview: Overview
) -> int:
    title, lines, left = adding_results(members, report)
    if options.json:
        print_json(report)
    else:
        said = [*([agreed.bought] if agreed.bought else []), *lines, *payment_lines(overview, report.next_payment)]
        print("\n".join(plain(line) for line in said))
    return say(f"{title}.", FAILED if left else DONE)
