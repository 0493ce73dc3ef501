"""The directory without a screen: `members list`, `members show`, `members add`."""

import argparse
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CONFLICT, DONE, FAILED, NOT_ALLOWED, USAGE
from cli.lists import gathered, how_many, print_list, tell_rest, with_email
from cli.output import say
from cli.tables import print_json, print_table
from client.api import Client
from client.protocol import new_key
from contract.members import Member, MembersQuery, NewFromMembers
from contract.people import Permission, Role
from contract.subscription import Overview, SubscriptionStatus
from contract.users import MAX_BATCH, BatchMode, UserBatchReport
from tui.presentation.members import adding_results, adding_summary, listing_word, profile_lines
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
    emails = list(dict.fromkeys(options.emails))
    if len(emails) > MAX_BATCH:
        message = f"At most {MAX_BATCH:,} members can be added at once."
        raise Stop(message, USAGE)
    target = chosen(options, flags)
    overview, members = call(target, lambda client: _wanted(client, emails))
    if options.dry_run:
        return _would(target, overview, members)
    body = NewFromMembers(ids=tuple(each.id for each in members), mode=BatchMode(options.mode))
    key = new_key()
    report = call(target, lambda client: client.add_members(body, key=key), noted=True)
    return _told(members, report, as_json=options.json)


async def _wanted(client: Client, emails: list[str]) -> tuple[Overview, list[Member]]:
    return await client.overview(), [await _member(client, email) for email in emails]


async def _member(client: Client, email: str) -> Member:
    if member := await with_email(client, client.members, MembersQuery(), email):
        return member
    message = f"Nobody with the address {clean(email, 80)} is a member."
    raise Stop(message, USAGE)


def _would(target: Target, overview: Overview, members: list[Member]) -> int:
    """How the seats would work out, and the exit code it would have."""
    coming = [member for member in members if member.status is None]
    if coming:
        summary = adding_summary(coming, overview)
        print("\n".join(plain(line) for line in (summary.title, *summary.lines, *summary.items)))
    for member in members:
        if member.status is not None:
            print(f"{clean(member.email, 100)} is on the subscription already.")
    if target.profile.read_only or Permission.MANAGE_USERS not in overview.me.may:
        return say("Nothing was done, and this profile may not do it.", NOT_ALLOWED)
    if overview.subscription.status is SubscriptionStatus.ENDED:
        return say("Nothing was done, and the subscription has ended.", CONFLICT)
    if not overview.plan.sub_accounts:
        return say("Nothing was done, and the plan takes no further users.", CONFLICT)
    return say("Nothing was done.", DONE if len(coming) == len(members) else FAILED)


def _told(members: list[Member], report: UserBatchReport, *, as_json: bool) -> int:
    title, lines, left = adding_results(members, report)
    if as_json:
        print_json(report)
    else:
        print("\n".join(plain(line) for line in lines))
    return say(f"{title}.", FAILED if left else DONE)
