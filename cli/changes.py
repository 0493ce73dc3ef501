"""The changes that can be made without a screen: `seats`, `plan`, `billing`, `pay`, `start`, `cancel`, `resume`."""

import argparse
from typing import Any

from cli.connection import Stop, call, chosen
from cli.exit_codes import DONE, FAILED, USAGE
from cli.lists import same_mailbox, with_email
from cli.purchase import quote_and_confirm
from cli.tables import print_json
from client.api import Client
from contract.pages import PageQuery
from contract.quotes import Change, Start
from contract.subscription import BillingCycle, Overview, Plan
from contract.users import User, UsersQuery
from tui.presentation.errors import set_by_contract
from tui.presentation.limit_words import left_words
from tui.presentation.text import clean
from tui.presentation.users import closed_words
from tui.presentation.wording import count, ends_on

__all__ = ["billing_set", "cancel", "pay", "plan_set", "resume", "seats_set", "seats_show", "start"]


def seats_show(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """How many seats there are, who has them, and how many there will be."""
    overview = call(chosen(options, flags), lambda client: client.overview())
    if options.json:
        print_json(overview.seats)
    else:
        print("\n".join(_seats_in_words(overview)))
    return DONE


def _seats_in_words(overview: Overview) -> list[str]:
    seats, subscription = overview.seats, overview.subscription
    if contract := set_by_contract(overview):
        most = overview.plan.max_users or seats.paid
        return [f"{count(most, 'seat')}, {seats.used:,} used, {seats.free:,} free", contract]
    if closed := closed_words(overview):
        said = [closed, f"{count(seats.inactive, 'user')} inactive"]
    else:
        said = [f"{count(seats.paid, 'seat')} paid, {seats.used:,} used, {seats.free:,} free"]
    if left := left_words(overview.me):
        said.append(left)
    if seats.not_paid:
        said.append(f"{count(seats.not_paid, 'user')} NOT PAID")
    if subscription.overdue:
        said.append(f"{subscription.overdue} is overdue: headcount pay --overdue")
    end = ends_on(overview)
    if end is None:
        return said
    if subscription.cancel_at_period_end:
        return [*said, f"The subscription ends on {end}."]
    renewed = min(seats.free - seats.free_until_renewal, seats.free)
    if renewed > 0:
        renew, them = ("seat renews", "it") if renewed == 1 else ("seats renew", "them")
        said.append(f"{renewed:,} free {renew} on {end}: lower the seats to stop paying for {them}")
    return [*said, f"{count(seats.at_renewal, 'seat')} from the renewal on {end}"]


def seats_set(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Another number of seats: more of them now, fewer from the renewal on (D7, D8)."""
    change = Change(seats=options.seats)

    async def wanted(_: Client) -> Change:
        return change

    return quote_and_confirm(options, flags, wanted)


def plan_set(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Another plan, by id or name, perhaps with another cycle and number of seats (D10)."""

    async def wanted(client: Client) -> Change:
        plan = await _plan(client, options.plan)
        return Change(plan=plan.id, billing_cycle=_cycle(options.cycle), seats=options.seats)

    return quote_and_confirm(options, flags, wanted)


def billing_set(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Another billing cycle."""
    change = Change(billing_cycle=BillingCycle(options.cycle))

    async def wanted(_: Client) -> Change:
        return change

    return quote_and_confirm(options, flags, wanted)


def start(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Take a subscription where there is none, or none any more (D12)."""

    async def wanted(client: Client) -> Change:
        plan = await _plan(client, options.plan)
        return Change(
            start=Start(plan=plan.id, billing_cycle=BillingCycle(options.cycle or "monthly"), seats=options.seats)
        )

    return quote_and_confirm(options, flags, wanted)


def cancel(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """End the subscription with its period (D12)."""

    async def wanted(_: Client) -> Change:
        return Change(cancel=True)

    return quote_and_confirm(options, flags, wanted)


def resume(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Let it go on after all."""

    async def wanted(_: Client) -> Change:
        return Change(resume=True)

    return quote_and_confirm(options, flags, wanted)


def pay(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Pay for unpaid users, named or all of them, or for the renewal that was refused (D13, D16)."""
    ways = [bool(options.emails), options.all, options.overdue]
    if sum(ways) != 1:
        message = "Name the users to pay for by e-mail, or use --all, or --overdue for the renewal that was refused."
        raise Stop(message, USAGE)

    async def wanted(client: Client) -> Change:
        if options.overdue:
            return Change(pay_overdue=True)
        if options.all:
            return Change(pay_users="all")
        users = [await _user(client, email) for email in {same_mailbox(each): each for each in options.emails}.values()]
        return Change(pay_users=tuple(user.id for user in users))

    return quote_and_confirm(options, flags, wanted)


def _cycle(name: str | None) -> BillingCycle | None:
    return BillingCycle(name) if name else None


async def _plan(client: Client, name: str) -> Plan:
    plans = [plan async for page in client.all_pages(client.plans, PageQuery()) for plan in page.items]
    for plan in plans:
        if name.casefold() in {plan.id.casefold(), plan.name.casefold()}:
            return plan
    known = ", ".join(clean(plan.id, 40) for plan in plans)
    message = f"Unknown plan {clean(name, 60)}. There are: {known}."
    raise Stop(message, USAGE)


async def _user(client: Client, email: str) -> User:
    if user := await with_email(client, client.users, UsersQuery(), email):
        return user
    message = f"Nobody with the address {clean(email, 80)} is listed."
    raise Stop(message, FAILED)
