"""Roles and limits, and taking members out of the organisation: `members role`, `remove`, `restore`, `removed`.

Exit codes: 0 done, or nothing had to be; 1 nobody has that address; 2 nobody can be asked; 130 not agreed to.
"""

import argparse
from collections.abc import Sequence
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import CANCELLED, DONE, FAILED
from cli.joining import check_asking
from cli.lists import print_list, same_mailbox, whole, with_email
from cli.output import agreed, say
from cli.tables import print_json, print_table
from client.api import Client
from client.protocol import new_key
from contract.members import MemberChanges, MemberProfile, MembersQuery, RemovedMember, RestoredMember
from contract.pages import MAX_LIMIT, PageQuery
from contract.people import Role
from contract.users import UserStatus
from tui.presentation.text import clean
from tui.presentation.wording import count

__all__ = ["give", "list_removed", "member_of", "remove", "restore", "settled"]

NOTHING = "Nothing was changed."


def give(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Give a member a role, or an admin a limit. The exit code."""
    check_asking(options)
    target, role = chosen(options, flags), Role(options.role)
    member = call(target, lambda client: member_of(client, options.email))
    if options.limit is None:
        changes = MemberChanges(role=role)
    else:
        changes = MemberChanges(role=role, spending_limit=None if options.limit == "none" else options.limit)
    lines = [f"{_who(member)}: {_place(member)} → {_wanted(member, changes)}."]
    if member.role is Role.OWNER and role is not Role.OWNER:
        lines.append("Tokens that they issued to others are revoked.")
    if (code := settled(options, lines, f"Make {clean(member.name, 60)} {role.value}?")) is not None:
        return code
    key = new_key()
    after = call(
        target, lambda client: client.change_member(member.id, changes, version=member.version, key=key), noted=True
    )
    return _told(options, after, f"{clean(after.name, 60)} is {_place(after)} now.")


def remove(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take a member out, with their seat and their tokens. The exit code."""
    check_asking(options)
    target = chosen(options, flags)
    member = call(target, lambda client: member_of(client, options.email))
    lines = [f"{_who(member)} is no longer a member: their tokens here are revoked. The account and its data stay."]
    if member.status is not None:
        seat = "frees a seat" if member.status is not UserStatus.NOT_PAID else "was NOT PAID"
        lines.append(f"They leave the List of users ({seat}); nothing is refunded.")
    if (code := settled(options, lines, f"Remove {clean(member.name, 60)} from the organisation?")) is not None:
        return code
    key = new_key()
    gone = call(target, lambda client: client.remove_member(member.id, version=member.version, key=key), noted=True)
    ended = [count(gone.tokens_revoked, "token") + " revoked"] if gone.tokens_revoked else []
    ended += [count(gone.requests_cancelled, "request") + " withdrawn"] if gone.requests_cancelled else []
    said = f"Removed {clean(gone.email, 254)}{''.join(f', {each}' for each in ended)}."
    return _told(
        options, gone, f"{said} Undo until {_until(gone)} with: headcount members restore {clean(gone.email, 254)}"
    )


def restore(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Bring a removed member back. The exit code."""
    check_asking(options)
    target = chosen(options, flags)
    gone = call(target, lambda client: _removed(client, options.email))
    back = f"{clean(gone.name, 60)} is a member again, as {gone.role.value}."
    lines = [f"{back} Tokens that were revoked stay revoked."]
    if gone.was_user:
        lines.append("They are a user again: on a free seat if there is one, else NOT PAID.")
    if (code := settled(options, lines, f"Bring {clean(gone.name, 60)} back?")) is not None:
        return code
    key = new_key()
    after = call(target, lambda client: client.restore_member(gone.id, key=key), noted=True)
    return _told(options, after, f"{clean(after.name, 60)} is back as {_place(after)}{_as_user(gone, after)}.")


def list_removed(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Members who can be brought back, the last removal first."""
    found = call(chosen(options, flags), _all_removed)
    if options.json:
        print_list(whole(found))
    elif found:
        rows = [(each.name, each.email, each.role.value, each.removed_by, _until(each)) for each in found]
        print_table(("name", "e-mail", "role", "removed by", "until"), rows)
    else:
        print("Nobody to bring back.")
    return DONE


async def member_of(client: Client, email: str) -> MemberProfile:
    """The member with an address, in full.

    Raises:
        Stop: nobody has it.
    """
    if member := await with_email(client, client.members, MembersQuery(), email):
        return await client.member(member.id)
    message = f"No member has the address {clean(email, 80)}."
    raise Stop(message, FAILED)


def settled(options: argparse.Namespace, lines: Sequence[str], question: str) -> int | None:
    """Say what it comes to and ask; the exit code where it ends here, None for yes."""
    say("\n".join(lines), DONE)
    if options.dry_run:
        return say(NOTHING, DONE)
    return None if options.yes or agreed(question) else say(NOTHING, CANCELLED)


async def _all_removed(client: Client) -> list[RemovedMember]:
    pages = client.all_pages(client.removed_members, PageQuery(limit=MAX_LIMIT))
    return [each async for page in pages for each in page.items]


async def _removed(client: Client, email: str) -> RemovedMember:
    wanted = same_mailbox(email)
    found = [each for each in await _all_removed(client) if same_mailbox(each.email) == wanted]
    if not found:
        message = f"Nobody with the address {clean(email, 80)} can be brought back: headcount members removed."
        raise Stop(message, FAILED)
    return found[0]


def _who(member: MemberProfile) -> str:
    return f"{clean(member.name, 60)} <{clean(member.email, 254)}>"


def _place(member: MemberProfile) -> str:
    """Role and limit in words."""
    return _words(member.role, f"{member.spending_limit} a month" if member.spending_limit else "without a limit")


def _wanted(member: MemberProfile, changes: MemberChanges) -> str:
    role = changes.role or member.role
    if changes.limits:
        limit = f"{changes.spending_limit} a month" if changes.spending_limit else "without a limit"
        return _words(role, limit)
    return _place(member) if member.role is Role.ADMIN else _words(role, "who may spend nothing")


def _words(role: Role, limit: str) -> str:
    return f"{role.value}, {limit}" if role is Role.ADMIN else role.value


def _as_user(gone: RemovedMember, after: RestoredMember) -> str:
    if not gone.was_user:
        return ""
    if after.status is None:
        return ", but no user: the plan takes no more"
    return ", NOT PAID: no seat is free" if after.status is UserStatus.NOT_PAID else ", with a seat"


def _until(gone: RemovedMember) -> str:
    return f"{gone.restorable_until:%Y-%m-%d %H:%M} UTC"


def _told(options: argparse.Namespace, done: MemberProfile | RemovedMember, said: str) -> int:
    if options.json:
        print_json(done)
    else:
        print(said)
    return DONE
