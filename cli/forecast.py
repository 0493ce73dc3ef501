"""`headcount forecast`: the next payments, as they will be if nothing changes."""

import argparse
from typing import Any

from cli.connection import call, chosen
from cli.exit_codes import DONE
from cli.tables import print_json, print_table
from client.api import Client
from contract.billing import ExpectedPayment, Forecast, ForecastQuery
from contract.subscription import Overview, SubscriptionStatus
from tui.presentation.errors import set_by_contract
from tui.presentation.text import clean
from tui.presentation.wording import count, ended_on, has_ended

__all__ = ["forecast"]


def forecast(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Date, seats, what for and what is due of each payment to come; when it all ends, if it does."""
    query = ForecastQuery(count=options.count)
    found, instead = call(chosen(options, flags), lambda client: _asked(client, query))
    if options.json:
        print_json(found)
    elif instead:
        print(instead)
    else:
        _print(found)
    return DONE


async def _asked(client: Client, query: ForecastQuery) -> tuple[Forecast, str]:
    """The forecast, and what to say instead of it where there are neither payments nor an end, and why."""
    found = await client.forecast(query)
    empty = not found.payments and (found.ends is None or found.ends <= found.as_of.date())
    return found, _why_empty(await client.overview()) if empty else ""


def _why_empty(overview: Overview) -> str:
    """On a contract, after the end, and when access was lost; else there is no more to say."""
    due = overview.subscription.overdue
    if has_ended(overview):
        owed = f" {due} is owed for days that were used: headcount pay --overdue" if due else ""
        return f"The subscription ended on {ended_on(overview)}: nothing more is charged.{owed}"
    if overview.subscription.status is SubscriptionStatus.SUSPENDED:
        return f"Suspended: nothing is charged until {due} is paid: headcount pay --overdue"
    return set_by_contract(overview)


def _print(found: Forecast) -> None:
    if found.payments:
        rows = [(f"{each.date}", f"{each.seats:,}", _what(each), f"{each.due}") for each in found.payments]
        print_table(("date", "seats", "what", "due"), rows, right=(1, 3))
    if found.price_change:
        print(f"From {found.price_change.date} on, a seat costs {found.price_change.unit_price}.")
    if found.credit and found.credit.amount:
        print(f"{found.credit} is kept as credit and is used first.")
    if found.ends:
        print(f"The subscription ends on {found.ends}: nothing is due after that.")
    elif not found.payments:
        print("Nothing is due.")


def _what(payment: ExpectedPayment) -> str:
    first = clean(payment.lines[0].description, 60) if payment.lines else count(payment.seats, "seat")
    more = f" and {len(payment.lines) - 1} more" if len(payment.lines) > 1 else ""
    credit = f", {payment.credit_applied} from credit" if payment.credit_applied.amount > 0 else ""
    return f"{first}{more}{credit}"
