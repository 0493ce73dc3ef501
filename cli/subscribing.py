"""`headcount subscribe`: somebody without a subscription starts an organisation with one, without a screen."""

import argparse
from typing import Any

from cli.connection import Stop, Target, call, chosen
from cli.exit_codes import CANCELLED, CONFLICT, DONE, NOT_ALLOWED, USAGE
from cli.output import agreed, answered, can_ask, say, seen
from cli.tables import print_json
from client.protocol import new_key
from contract.quotes import MAX_SEATS
from contract.starting import StartOffer, StartOrganisation, StartQuery, StartQuote
from contract.subscription import BillingCycle, Plan, PlanChoice
from tui.presentation.starting import choice_words, may_be_chosen, start_summary, started_words, takes_seats, why_not
from tui.presentation.text import clean
from tui.presentation.tones import plain

__all__ = ["subscribe"]

_NOTHING = "Nothing was started."
_NO_TERMINAL = "Not confirmed: this is not a terminal. Use --yes to confirm or --dry-run to preview."


def subscribe(options: argparse.Namespace, flags: dict[str, Any]) -> int:
    """Ask for what was not said, price it, show all of it, and start it after a yes. The exit code."""
    asks = not (options.yes or options.dry_run)
    if asks and not can_ask():
        return say(_NO_TERMINAL, USAGE)
    target = chosen(options, flags)
    offer = call(target, lambda client: client.start_offer(StartQuery(currency=options.currency)))
    if why := why_not(offer):
        return say(why, CONFLICT)
    wanted = _wanted(options, offer, asks=asks)
    asked = call(target, lambda client: client.price_start(wanted), noted=True, deed=False)
    lines = _lines(asked, target)
    if not options.json:
        print("\n".join(lines))
    if options.dry_run:
        return _would(asked, target, as_json=options.json)
    if wrong := _unchecked(options, asked, target):
        return say(wrong, USAGE)
    if asks and not _agreed(options, asked, lines, target):
        return say(_NOTHING, CANCELLED)
    key = new_key()
    done = call(target, lambda client: client.confirm_start(asked.quote.id, key=key), noted=True)
    if options.json:
        print_json(done)
    else:
        print(started_words(done))
    if not done.signed_in:
        name = clean(done.organisation.name, 120)
        say(f"This profile stays where it was. Sign in to {name} with headcount login.", DONE)
    return DONE


# What is to be started.


def _wanted(options: argparse.Namespace, offer: StartOffer, *, asks: bool) -> StartOrganisation:
    """What was said, and for the rest what is typed; Enter takes what stands in brackets.

    Raises:
        Stop: something that is needed was neither said nor typed.
    """
    name = options.name or (_typed("Name of the organisation: ") if asks else "")
    if not name:
        message = "Give the organisation a name: --name."
        raise Stop(message, USAGE)
    plan, choice = _plan(options, offer, asks=asks)
    seats = options.seats
    if seats is None and asks and takes_seats(plan):
        seats = _number(_typed("Seats [1]: "))
    return StartOrganisation(
        name=name,
        plan=plan.id,
        billing_cycle=choice.billing_cycle,
        seats=seats,
        currency=offer.currency,
        time_zone=options.time_zone,
    )


def _plan(options: argparse.Namespace, offer: StartOffer, *, asks: bool) -> tuple[Plan, PlanChoice]:
    found = may_be_chosen(offer)
    if options.plan is None:
        if not asks:
            message = "Name the plan: --plan. Available: " + ", ".join(dict.fromkeys(plan.id for plan, _ in found))
            raise Stop(message, USAGE)
        return _chosen(found)
    cycle = BillingCycle(options.cycle or "monthly")
    fitting = [(plan, choice) for plan, choice in found if plan.id == options.plan and choice.billing_cycle is cycle]
    return fitting[0] if fitting else _anyway(offer, options.plan, cycle)


def _anyway(offer: StartOffer, name: str, cycle: BillingCycle) -> tuple[Plan, PlanChoice]:
    """One that is not offered like this: the server says why, and knows those that are not listed here."""
    plan = next((plan for plan in offer.plans if plan.id == name), None)
    return plan or offer.plans[0].model_copy(update={"id": name}), PlanChoice(billing_cycle=cycle)


def _chosen(found: list[tuple[Plan, PlanChoice]]) -> tuple[Plan, PlanChoice]:
    for number, (plan, choice) in enumerate(found, start=1):
        cycle = f", {choice.billing_cycle.value}" if choice.price else ""
        say(f"{number:2}  {clean(plan.name, 40)}{cycle}: {choice_words(plan, choice)}", DONE)
    number = _number(_typed(f"Plan [1 to {len(found)}]: "), 0)
    if not 1 <= number <= len(found):
        raise Stop(_NOTHING, CANCELLED)
    return found[number - 1]


def _typed(question: str) -> str:
    """A line.

    Raises:
        Stop: the end of the input.
    """
    typed = answered(question)
    if typed is None:
        raise Stop(_NOTHING, CANCELLED)
    return typed.strip()


def _number(typed: str, nothing: int = 1) -> int:
    """A whole number; nothing typed is `nothing`.

    Raises:
        Stop: it is none.
    """
    bare = typed.replace(",", "")
    if not bare:
        return nothing
    if not (bare.isascii() and bare.isdigit() and int(bare) <= MAX_SEATS):
        message = f"{clean(typed, 40)} is no number that can be used. {_NOTHING}"
        raise Stop(message, USAGE)
    return int(bare)


# What it costs.


def _lines(asked: StartQuote, target: Target) -> list[str]:
    said = start_summary(asked, limit=target.profile.spending_limit)
    return [text for each in (*said.lines, *said.money, said.final) if (text := plain(each))]


def _would(asked: StartQuote, target: Target, *, as_json: bool) -> int:
    if as_json:
        print_json(asked)
    if target.profile.read_only:
        return say("Preview only: this profile is read-only, so it can't be done.", NOT_ALLOWED)
    return say(_NOTHING, DONE)


def _unchecked(options: argparse.Namespace, asked: StartQuote, target: Target) -> str:
    """Why `--yes` does not do it: another number is named, or many seats are and none is."""
    seats, number = asked.quote.seats_after, start_summary(asked, limit=target.profile.spending_limit).type_number
    if options.seats_to is not None:
        return "" if options.seats_to == seats else f"{_NOTHING} It comes to {seats:,} seats, not {options.seats_to:,}."
    if options.yes and number is not None:
        return f"{_NOTHING} --yes alone does not confirm that many: add --seats-to {seats}."
    return ""


def _agreed(options: argparse.Namespace, asked: StartQuote, lines: list[str], target: Target) -> bool:
    if options.json or not seen():
        say("\n".join(lines), DONE)
    said = start_summary(asked, limit=target.profile.spending_limit)
    if said.type_number is None or options.seats_to is not None:
        return agreed(f"{said.verb}?")
    answer = answered(f"{said.verb}? Type {said.type_number} to confirm: ") or ""
    return answer.replace(",", "") == str(said.type_number)
